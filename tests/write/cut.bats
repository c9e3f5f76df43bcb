# SPDX-License-Identifier: GPL-2.0-or-later
# Images of several members, streams or frames, cut between two of them: the decoder has nothing to say against that,
# what the image says of itself has.
load ../px
load ../write/write

setup_file() {
	need sfdisk sgdisk mke2fs
	export IMAGES=$BATS_FILE_TMPDIR
	gpt_image "$IMAGES/gpt" 6M
	cp "$IMAGES/gpt" "$IMAGES/hybrid"
	sgdisk -h 1 "$IMAGES/hybrid" >/dev/null
	truncate -s 6M "$IMAGES/mbr"
	printf 'label: dos\n,\n' | sfdisk -q "$IMAGES/mbr"
	mke2fs -q -t ext4 "$IMAGES/ext4" 6M
}

setup() {
	px_install pxwrite
	# in memory: some filesystems are never small
	FAST=$(mktemp -d -p /dev/shm pxwrite-test.XXXXXX)
	cd "$FAST"
	junk disk 12M
	before=$(sha256_of disk)
}

teardown() {
	rm -rf "${FAST:-}"
}

# halves IMAGE COMMAND...: first, second: both halves of it, compressed each for itself
halves() {
	local bytes
	bytes=$(stat -c %s "$1")
	head -c "$((bytes / 2 / 4096 * 4096))" "$1" | "${@:2}" >first
	tail -c "+$((bytes / 2 / 4096 * 4096 + 1))" "$1" | "${@:2}" >second
}

# found_cut IMAGE DISK WORDS: its first half alone is refused, with WORDS, both are written
found_cut() {
	halves "$1" zstd -qc
	run pxwrite -f "$2" <first
	echo "$1: $output"
	[[ $output == *"the image is cut short"*"$3 ends at byte $4"* ]]
	no_boot "$2" 9
	cat first second >both
	run pxwrite -f "$2" <both
	echo "$output"
	written "$1" "$2"
}

@test "a table whose last partition is missing is refused, in every format and with every kind of table" {
	for command in "gzip -c" "zstd -qc" "xz -c" "bzip2 -c" "lz4 -qc"; do
		# the command's words
		halves "$IMAGES/mbr" $command
		run pxwrite -f disk <first
		echo "$command: $output"
		[[ $output == *"the image is cut short: 3145728 bytes came, its last partition ends at byte 6291456"* ]]
		no_boot disk 9
		cat first second >both
		run pxwrite -f disk <both
		written "$IMAGES/mbr" disk
	done
	for table in gpt hybrid; do
		halves "$IMAGES/$table" zstd -qc
		run pxwrite -f disk <first
		[[ $output == *"the image is cut short"*"its last partition ends"* ]]
		no_boot disk 9
	done
}

@test "a filesystem without a table that says that it is longer is refused" {
	found_cut "$IMAGES/ext4" disk "its filesystem" 6291456
	mke2fs -q -t ext2 -b 1024 ext2 5000
	found_cut ext2 disk "its filesystem" $((5000 * 1024))
	mke2fs -q -t ext4 -O 64bit -b 4096 ext4-64 1500
	found_cut ext4-64 disk "its filesystem" $((1500 * 4096))
}

@test "so is a FAT of every width" {
	need mkfs.fat
	truncate -s 100M disk
	while read -r bits kib; do
		mkfs.fat -C -F "$bits" fat "$kib" >/dev/null
		found_cut fat disk "its filesystem" $((kib * 1024))
		rm fat
	done <<-EOF
		12 4000
		16 20000
		32 70000
	EOF
}

@test "so is squashfs" {
	need mksquashfs
	mkdir tree
	junk tree/file 2M
	mksquashfs tree squash -quiet -no-progress >/dev/null
	found_cut squash disk "its filesystem" "$(od -An -tu8 -j40 -N8 squash | tr -d ' ')"
}

@test "so are xfs and btrfs" {
	need mkfs.xfs mkfs.btrfs
	truncate -s 320M disk xfs
	mkfs.xfs -q xfs
	found_cut xfs disk "its filesystem" 335544320
	rm xfs
	truncate -s 120M btrfs
	mkfs.btrfs -q btrfs
	found_cut btrfs disk "its filesystem" 125829120
}

@test "so is an isohybrid image, by its table or its volume" {
	need xorriso
	mkdir tree
	junk tree/file 3M
	junk mbr 432
	xorriso -as mkisofs -isohybrid-mbr mbr -c boot.cat -b file -no-emul-boot -boot-load-size 4 -boot-info-table \
		-o iso tree 2>/dev/null
	found_cut iso disk "its last partition" "$(stat -c %s iso)"
	# a table that ends early
	printf 'label: dos\nstart=64,size=2000,type=17,bootable\n' | sfdisk -q --wipe never iso
	found_cut iso disk "its filesystem" "$(stat -c %s iso)"
}

@test "a raw file that is shorter than its filesystem is refused before the first write" {
	head -c 4M "$IMAGES/ext4" >part
	run pxwrite -f -i part disk
	[[ $output == *"4194304 bytes came, its filesystem ends at byte 6291456"* ]]
	untouched disk "$before" 9
}

@test "a filesystem longer than the disk is refused before the first write" {
	junk disk 4M
	before=$(sha256_of disk)
	zstd -qc "$IMAGES/ext4" >packed
	run pxwrite -f disk <packed
	untouched disk "$before" 10
}

@test "a filesystem that is meant to be longer than its image is written when size or hash is given" {
	head -c 4M "$IMAGES/ext4" >part
	zstd -qk part
	run pxwrite -f -s 4M disk <part.zst
	written part disk
	run pxwrite -f -H "$(sha256_of part)" -i part disk
	written part disk
}
