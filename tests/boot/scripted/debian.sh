#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/demo/debian.tar.zst, the archive of a scripted image, from the demo's disk image: the same Debian, with
# extlinux in the place of GRUB, and systemd-boot for UEFI; and prints its stanza. Needs root (a loop mount).
#
#   debian.sh BUILD SUITE
set -eu

# /boot/extlinux: loader, installer and menu for a BIOS; systemd-boot for UEFI
add_extlinux() {
	"$here/../../../kbuild/archive.sh" -b "$build" -s "$suite" deb extlinux systemd-boot-efi
	mkdir -p "$1/boot/extlinux"
	cp "$build/deb/extlinux/usr/bin/extlinux" "$build/deb/extlinux/usr/lib/EXTLINUX/mbr.bin" "$1/boot/extlinux/"
	cat >"$1/boot/extlinux/extlinux.conf" <<-CONF
		SERIAL 0 115200
		DEFAULT linux
		LABEL linux
		  LINUX /vmlinuz
		  INITRD /initrd.img
		  APPEND root=LABEL=px-root ro quiet console=tty0 console=ttyS0,115200
	CONF
	mkdir -p "$1/etc" "$1/usr/lib/systemd/boot/efi"
	cp "$build/deb/systemd-boot-efi/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$1/usr/lib/systemd/boot/efi/"
	echo 'LABEL=px-root / ext4 errors=remount-ro 0 1' >"$1/etc/fstab"
}

main() {
	build=$(cd "$1" && pwd) suite=$2
	here=$(cd "$(dirname "$0")" && pwd)
	out=$build/demo/debian.tar
	work=$(mktemp -d)
	if [ ! -e "$out.zst" ] || [ -n "$(find "$build/demo/debian.img.zst" "$0" -newer "$out.zst")" ]; then
		trap 'umount "$work/mnt" 2>/dev/null; rm -rf "$work"' EXIT
		mkdir "$work/mnt" "$work/more"
		zstd -q -d --sparse "$build/demo/debian.img.zst" -o "$work/img"
		# the last partition is the root filesystem
		start=$(sfdisk -d "$work/img" | sed -n 's/.*start= *\([0-9]*\),.*/\1/p' | tail -n 1)
		mount -o "loop,ro,noload,offset=$((start * 512))" "$work/img" "$work/mnt"
		add_extlinux "$work/more"
		tar -C "$work/mnt" --exclude=./lost+found --exclude=./boot/grub --exclude=./etc/fstab --xattrs \
			--xattrs-include='*' \
			--acls \
			--sparse --numeric-owner --format=pax -cf "$out" .
		tar -C "$work/more" --numeric-owner --owner=0 --group=0 --format=pax -rf "$out" boot etc/fstab usr
		umount "$work/mnt"
		size=$(stat -c %s "$out") sum=$(sha256sum "$out" | cut -d ' ' -f 1)
		zstd -q -f -3 -T0 "$out" -o "$out.zst.new"
		rm -f "$out"
		printf 'Size: %s\nSHA256: %s\n' "$size" "$sum" >"$out.proof"
		mv "$out.zst.new" "$out.zst"
		rm -rf "$work"
		trap - EXIT
	fi
	cat "$out.proof"
}

main "$@"
