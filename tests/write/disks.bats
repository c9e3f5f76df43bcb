# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite and real block devices: sectors of 4096 bytes, disks that hold something, disks in use, partition tables that
# must fit.
load ../px
load ../write/write

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	export IMAGES=$BATS_FILE_TMPDIR
	gpt_image "$IMAGES/gpt" 6M
	gpt_image "$IMAGES/gpt4k" 6M 4096
	image "$IMAGES/img" 2500500
}

setup() {
	need_root
	need losetup sfdisk sgdisk partx
	px_install pxwrite
	# in memory: some disks are large, and sparse
	FAST=$(mktemp -d -p /dev/shm pxwrite-test.XXXXXX)
	cd "$FAST"
	junk disk 12M
}

teardown() {
	if [ -n "${MOUNTED:-}" ]; then
		umount "$MOUNTED"
	fi
	loop_gone
	rm -rf "${FAST:-}"
}

# everything of the image is there but what the table needs to fit this disk
partitions_written() {
	cmp -n 1048576 -i 1048576 "$1" "$2"
	cmp -n $((3 * 1048576)) -i 2097152 "$1" "$2"
}

# dirty: the image with data below its middle third of zeros, and up to the end of that
dirty() {
	cp "$IMAGES/img" dirty
	junk part 700K
	dd if=part of=dirty bs=4096 seek=210 conv=notrunc status=none
}

# last_block FILE ATTRIBUTE: a block map of the image that has nothing but its last block
last_block() {
	local zeros
	zeros=$(printf '%064d' 0)
	echo "<bmap version='2.0'><ImageSize>2500500</ImageSize><BlockSize>4096</BlockSize><BlocksCount>611</BlocksCount>" \
		"<MappedBlocksCount>1</MappedBlocksCount><ChecksumType>sha256</ChecksumType>" \
		"<BmapFileChecksum>$zeros</BmapFileChecksum><BlockMap><Range$2>610</Range></BlockMap></bmap>" >"$1"
	sed -i "s/<BmapFileChecksum>$zeros/<BmapFileChecksum>$(sha256_of "$1")/" "$1"
}

@test "a raw image is written to a disk that held junk, and none of it shows through" {
	loop_disk disk
	run pxwrite -f -i "$IMAGES/img" "$LOOP"
	written "$IMAGES/img" "$LOOP"
}

@test "a GPT gets its backup at the end of the disk, and sgdisk finds no fault" {
	loop_disk disk
	run pxwrite -f -i "$IMAGES/gpt" "$LOOP"
	[ "$status" -eq 0 ]
	partitions_written "$IMAGES/gpt" "$LOOP"
	run sgdisk -v "$LOOP"
	[[ $output == *"No problems found"* ]]
}

@test "-g grows the last partition to the end of the disk" {
	loop_disk disk
	run pxwrite -f -g -i "$IMAGES/gpt" "$LOOP"
	[ "$status" -eq 0 ]
	[[ $output == *"partition 2 has grown from"*"to 9 MiB"* ]]
	run sgdisk -i 2 "$LOOP"
	[[ $output == *"Last sector: 22527 (at 11.0 MiB)"* ]]
	run sgdisk -v "$LOOP"
	[[ $output == *"No problems found"* ]]
}

@test "the kernel is told to read the new table, after all else is written and flushed" {
	need strace
	loop_disk disk
	strace -f -o trace -e trace=pwrite64,fsync,ioctl pxwrite -q -f -i "$IMAGES/gpt" "$LOOP"
	grep -E 'pwrite64|fsync|BLK' trace | tail -n 2 >last
	cat last
	head -n 1 last | grep -q BLKFLSBUF
	tail -n 1 last | grep -q BLKRRPART
}

@test "an image for 4096-byte sectors goes to such a disk and fits it" {
	loop_disk disk 4096
	run pxwrite -f -i "$IMAGES/gpt4k" "$LOOP"
	[ "$status" -eq 0 ]
	partitions_written "$IMAGES/gpt4k" "$LOOP"
	run sgdisk -v "$LOOP"
	[[ $output == *"No problems found"* ]]
}

