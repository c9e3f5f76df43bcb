#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a bootable disk image (stick, CF card): a FAT partition that BIOS boots with syslinux and UEFI with Debian's
# signed shim and GRUB, and, if given, a second partition with a filesystem. No root, no loop device.
#
#   stick.sh BUILD SUITE OUTPUT FOLDER UUID MENU [FILESYSTEM]
#     FOLDER  what goes into the FAT partition; vmlinuz and the initramfs must be in it
#     UUID    the FAT's, such as 5058-0001
#     PX_PROMPT=n in the environment: nothing that is typed at the loaders counts
#     MENU    a file, one entry a line: NAME|TITLE|INITRAMFS...|KERNEL PARAMETERS; the first is the default
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

syslinux_menu() {
	echo 'SERIAL 0 115200'
	echo "DEFAULT $(head -n 1 "$menu" | cut -d '|' -f 1)"
	if [ "${PX_PROMPT:-y}" = y ]; then
		printf 'PROMPT 1\n'
	else
		printf 'PROMPT 0\nNOESCAPE 1\nALLOWOPTIONS 0\n'
	fi
	printf 'TIMEOUT 20\n\nSAY\n'
	while IFS='|' read -r name title initramfs parameters; do
		echo "SAY $name: $title"
	done <"$menu"
	while IFS='|' read -r name title initramfs parameters; do
		printf '\nLABEL %s\n  KERNEL vmlinuz\n  INITRD %s\n  APPEND %s\n' "$name" \
			"$(echo "$initramfs" | tr ' ' ,)" "$parameters"
	done <"$menu"
}

grub_menu() {
	echo "search --no-floppy --fs-uuid --set=root $uuid"
	echo 'set timeout=2'
	[ "${PX_PROMPT:-y}" = y ] || echo 'set superusers=nobody'
	while IFS='|' read -r name title initramfs parameters; do
		printf "\nmenuentry \"%s\" --id %s --unrestricted {\n\tlinux /vmlinuz %s\n\tinitrd %s\n}\n" \
			"$title" "$name" "$parameters" \
			"$(echo "/$initramfs" | sed 's, , /,g')"
	done <"$menu"
}

# The host's C library may be older than the suite's syslinux.
syslinux() {
	lib=$build/debian/root/usr/lib/x86_64-linux-gnu
	"$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$build/deb/syslinux/usr/bin/syslinux" "$@"
}

# What FAT has no room for would end as a question of mcopy's: names that differ in case only, files from 4 GiB on.
check_folder() {
	large=$(find "$folder" -type f -size +4294967294c | head -n 1)
	[ -z "$large" ] ||
		die "$large: 4 GiB or more, which a stick (FAT) cannot hold; compress it, or leave it on the server"
	twins=$(find "$folder" -mindepth 1 | tr '[:upper:]' '[:lower:]' | sort | uniq -d | head -n 1)
	[ -z "$twins" ] ||
		die "$twins: there are two names that differ only in case, which a stick (FAT) cannot tell apart"
}

make_fat() {
	fat=$output.fat
	used_mib=$(du -sm --apparent-size "$folder" | cut -f 1)
	fat_mib=$((used_mib + used_mib / 50 + 12))
	[ "$fat_mib" -ge 40 ] || fat_mib=40
	rm -f "$fat"
	# large clusters: firmware reads one at a time, and 512 bytes (FAT32 of this size) take a minute in QEMU
	format='-F 16 -s 16' type=e
	if [ "$fat_mib" -gt 500 ]; then
		format='-F 32 -s 16' type=c
		# fewer than 65525 clusters are a FAT16 to some
		[ "$fat_mib" -ge 520 ] || fat_mib=520
	fi
	# shellcheck disable=SC2086 # words
	mkfs.fat -C $format -h 2048 -n PXIMAGER -i "$(echo "$uuid" | tr -d -)" "$fat" $((fat_mib * 1024)) >/dev/null
	mcopy -s -Q -m -i "$fat" "$folder"/* :: </dev/null
	syslinux_menu >"$output.cfg"
	mcopy -i "$fat" "$output.cfg" ::syslinux.cfg
	mcopy -i "$fat" "$build/deb/syslinux-common/usr/lib/syslinux/modules/bios/ldlinux.c32" ::ldlinux.c32
	mmd -i "$fat" ::EFI ::EFI/BOOT ::EFI/debian
	mcopy -i "$fat" "$build/deb/shim-signed/usr/lib/shim/shimx64.efi.signed" ::EFI/BOOT/BOOTX64.EFI
	mcopy -i "$fat" "$build/deb/grub-efi-amd64-signed/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		::EFI/BOOT/grubx64.efi
	grub_menu >"$output.cfg"
	mcopy -i "$fat" "$output.cfg" ::EFI/debian/grub.cfg
	syslinux --install "$fat"
}

# MBR, FAT from 1 MiB on, the other filesystem behind it
make_image() {
	new=$output.new
	rm -f "$new"
	second_lba=$((2048 + fat_mib * 2048))
	table="start=2048, size=$((fat_mib * 2048)), type=$type, bootable"
	end_mib=$((1 + fat_mib))
	if [ -n "$filesystem" ]; then
		second_mib=$((($(stat -c %s "$filesystem") + 1048575) / 1048576))
		table="$table
start=$second_lba, size=$((second_mib * 2048)), type=83"
		end_mib=$((end_mib + second_mib))
	fi
	truncate -s "${end_mib}M" "$new"
	printf 'label: dos\nlabel-id: 0x5058%s\n%s\n' "${uuid#*-}" "$table" | sfdisk -q "$new"
	dd if="$build/deb/syslinux/usr/lib/SYSLINUX/mbr.bin" of="$new" bs=440 count=1 conv=notrunc status=none
	dd if="$fat" of="$new" bs=1M seek=1 conv=notrunc,sparse status=none
	if [ -n "$filesystem" ]; then
		dd if="$filesystem" of="$new" bs=1M seek=$((second_lba / 2048)) conv=notrunc,sparse status=none
	fi
	mv "$new" "$output"
}

main() {
	[ $# -ge 6 ] || die "usage: stick.sh BUILD SUITE OUTPUT FOLDER UUID MENU [FILESYSTEM]"
	build=$(cd "$1" && pwd) suite=$2 output=$3 folder=$4 uuid=$5 menu=$6 filesystem=${7:-}
	"$here/../../kbuild/archive.sh" -b "$build" -s "$suite" deb syslinux syslinux-common \
		shim-signed grub-efi-amd64-signed
	check_folder
	trap 'rm -f "$output.fat" "$output.cfg" "$output.new"' EXIT
	trap 'exit 130' INT TERM
	make_fat
	make_image
	echo "  STICK   $output: $end_mib MiB"
}

main "$@"
