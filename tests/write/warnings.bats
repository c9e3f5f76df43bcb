# SPDX-License-Identifier: GPL-2.0-or-later
# What stops nothing but should be seen: `warning=KEYWORD words` on -p, with -q, too.
load ../px
load ../write/write

setup() {
	need sfdisk sgdisk
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	gpt_image img 6M
	truncate -s 10M disk
}

# warned OPTIONS KEYWORD WORDS: pxwrite -q succeeds, says nothing, and -p has that warning; without -q people see it
warned() {
	# the options' words
	run pxwrite -q -f -p 4 $1 disk 4>progress
	echo "$output"
	cat progress
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(grep -c '^warning=' progress)" -eq 1 ]
	grep -q "^warning=$2 .*$3" progress
	run pxwrite -f $1 disk
	[[ $output == *"pxwrite: warning: "*"$3"* ]]
}

@test "a broken table and a hybrid one" {
	sgdisk -h 1 img >/dev/null 2>&1
	warned "-i img" table "hybrid partition table: left as it is"
	gpt_image broken 6M
	printf '\377' | dd of=broken bs=1 seek=$((512 + 16)) conv=notrunc status=none
	warned "-i broken" table "partition table is broken"
}

@test "what -g did, and why it did nothing" {
	warned "-g -i img" grown "partition 2 has grown from"
	sgdisk -t 2:ef00 img >/dev/null
	warned "-g -i img" grow "partition 2, the last one, is"
}

@test "what an image has in the holes of its bmap" {
	need bmaptool
	cp --sparse=always img sparse
	bmaptool -q create -o bmap sparse
	printf X | dd of=img bs=1 seek=3500000 conv=notrunc status=none
	warned "-b bmap -i img" hole "data at byte 3500000"
}

@test "data with neither table nor filesystem" {
	junk data 3M
	warned "-i data" doubtful "no partition table and no filesystem"
}