@test "an image that is no multiple of a 4096-byte sector is padded" {
	loop_disk disk 4096
	run pxwrite -f -i "$IMAGES/img" "$LOOP"
	written "$IMAGES/img" "$LOOP"
	cmp -n $((2502656 - 2500500)) -i 2500500:0 "$LOOP" /dev/zero
}

@test "an image for other sectors than the disk's is 10, and the disk is untouched" {
	loop_disk disk 4096
	before=$(sha256_of "$LOOP")
	run pxwrite -f -i "$IMAGES/gpt" "$LOOP"
	untouched "$LOOP" "$before" 10
	loop_disk disk
	run pxwrite -f -i "$IMAGES/gpt4k" "$LOOP"
	untouched "$LOOP" "$before" 10
}

@test "a GPT whose partitions do not fit is 10, even when the size is not known" {
	truncate -s 4M disk
	loop_disk disk
	before=$(sha256_of "$LOOP")
	gzip -c "$IMAGES/gpt" >packed
	run bash -c 'cat packed | pxwrite -f "$1"' - "$LOOP"
	untouched "$LOOP" "$before" 10
}

@test "a GPT image that ends before its last partition does is refused" {
	loop_disk disk
	before=$(sha256_of "$LOOP")
	head -c 3M "$IMAGES/gpt" >part
	run pxwrite -f -i part "$LOOP"
	untouched "$LOOP" "$before" 9
	gzip part
	run bash -c 'cat part.gz | pxwrite -f "$1"' - "$LOOP"
	no_boot "$LOOP" 9
}

@test "a hybrid or broken table is written as it is, and that is said" {
	loop_disk disk
	cp "$IMAGES/gpt" bad
	printf '\377' | dd of=bad bs=1 seek=$((512 + 16)) conv=notrunc status=none
	run pxwrite -f -i bad "$LOOP"
	[[ $output == *"partition table is broken"* ]]
	written bad "$LOOP"
	cp "$IMAGES/gpt" hybrid
	sgdisk -h 1 hybrid >/dev/null
	run pxwrite -f -i hybrid "$LOOP"
	[[ $output == *"hybrid partition table: left as it is"* ]]
	written hybrid "$LOOP"
}

@test "an MBR that names more than the image has is 9, and the disk is untouched" {
	loop_disk disk
	before=$(sha256_of "$LOOP")
	truncate -s 8M mbr
	printf 'label: dos\n,\n' | sfdisk -q mbr
	truncate -s 4M mbr
	run pxwrite -f -i mbr "$LOOP"
	untouched "$LOOP" "$before" 9
}

@test "a disk that holds data is 10 without -f, and the data is named" {
	mke2fs -q -t ext4 -F disk
	loop_disk disk
	before=$(sha256_of "$LOOP")
	run pxwrite -i "$IMAGES/img" "$LOOP"
	[[ $output == *ext4* ]]
	untouched "$LOOP" "$before" 10
}

@test "a blank disk needs no -f" {
	truncate -s 0 disk
	truncate -s 12M disk
	loop_disk disk
	run pxwrite -i "$IMAGES/img" "$LOOP"
	written "$IMAGES/img" "$LOOP"
}

# what the disk's two ends say to the tools of others
no_old_label() {
	local found
	found=$(wipefs -n "$1" | grep -vE '^DEVICE| (gpt|PMBR) *' || true)
	echo "left: $found"
	[ -z "$found" ]
}

over_old_label() {
	loop_disk disk
	run wipefs -n "$LOOP"
	[[ $output == *"$1"* ]]
	run pxwrite -i "$IMAGES/gpt" "$LOOP"
	[ "$status" -eq 10 ]
	run pxwrite -f -i "$IMAGES/gpt" "$LOOP"
	[ "$status" -eq 0 ]
	no_old_label "$LOOP"
}

@test "nothing is left of an old GPT with its backup at the end" {
	printf 'label: gpt\n,\n' | sfdisk -q disk
	over_old_label gpt
	run sgdisk -v "$LOOP"
	[[ $output == *"No problems found"* ]]
}

