# SPDX-License-Identifier: GPL-2.0-or-later
# Init of a router image: a small amd64 box (80 MB of RAM are enough) with a CF card or an IDE disk and nothing but a
# serial console. The card holds one read-only partition: kernel, a system that runs from RAM, extlinux; a second one
# keeps settings. router-post.sh goes with it.
set -eu

partition() {
	case $PX_DISK in
	*[0-9]) echo "${PX_DISK}p$1" ;;
	*) echo "$PX_DISK$1" ;;
	esac
}

sfdisk -q --label dos --wipe always --wipe-partitions always "$PX_DISK" <<-TABLE
	start=1MiB, size=48MiB, type=83, bootable
	size=8MiB, type=83
TABLE
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ ! -b "$(partition 2)" ] || break
	sleep 0.2
done
# no journal: fewer writes to the card
mke2fs -q -F -t ext2 -m 0 -L px-router "$(partition 1)"
mke2fs -q -F -t ext2 -m 0 -L px-settings "$(partition 2)"
mkdir -p "$PX_TARGET"
mount -t ext4 "$(partition 1)" "$PX_TARGET"
