# SPDX-License-Identifier: GPL-2.0-or-later
# Init of a scripted image: one ext4 partition that a BIOS boots. Its Archive holds a Linux system with its kernel
# and, in boot/extlinux, extlinux and mbr.bin (package extlinux) and extlinux.conf; its root is LABEL=px-root.
# ext4-post.sh goes with it.
#
# sh runs it with PX_DISK, PX_IMAGE, PX_SERVER, PX_MAC, PX_TARGET. Its end with another status than 0 stops the
# installation; what it has mounted is unmounted then, and the disk cleared.
set -eu

partition() {
	case $PX_DISK in
	*[0-9]) echo "${PX_DISK}p$1" ;;
	*) echo "$PX_DISK$1" ;;
	esac
}

echo 'start=1MiB, type=83, bootable' | sfdisk -q --label dos --wipe always --wipe-partitions always "$PX_DISK"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ ! -b "$(partition 1)" ] || break
	sleep 0.2
done
# extlinux reads no ext4 of more than 32 bits
mke2fs -q -F -t ext4 -O ^64bit,^orphan_file -L px-root "$(partition 1)"
mkdir -p "$PX_TARGET"
mount -t ext4 "$(partition 1)" "$PX_TARGET"