@test "nothing is left of RAID labels, at the end or the beginning" {
	need mdadm
	for metadata in 0.90 1.0 1.1 1.2; do
		junk disk 12M
		python3 "$PX_TOP/tests/write/md_label.py" disk "$metadata"
		over_old_label linux_raid_member
	done
}

uberblocks() {
	python3 -c 'import sys; print(open(sys.argv[1], "rb").read().count(b"\x0c\xb1\xba\0\0\0\0\0"))' "$1"
}

@test "nothing is left of ZFS labels at both ends" {
	python3 - <<'PY'
# four labels of 256 KiB, two at each end, each with an array of uberblocks (magic 0x00bab10c) in its second half
import struct
with open('disk', 'r+b') as f:
    size = f.seek(0, 2)
    for label in (0, 1, size // 262144 - 2, size // 262144 - 1):
        for slot in range(128):
            f.seek(label * 262144 + 131072 + slot * 1024)
            f.write(struct.pack('<QQ', 0x00bab10c, 5000))
PY
	loop_disk disk
	[ "$(uberblocks "$LOOP")" -eq 512 ]
	run pxwrite -f -i "$IMAGES/gpt" "$LOOP"
	[ "$status" -eq 0 ]
	[ "$(uberblocks "$LOOP")" -eq 0 ]
}

@test "nothing is left of an LVM label" {
	printf 'LABELONE\1\0\0\0\0\0\0\0\0\0\0\0\40\0\0\0LVM2 001' | dd of=disk bs=512 seek=1 conv=notrunc status=none
	loop_disk disk
	run pxwrite -f -i "$IMAGES/gpt" "$LOOP"
	[ "$status" -eq 0 ]
	no_old_label "$LOOP"
}

@test "a mounted disk is 10, and says where it is mounted" {
	mke2fs -q -t ext4 -F disk
	loop_disk disk
	mkdir mnt
	mount -o ro "$LOOP" mnt
	MOUNTED=$PWD/mnt
	before=$(sha256_of "$LOOP")
	run pxwrite -f -i "$IMAGES/img" "$LOOP"
	[[ $output == *"mounted on $PWD/mnt"* ]]
	untouched "$LOOP" "$before" 10
}

@test "a disk that somebody holds open exclusively is 10" {
	loop_disk disk
	before=$(sha256_of "$LOOP")
	mkfifo ready
	python3 -c 'import os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_EXCL)
open("ready", "w").close()
time.sleep(60)' "$LOOP" &
	holder=$!
	cat ready
	run pxwrite -f -i "$IMAGES/img" "$LOOP"
	stop "$holder"
	[[ $output == *"in use"* ]]
	untouched "$LOOP" "$before" 10
}

@test "a read-only disk is 10" {
	LOOP=$(losetup -f --show -r disk)
	LOOPS=$LOOP
	before=$(sha256_of "$LOOP")
	run pxwrite -f -i "$IMAGES/img" "$LOOP"
	[[ $output == *read-only* ]]
	untouched "$LOOP" "$before" 10
}

@test "an image that is read from the disk itself, a partition of it or the file behind it is 10" {
	cp "$IMAGES/gpt" disk
	before=$(sha256_of disk)
	ln disk link
	for source in disk link; do
		run pxwrite -f -i "$source" disk
		[[ $output == *"read from this very disk"* ]]
		untouched disk "$before" 10
	done
	run pxwrite -f disk <disk
	untouched disk "$before" 10
	loop_disk disk
	partx -a "$LOOP" # no udev here: the node is made by hand
	name=${LOOP#/dev/}
	IFS=: read -r major minor <"/sys/block/$name/${name}p2/dev"
	mknod part b "$major" "$minor"
	for source in "$LOOP" part disk; do
		run pxwrite -f -s 1M -i "$source" "$LOOP"
		echo "$source: $output"
		[[ $output == *"read from this very disk"* ]]
		untouched "$LOOP" "$before" 10
	done
	whole=$LOOP
	junk other 12M
	loop_disk other
	run pxwrite -f -s 6M -i "$whole" "$LOOP"
	partx -d "$whole"
	[ "$status" -eq 0 ]
}

@test "a disk that is smaller than the image is 10 before the first write" {
	truncate -s 2M disk
	loop_disk disk
	before=$(sha256_of "$LOOP")
	run pxwrite -f -i "$IMAGES/img" "$LOOP"
	untouched "$LOOP" "$before" 10
}

@test "an image for a virtual machine is 9 by name, and the disk is untouched" {
	need qemu-img
	loop_disk disk
	before=$(sha256_of "$LOOP")
	for format in qcow2 vmdk vdi vhdx vpc; do
		qemu-img create -q -f "$format" vm 8M
		run pxwrite -f -i vm "$LOOP"
		echo "$output"
		untouched "$LOOP" "$before" 9
	done
}

@test "an image over 4 GiB, mostly zeros, is written whole" {
	truncate -s 4200M img
	printf first | dd of=img conv=notrunc status=none
	junk part 300K
	dd if=part of=img bs=1M seek=4190 conv=notrunc status=none
	printf last | dd of=img bs=1 seek=$((4200 * 1048576 - 4)) conv=notrunc status=none
	zstd -q -1 img -o packed
	rm disk
	truncate -s 4300M disk
	loop_disk disk
	run pxwrite -f -s 4200M "$LOOP" <packed
	[ "$status" -eq 0 ]
	cmp -n 1048576 img "$LOOP"
	# what is not zero
	[ "$(dd if="$LOOP" bs=1M skip=4190 count=10 status=none | sha256sum)" = \
		"$(dd if=img bs=1M skip=4190 count=10 status=none | sha256sum)" ]
}

@test "what an image has in the holes of its bmap is not written: the disk has zeros there" {
	need bmaptool
	cp --sparse=always "$IMAGES/img" sparse
	bmaptool create -o bmap sparse
	dirty
	loop_disk disk
	run pxwrite -f -b bmap "$LOOP" <dirty
	echo "$output"
	[[ $output == *"warning: the image has data at byte $((210 * 4096)) "* ]]
	written "$IMAGES/img" "$LOOP"
}

@test "a bmap never overrules the hash: data where it has a hole is 9" {
	need bmaptool
	cp --sparse=always "$IMAGES/img" sparse
	bmaptool create -o bmap sparse
	dirty
	loop_disk disk
	run pxwrite -f -b bmap -H "$(sha256_of dirty)" "$LOOP" <dirty
	echo "$output"
	[[ $output == *"the image has data at byte $((210 * 4096)), where its block map has a hole"* ]]
	no_boot "$LOOP" 9
	# the right hash, of what the map says, is not that of what comes
	run pxwrite -f -b bmap -H "$(sha256_of "$IMAGES/img")" "$LOOP" <dirty
	no_boot "$LOOP" 9
	# a map that has nothing but the last block hides the first MiB, too
	last_block bmap " chksum='$(tail -c 1940 "$IMAGES/img" | sha256sum | cut -d ' ' -f 1)'"
	for format in "cat" "zstd -qc"; do
		$format "$IMAGES/img" >packed
		run pxwrite -f -b bmap -H "$(sha256_of "$IMAGES/img")" -i packed "$LOOP"
		[[ $output == *"the image has data at byte 0, where its block map has a hole"* ]]
		no_boot "$LOOP" 9
	done
}

@test "a range without a checksum proves nothing: the bmap needs the image's hash" {
	loop_disk disk
	before=$(sha256_of disk)
	truncate -s 2500500 zeros
	tail -c 1940 "$IMAGES/img" | dd of=zeros bs=1 seek=$((610 * 4096)) conv=notrunc status=none
	last_block bmap ""
	run pxwrite -f -b bmap "$LOOP" <zeros
	echo "$output"
	[[ $output == *"bmap has ranges without a checksum"*"-H"* ]]
	untouched "$LOOP" "$before" 2
	run pxwrite -f -b bmap -H "$(sha256_of zeros)" "$LOOP" <zeros
	written zeros "$LOOP"
}

@test "a hole in a bmap hides nothing of what the disk held" {
	need bmaptool
	cp --sparse=always "$IMAGES/img" sparse
	bmaptool create -o bmap sparse
	loop_disk disk
	run pxwrite -f -b bmap -i sparse "$LOOP"
	written "$IMAGES/img" "$LOOP"
}
