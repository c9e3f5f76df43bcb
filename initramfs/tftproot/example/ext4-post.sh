# SPDX-License-Identifier: GPL-2.0-or-later
# Post of a scripted image: see ext4-init.sh. The archive is in place; this makes the disk bootable.
set -eu

boot=$PX_TARGET/boot/extlinux
for f in extlinux mbr.bin extlinux.conf; do
	if [ ! -e "$boot/$f" ]; then
		echo "the archive has no boot/extlinux/$f" >&2
		exit 1
	fi
done
# the installer runs on our libc; it writes ldlinux.sys and the partition's boot sector
"$boot/extlinux" --install "$boot"
# 440 bytes: the partition table behind them stays
dd if="$boot/mbr.bin" of="$PX_DISK" bs=440 count=1 conv=notrunc,fsync 2>/dev/null
