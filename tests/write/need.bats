#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Need: an image goes onto a smaller disk when nothing that is in use lies behind that disk's end, and only then.
load ../px

setup() {
	px_install pxwrite pxread
	need sfdisk zstd
	cd "$BATS_TEST_TMPDIR"
	truncate -s 64M disk
	printf 'old boot sector' | dd of=disk conv=notrunc status=none
}

# expect STATUS [TEXT]: of the last run
expect() {
	echo "$output"
	[ "$status" -eq "$1" ]
	[ $# = 1 ] || [[ $output == *"$2"* ]]
}

# image LABEL: 1 GiB, a partition of 40 MiB with data, zeros behind it
image() {
	truncate -s 1G in
	printf 'label: %s\nstart=2048, size=81920\n' "$1" | sfdisk -q in
	head -c 5000000 /dev/urandom | dd of=in bs=1M seek=30 conv=notrunc iflag=fullblock status=none
	pxread -c 1M -b bmap -o in.zst in >fields
	need=$(sed -n 's/^Need: //p' fields)
	[ "$need" -lt $((42 << 20)) ]
}

boots_not() {
	cmp -n 1048576 disk /dev/zero
}

untouched() {
	[ "$(head -c 15 disk)" = 'old boot sector' ]
}

@test "an image of 1 GiB with 41 MiB in use is on a disk of 64 MiB, its backup GPT at the disk's end" {
	image gpt
	run pxwrite -f -b bmap -i in.zst disk
	expect 10 'too small'
	untouched
	for how in "-s 1G" "-b bmap" "-b bmap -B"; do
		truncate -s 0 disk
		truncate -s 64M disk
		run pxwrite -f $how -N "$need" -i in.zst disk
		expect 0 'disk written and verified'
		[ "$(stat -c %s disk)" -eq $((64 << 20)) ]
		cmp -i 1M -n 40M in disk
		run sfdisk --verify disk
		expect 0 'No errors detected'
		run sfdisk -l disk
		[[ $output != *corrupt* && $output != *PMBR* ]]
	done
}

@test "a disk that is smaller than Need, or than a partition, is refused and untouched" {
	image gpt
	run pxwrite -f -s 1G -N 65M -i in.zst disk
	expect 10 'too small'
	untouched
	printf 'label: gpt\nstart=2048, size=81920\nstart=204800, size=2048\n' | sfdisk -q in
	run pxwrite -f -s 1G -N "$need" -i in disk
	expect 10
	untouched
}

@test "a byte that is not zero behind the disk's end is 9, and the disk does not boot: Need was wrong" {
	image gpt
	printf x | dd of=in bs=1 seek=500000000 conv=notrunc status=none
	run pxwrite -f -s 1G -N "$need" -i in disk
	expect 9 'data behind the disk'
	[[ $output == *'disk does not boot'* ]]
	boots_not
	# the last byte before the backup, and one in the MiB that the disk ends in
	for at in $(((1 << 30) - 33 * 512 - 1)) $(((64 << 20) + 1)); do
		printf '\0' | dd of=in bs=1 seek=500000000 conv=notrunc status=none
		printf x | dd of=in bs=1 seek="$at" conv=notrunc status=none
		run pxwrite -f -s 1G -N "$need" -i in disk
		expect 9 'data behind the disk'
		printf '\0' | dd of=in bs=1 seek="$at" conv=notrunc status=none
	done
	pxwrite -q -f -s 1G -N "$need" -i in disk
}

@test "a disk that ends in the midst of a MiB gets what fits" {
	image gpt
	truncate -s 43516416 disk # 41.5 MiB and a bit: the image's data ends before
	run pxwrite -f -s 1G -N "$need" -i in.zst disk
	expect 0 'written and verified'
	cmp -i 1M -n 40M in disk
	[ "$(stat -c %s disk)" -eq 43516416 ]
	sfdisk --verify disk
	printf x | dd of=in bs=1 seek=43516500 conv=notrunc status=none
	run pxwrite -f -s 1G -N "$need" -i in disk
	expect 9 'data behind the disk'
}

@test "an MBR and a filesystem that knows its size go onto a smaller disk, too; what nobody knows does not" {
	need mkfs.ext4
	image dos
	run pxwrite -f -s 1G -N "$need" -i in.zst disk
	expect 0 'written and verified'
	cmp -i 1M -n 40M in disk
	truncate -s 40M fs
	mkfs.ext4 -q -F fs
	truncate -s 1G fs
	run pxwrite -f -s 1G -N 40M -i fs disk
	expect 0 'written and verified'
	cmp -n 40M fs disk
	truncate -s 100M fs2
	mkfs.ext4 -q -F fs2
	truncate -s 1G fs2
	run pxwrite -f -s 1G -N 40M -i fs2 disk
	expect 10 'too small'
	head -c 1M /dev/urandom >noise
	truncate -s 1G noise
	run pxwrite -f -s 1G -N 40M -i noise disk
	expect 10 'Need counts for'
}

@test "-N wants to know the whole size, and says nothing about -" {
	image gpt
	run pxwrite -f -N 41M -i in.zst disk
	expect 2 'give the size of the image'
	run pxwrite -N 41M -s 1G -i in.zst -
	expect 2
	untouched
}
