#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/demo/debian.img.zst: a real, small, bootable Debian disk image (GPT, GRUB for BIOS, signed shim and GRUB
# for UEFI, ext4), and BUILD/demo/debian.stanza, its entry for the catalog. No root needed, no loop device: GRUB is put
# in place as grub-install does it, by the two addresses that its boot sectors hold.
#
#   image.sh BUILD SUITE
set -eu

packages=linux-image-cloud-amd64,initramfs-tools,zstd,systemd-sysv,udev,dbus,kmod,e2fsprogs,fdisk,grub-pc-bin,login,passwd,iproute2,ifupdown
disk_mib=648
core_lba=2048      # partition 1 (BIOS boot), in sectors of 512 bytes
esp_lba=4096       # partition 2 (EFI system partition, FAT)
root_lba=20480     # partition 3 (ext4)

die() {
	echo "image.sh: $*" >&2
	exit 1
}

# The system as a tar. /etc/fstab, the serial console, a name, root's empty password; GRUB's core image is made inside,
# by the suite's own grub-mkimage.
make_tree() {
	"$here/../../../kbuild/archive.sh" -b "$build" -s "$suite" mirrors >"$demo/mirrors"
	mkdir -p "$demo/conf"
	echo 'UUID=6c1e0f5a-7d43-4c5e-9a55-0d3f0e0b0001 / ext4 errors=remount-ro 0 1' >"$demo/conf/fstab"
	echo 'px-demo' >"$demo/conf/hostname"
	# the initrd takes only the disks that QEMU may have: a fifth of the image's size
	printf 'MODULES=list\nCOMPRESS=zstd\n' >"$demo/conf/px"
	printf '%s\n' virtio_pci virtio_blk virtio_scsi nvme ahci ata_piix sd_mod ext4 >"$demo/conf/modules"
	cat >"$demo/conf/grub.cfg" <<-'GRUB'
		serial --unit=0 --speed=115200
		terminal_output console serial
		set timeout=0
		menuentry Debian {
			search --no-floppy --fs-uuid --set=root 6c1e0f5a-7d43-4c5e-9a55-0d3f0e0b0001
			linux /vmlinuz root=UUID=6c1e0f5a-7d43-4c5e-9a55-0d3f0e0b0001 ro quiet no_timer_check console=tty0 console=ttyS0,115200
			initrd /initrd.img
		}
	GRUB
	# shellcheck disable=SC2016 # $1 is mmdebstrap's: the tree
	env -u APT_CONFIG mmdebstrap --aptopt="$build/apt-$suite/mmdebstrap.conf" --quiet --variant=minbase \
		--format=tar \
		--include="$packages" \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/grub/*' \
		--essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"' \
		--essential-hook="copy-in '$demo/conf/px' /etc/initramfs-tools/conf.d" \
		--essential-hook="copy-in '$demo/conf/modules' /etc/initramfs-tools" \
		--customize-hook="copy-in '$demo/conf/fstab' '$demo/conf/hostname' /etc" \
		--customize-hook='mkdir -p "$1/boot/grub"' \
		--customize-hook="copy-in '$demo/conf/grub.cfg' /boot/grub" \
		--customize-hook='chroot "$1" passwd -d root' \
		--customize-hook='chroot "$1" systemctl enable serial-getty@ttyS0.service' \
		--customize-hook='chroot "$1" grub-mkimage -O i386-pc -p "(hd0,gpt3)/boot/grub" -o /boot/grub/core.img biosdisk part_gpt ext2 normal linux search search_fs_uuid serial terminal' \
		--customize-hook="copy-out /boot/grub/core.img /usr/lib/grub/i386-pc/boot.img '$demo'" \
		--customize-hook='chroot "$1" dpkg --purge grub-pc-bin grub2-common grub-common; rm -rf "$1/var/cache/apt" "$1/var/lib/apt/lists"' \
		"$suite" "$demo/tree.tar" "$demo/mirrors" || die "mmdebstrap failed (above)"
}

# little-endian bytes of a number: le SIZE VALUE
le() {
	n=$1 v=$2
	while [ "$n" -gt 0 ]; do
		# the format is made of the number
		# shellcheck disable=SC2059
		printf "\\$(printf %o $((v % 256)))"
		v=$((v / 256)) n=$((n - 1))
	done
}

# poke FILE OFFSET: overwrites bytes with those on stdin
poke() {
	dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

make_root() {
	root_kib=$(((disk_mib * 2048 - root_lba - 2048) / 2))
	rm -rf "$demo/root" "$demo/root.ext4"
	mkdir "$demo/root"
	fakeroot=$([ "$(id -u)" = 0 ] || echo fakeroot)
	# shellcheck disable=SC2016
	$fakeroot sh -eu -c 'tar -C "$1/root" -xf "$1/tree.tar"
		mke2fs -q -t ext4 -U 6c1e0f5a-7d43-4c5e-9a55-0d3f0e0b0001 -E hash_seed=6c1e0f5a-7d43-4c5e-9a55-0d3f0e0b0001 \
			-L px-demo -m 1 -d "$1/root" "$1/root.ext4" "$2"' sh "$demo" "$root_kib"
	rm -rf "$demo/root"
}

# The EFI system partition: what the firmware starts by default (\EFI\BOOT\BOOTX64.EFI), the signed GRUB beside it, and
# where that looks for its configuration.
make_esp() {
	"$here/../../../kbuild/archive.sh" -b "$build" -s "$suite" deb shim-signed grub-efi-amd64-signed
	cat >"$demo/conf/esp.cfg" <<-'GRUB'
		search --no-floppy --fs-uuid --set=root 6c1e0f5a-7d43-4c5e-9a55-0d3f0e0b0001
		configfile ($root)/boot/grub/grub.cfg
	GRUB
	rm -f "$demo/esp.fat"
	mkfs.fat -C -n PX-ESP -i 6C1E0F5A "$demo/esp.fat" $(((root_lba - esp_lba) / 2)) >/dev/null
	mmd -i "$demo/esp.fat" ::EFI ::EFI/BOOT ::EFI/debian
	mcopy -i "$demo/esp.fat" "$build/deb/shim-signed/usr/lib/shim/shimx64.efi.signed" ::EFI/BOOT/BOOTX64.EFI
	mcopy -i "$demo/esp.fat" "$build/deb/grub-efi-amd64-signed/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		::EFI/BOOT/grubx64.efi
	mcopy -i "$demo/esp.fat" "$demo/conf/esp.cfg" ::EFI/debian/grub.cfg
}

make_disk() {
	img=$demo/debian.img
	rm -f "$img"
	truncate -s "${disk_mib}M" "$img"
	sfdisk -q "$img" <<-TABLE
		label: gpt
		label-id: 6C1E0F5A-7D43-4C5E-9A55-0D3F0E0B0000
		start=$core_lba, size=2048, type=21686148-6449-6E6F-744E-656564454649, uuid=6C1E0F5A-7D43-4C5E-9A55-0D3F0E0B0002
		start=$esp_lba, size=$((root_lba - esp_lba)), type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=6C1E0F5A-7D43-4C5E-9A55-0D3F0E0B0004
		start=$root_lba, size=$((disk_mib * 2048 - root_lba - 2048)), type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=6C1E0F5A-7D43-4C5E-9A55-0D3F0E0B0003
	TABLE
	dd if="$demo/esp.fat" of="$img" bs=1M seek=$((esp_lba / 2048)) conv=notrunc,sparse status=none
	dd if="$demo/root.ext4" of="$img" bs=1M seek=$((root_lba / 2048)) conv=notrunc,sparse status=none
	# boot.img: 440 bytes of code; at 0x5c the address of core.img. core.img: at 0x1f4 the address of its second
	# sector.
	le 8 $core_lba | poke "$demo/boot.img" 92
	le 8 $((core_lba + 1)) | poke "$demo/core.img" 500
	head -c 440 "$demo/boot.img" | poke "$img" 0
	dd if="$demo/core.img" of="$img" bs=512 seek=$core_lba conv=notrunc status=none
}

pack() {
	size=$(stat -c %s "$img")
	sum=$(sha256sum "$img" | cut -d ' ' -f 1)
	zstd -q -f -10 -T0 --no-progress "$img" -o "$demo/debian.img.zst.new"
	cat >"$demo/debian.stanza.new" <<-STANZA
		Image: debian-demo
		Title: Debian ($suite), the demo
		Description: A small Debian with a serial console; root has no password.
		Source: debian.img.zst
		Size: $size
		Source-SHA256: $(sha256sum "$demo/debian.img.zst.new" | cut -d ' ' -f 1)
		SHA256: $sum
		Grow: yes
	STANZA
	mv "$demo/debian.stanza.new" "$demo/debian.stanza"
	mv "$demo/debian.img.zst.new" "$demo/debian.img.zst"
	rm -f "$demo/tree.tar" "$demo/root.ext4" "$demo/esp.fat" "$img"
}

main() {
	build=$(cd "$1" && pwd) suite=$2
	here=$(cd "$(dirname "$0")" && pwd)
	demo=$build/demo
	mkdir -p "$demo"
	make_tree
	make_root
	make_esp
	make_disk
	pack
}

main "$@"
