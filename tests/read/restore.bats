#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# An image that pxread made of a real disk is the same disk again, whoever restores it: pxwrite, zstd, bmaptool.
load ../px

setup() {
	px_install pxread pxwrite pxcatalog
	need zstd bmaptool sfdisk
	cd "$BATS_TEST_TMPDIR"
}

# restored SOURCE [LEVEL]: with all three, byte for byte
restored() {
	local size
	size=$(stat -c %s "$1")
	pxread -q -l "${2:-3}" -b bmap -o image.zst "$1" >fields
	for disk in by-pxwrite by-bmaptool; do # disks that hold something
		rm -f $disk
		truncate -s $((size + (8 << 20))) $disk
		yes old | dd of=$disk bs=1M count=32 conv=notrunc iflag=fullblock status=none
	done
	pxwrite -q -f -b bmap -B -i image.zst by-pxwrite
	rm -f by-zstd
	zstd -dq --sparse image.zst -o by-zstd
	cmp "$1" by-zstd
	sfdisk -q -d "$1" >/dev/null 2>&1 && skip_gpt=1 || skip_gpt=0
	if [ $skip_gpt = 1 ]; then
		# sector 1 and the array behind it are made for the larger disk; partitions and loader are the image's
		cmp -i 1048576 -n $((size - 2097152)) "$1" by-pxwrite
		[ "$(sfdisk -d "$1" | sed -n 's/^[^ ]* : \(start=.*\)/\1/p')" = "$(sfdisk -d by-pxwrite | sed -n 's/^[^ ]* : \(start=.*\)/\1/p')" ]
	else
		cmp -n "$size" "$1" by-pxwrite
	fi
	bmaptool -q copy --bmap bmap image.zst by-bmaptool
	cmp -n "$size" "$1" by-bmaptool
}

@test "a FAT disk, its files with it, comes back from pxwrite, zstd and bmaptool" {
	need mkfs.vfat mcopy
	truncate -s 48M fat
	mkfs.vfat fat >/dev/null
	seq 300000 >file
	mcopy -i fat file ::file
	mcopy -i fat "$PX_BUSYBOX" ::busybox
	restored fat
	fsck.vfat -n by-zstd
	mcopy -i by-pxwrite ::file out
	cmp file out
}

@test "an NTFS disk comes back from pxwrite, zstd and bmaptool" {
	need mkntfs ntfsinfo ntfscp ntfscat
	truncate -s 48M ntfs
	mkntfs -F -q ntfs >/dev/null 2>&1
	ntfscp -q ntfs "$PX_BUSYBOX" busybox
	restored ntfs
	ntfsinfo -m by-zstd >/dev/null
	ntfscat by-pxwrite busybox | cmp - "$PX_BUSYBOX"
}

@test "a real Debian, an image of it made with every level that is built, comes back (PX_LONG)" {
	[ "${PX_LONG:-}" = 1 ] || skip "PX_LONG=1 tests it"
	[ -s "$PX_BUILD/demo/debian.img.zst" ] || skip "no build/demo/debian.img.zst (make demo)"
	zstd -dq --sparse "$PX_BUILD/demo/debian.img.zst" -o debian
	for level in 1 3; do
		restored debian $level
	done
}
