# SPDX-License-Identifier: GPL-2.0-or-later
# Init of a scripted image for UEFI: GPT with an EFI system partition and ext4. Its Archive holds a Linux system with
# its kernel (vmlinuz and initrd.img in /, as Debian links them) and systemd-boot (package systemd-boot-efi); its
# fstab and its root are LABEL=px-root. uefi-post.sh goes with it.
set -eu

partition() {
	case $PX_DISK in
	*[0-9]) echo "${PX_DISK}p$1" ;;
	*) echo "$PX_DISK$1" ;;
	esac
}

sfdisk -q --label gpt --wipe always --wipe-partitions always "$PX_DISK" <<-TABLE
	start=1MiB, size=256MiB, type=uefi, name=esp
	type=linux, name=root
TABLE
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ ! -b "$(partition 2)" ] || break
	sleep 0.2
done
mkfs.fat -F 32 -n ESP "$(partition 1)" >/dev/null
mke2fs -q -F -t ext4 -L px-root "$(partition 2)"
mkdir -p "$PX_TARGET"
mount -t ext4 "$(partition 2)" "$PX_TARGET"
