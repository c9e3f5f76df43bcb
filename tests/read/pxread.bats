#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxread: the image holds the source's bytes, by every reader's word; the source is not touched; nothing half has the
# final name.
load ../px

setup() {
	px_install pxread pxwrite pxcatalog
	need zstd python3
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	cd /
	[ ! -e "$BATS_TEST_TMPDIR/mnt" ] || umount "$BATS_TEST_TMPDIR/mnt" 2>/dev/null || true
	[ -z "${LOOP:-}" ] || losetup -d "$LOOP"
}

# expect STATUS [TEXT]: of the last run
expect() {
	echo "$output"
	[ "$status" -eq "$1" ]
	[ $# = 1 ] || [[ $output == *"$2"* ]]
}

# 5 MiB and a bit: data, zeros, data, an odd end
source_image() {
	head -c 1500000 /dev/urandom
	head -c 2000000 /dev/zero
	seq 300000
	printf end
}

# a 40 MiB disk with a GPT, 8 MiB of data behind its first MiB, data in the free space behind, zeros else
gpt_disk() {
	truncate -s 40M "$1"
	printf 'label: gpt\nstart=2048, size=16384\n' | sfdisk -q "$1"
	head -c 8388608 /dev/urandom | dd of="$1" bs=1M seek=1 conv=notrunc iflag=fullblock status=none
	printf garbage | dd of="$1" bs=1 seek=20000000 conv=notrunc status=none
}

attach() {
	need_root
	LOOP=$(losetup -f --show "$@") || skip "no loop devices"
}

nothing_left() {
	[ -z "$(ls | grep -E '^out|\.new$')" ]
}

@test "zstd, bmaptool and pxwrite give back the source, frame for frame, and the fields say how large it is" {
	need bmaptool
	source_image >in
	run pxread -H -b out.bmap -o out.zst in
	expect 0
	size=$(stat -c %s in)
	[ "${lines[0]}" = "Size: $size" ]
	[ "${lines[1]}" = "Need: $size" ]
	[ "${lines[2]}" = "Bmap-SHA256: $(sha256sum out.bmap | cut -c 1-64)" ]
	[ "${lines[3]}" = "SHA256: $(sha256sum in | cut -c 1-64)" ]
	zstd -tq out.zst
	zstd -dcq out.zst | cmp - in
	count=$(((size + 524287) / 524288))
	[ "$(python3 "$PX_TOP/tests/read/frames.py" out.zst in out.bmap)" = "524288 $count $count" ]
	truncate -s 8M disk disk2
	pxwrite -q -f -b out.bmap -i out.zst disk
	cmp -n "$size" disk in
	bmaptool copy --bmap out.bmap out.zst disk2
	cmp -n "$size" disk2 in
}

@test "the same source gives the same bytes, however many threads there are" {
	source_image >in
	pxread -b a.bmap -o a.zst in
	taskset -c 0 "$BATS_TEST_TMPDIR/bin/pxread" -b b.bmap in >b.zst
	cmp a.zst b.zst
	cmp a.bmap b.bmap
}

@test "an image in any format that pxwrite decodes becomes the same frames" {
	source_image >in
	pxread -b raw.bmap -o raw.zst in
	for pack in 'gzip -c' 'xz -0c' 'bzip2 -c' 'lz4 -c' 'zstd -qc'; do
		command -v "${pack%% *}" >/dev/null || continue
		$pack in >packed
		pxread -b out.bmap -o out.zst packed
		cmp raw.zst out.zst
		cmp raw.bmap out.bmap
	done
	head -c 100000 packed >cut
	rm out.*
	run pxread -b out.bmap -o out.zst cut
	expect 9
	nothing_left
}

@test "frames of any size are cut right: one byte, one frame, one frame and a byte" {
	for size in 1 65535 65536 65537 131072 200001; do
		printf '\0' >in # not text
		head -c $((size - 1)) /dev/urandom >>in
		pxread -c 64k -b out.bmap -o out.zst in
		python3 "$PX_TOP/tests/read/frames.py" out.zst in out.bmap
		zstd -dcq out.zst | cmp - in
	done
	for bad in 4k 65537 1G 0 x; do
		run pxread -c $bad -o no.zst in
		expect 2
	done
	[ ! -e no.zst ]
}

@test "a frame of zeros is a range with the sum of zeros; only what the source does not use is a hole" {
	head -c 3145728 /dev/zero >written
	pxread -b out.bmap -o out.zst written
	[ "$(python3 "$PX_TOP/tests/read/frames.py" out.zst written out.bmap)" = '524288 6 6' ]
	truncate -s 3M sparse
	printf x | dd of=sparse bs=1 seek=2200000 conv=notrunc status=none
	pxread -b out.bmap -o out.zst sparse
	# the first one, though it is a hole: no other tool may leave an old boot sector there
	[ "$(python3 "$PX_TOP/tests/read/frames.py" out.zst sparse out.bmap)" = '524288 6 2' ]
	truncate -s 3M nothing
	pxread -b out.bmap -o out.zst nothing
	[ "$(python3 "$PX_TOP/tests/read/frames.py" out.zst nothing out.bmap)" = '524288 6 1' ]
}

@test "from 64 GiB on frames have 1 MiB, and no image has more ranges than a block map may have" {
	truncate -s 64G large || skip "no room for sparse files"
	pxread -b out.bmap -o out.zst large
	[ "$(tail -c 17 out.zst | od -An -tu4 -N 4 | tr -d ' ')" = 1048576 ]
	[ "$(tail -c 9 out.zst | od -An -tu4 -N 4 | tr -d ' ')" = 65536 ]
	truncate -s $(((64 << 30) - 524288)) large
	pxread -o out.zst large
	[ "$(tail -c 9 out.zst | od -An -tu4 -N 4 | tr -d ' ')" = 131071 ]
	run pxread -c 64k -b no.bmap -o no.zst large
	expect 2 'no block map has so many'
	[ ! -e no.zst ]
	[ ! -e no.zst.new ]
}

@test "with a map only what is in use is read, and the tables; Need ends with the last partition" {
	need sfdisk
	gpt_disk disk
	printf '# by hand\n0x0 ?\n0x100000 0x200000 +\n0x300000 0x600000 ?\n' >map
	run pxread -m map -b out.bmap -o out.zst disk
	expect 0
	[ "${lines[1]}" = "Need: $((9 * 1024 * 1024 + 33 * 512 + 3584))" ] # rounded up to 4 KiB
	zstd -dcq out.zst >back
	cmp -n 3145728 back disk
	cmp -i 3145728 -n $((37 * 1024 * 1024 - 33 * 512)) back /dev/zero
	cmp -i $((40 * 1024 * 1024 - 33 * 512)) back disk # the backup table
	python3 "$PX_TOP/tests/read/frames.py" out.zst back out.bmap
	printf '0 +\n0x300000 0x100000 +\n' >map2
	pxread -m map -m map2 -o out.zst disk
	zstd -dcq out.zst | cmp -n 4194304 - disk
	rm out.zst
	run pxread -o out.zst disk
	[ "${lines[1]}" = 'Need: 20017152' ] # where "garbage" ends, and room for the backup table
}

@test "a map that lies is refused: past the end, overlapping, of a rescue, no map at all" {
	head -c 3000000 /dev/urandom >in
	while read -r why map; do
		printf "0 ?\n$map" >map
		run pxread -m map -b out.bmap -o out.zst in
		expect 9 "${why//_/ }"
		nothing_left
	done <<-'E'
		past_the_end 0 0x300000 +\n
		past_the_end 0x7fffffffffffffff 1 +\n
		past_the_end 1 0x7fffffffffffffff +\n
		overlaps 0 1000 +\n500 1000 +\n
		overlaps 1000 1000 ?\n0 1000 +\n
		neither 0 1000 -\n
		neither 0 1000 *\n
		not_a_position 0 1000\n
		not_a_position 0 1000 + x\n
		not_a_position 0 99999999999999999999 +\n
		not_a_position -1 1000 +\n
		no_ranges \n
	E
	run pxread -m /nonexistent -o out.zst in
	expect 3
	gzip in
	printf '0 ?\n0 1000 +\n' >map
	run pxread -m map -o out.zst in.gz
	expect 2 'only for a disk or a raw image'
	nothing_left
}

@test "partclone's own maps are taken" {
	need partclone.extfs mkfs.ext4
	truncate -s 20M part
	mkfs.ext4 -q -d "$PX_TOP/docs" part
	partclone.extfs -D -s part -O map --offset_domain=0 -q
	pxread -m map -o out.zst part
	zstd -dcq out.zst >back
	e2fsck -fn back
}

@test "a disk is opened for reading only, nothing of it changes, and one in use is refused" {
	need strace mkfs.ext4
	truncate -s 40M disk
	mkfs.ext4 -q -F -d "$PX_TOP/docs" disk
	before=$(sha256sum <disk)
	attach -r disk # a device that could not be written, either
	strace -f -o trace -e trace=openat,open,ioctl,pwrite64,fallocate pxread -b out.bmap -o out.zst "$LOOP"
	grep -F "\"$LOOP\"" trace | grep -q 'O_RDONLY|O_EXCL'
	run grep -E "\"$LOOP\".*O_(RDWR|WRONLY)|pwrite64|fallocate|BLK(ZEROOUT|DISCARD)" trace
	[ "$status" -eq 1 ]
	[ "$(sha256sum <disk)" = "$before" ]
	zstd -dcq out.zst | cmp - disk
	mkdir mnt
	mount -o ro,noload "$LOOP" mnt
	rm out.*
	run pxread -o out.zst "$LOOP"
	umount mnt
	expect 10 'in use'
	nothing_left
}

@test "a read error ends it, and names the place; nothing is left" {
	need strace
	source_image >in
	# of the image alone: glibc's loader reads libraries by the same call
	run strace -f -o /dev/null -P "$PWD/in" -e inject=pread64:error=EIO:when=4 pxread -b out.bmap -o out.zst in
	expect 3 'cannot read at 1048576: '
	nothing_left
}

@test "a full disk ends it, also in the seek table and the block map; nothing is left" {
	need_root
	source_image >in
	mkdir mnt
	mount -t tmpfs -o size=1m none mnt
	for room in 4 100 1000; do
		mount -o "remount,size=${room}k" mnt
		run pxread -b mnt/out.bmap -o mnt/out.zst in
		expect 3 'No space left'
		[ -z "$(ls mnt)" ]
	done
	mount -o remount,size=8m mnt
	run pxread -b mnt/out.bmap -o mnt/out.zst in
	expect 0
	umount mnt
}

@test "stopped by a signal it is 130 and leaves nothing; killed it leaves nothing under the final name" {
	{ head -c 4096 /dev/zero; seq 9000000; } >in # at level 19 that takes many seconds
	for signal in TERM INT HUP KILL; do
		"$BATS_TEST_TMPDIR/bin/pxread" -l 19 -b out.bmap -o out.zst in 3>&- &
		pid=$!
		wait_for 20 test -s out.zst.new
		kill "-$signal" "$pid"
		rc=0
		wait "$pid" || rc=$?
		echo "$signal: $rc"
		[ ! -e out.zst ]
		[ ! -e out.bmap ]
		[ "$signal" = KILL ] || [ "$rc" = 130 ]
		[ "$signal" = KILL ] || nothing_left
	done
	# and the next run is not in the way of that
	pxread -l 1 -b out.bmap -o out.zst in
	[ ! -e out.zst.new ]
	zstd -dcq out.zst | cmp - in
}

# held COMMAND...: runs it with its output in a pipe that nobody reads before change() has been called
held() {
	mkfifo pipe
	rc=0
	"$@" >pipe 2>err &
	pid=$!
	exec 7<pipe
	head -c 65536 <&7 >out.head
	change
	cat <&7 >out.rest
	exec 7<&-
	wait "$pid" || rc=$?
	cat err
}

@test "a file that is changed while it is read is 9, and the pipe ends with the mark of what failed" {
	head -c 30000000 /dev/urandom >in
	change() { touch in; }
	held pxread in
	[ "$rc" -eq 9 ]
	grep -q 'was changed while it was read' err
	tail -c 512 out.rest | grep -qa failed
}

@test "a disk whose first sectors change meanwhile is 9 always, one that changes anywhere with -2" {
	head -c 33554432 /dev/urandom >disk
	attach disk
	change() { printf changed | dd of="$LOOP" bs=1 seek=100 conv=notrunc status=none; }
	held pxread "$LOOP"
	[ "$rc" -eq 9 ]
	grep -q 'read twice, and not the same at 0' err
	rm pipe
	change() { printf changed | dd of="$LOOP" bs=1 seek=600000 conv=notrunc status=none; }
	held pxread -2 "$LOOP"
	[ "$rc" -eq 9 ]
	grep -q 'not the same at 524288' err
	pxread -2 -o out.zst "$LOOP"
	zstd -dcq out.zst | cmp - disk
}

@test "a level whose strategy was left out of libzstd is refused and said, not replaced by another" {
	printf x >in
	for level in 5 9 15; do
		run pxread -l $level -o out.zst in
		expect 2 'levels 5 to 15 are not built in'
	done
	nothing_left
}

@test "what is no disk image is refused by name, and so is what must not be replaced" {
	: >empty
	run pxread -o out.zst empty
	expect 9 'no image'
	if command -v qemu-img >/dev/null; then
		qemu-img create -q -f qcow2 q.qcow2 1M
		run pxread -o out.zst q.qcow2
		expect 9 'qcow2'
	fi
	mkfifo fifo
	run timeout 20 pxread -o out.zst fifo
	expect 10
	run pxread -o out.zst .
	expect 10
	run pxread -o out.zst gone
	expect 3
	nothing_left
	source_image >in
	run pxread -o /dev/null in
	expect 10 'not a regular file'
	[ -c /dev/null ]
	cp in before
	run pxread -o in in
	expect 10 'is what is read'
	run pxread -b in -o out.zst in
	expect 10
	ln in link
	run pxread -o link in
	expect 10
	cmp in before
	nothing_left
	run pxread -o out.zst
	[ "$status" -ne 0 ]
}

@test "progress goes to -p in lines, and why it failed" {
	source_image >in
	pxread -q -p 5 -o out.zst in 5>progress
	grep -qE "^bytes=$(stat -c %s in) total=$(stat -c %s in) stage=read " progress
	rc=0
	pxread -q -p 5 -o out.zst gone 5>progress || rc=$?
	[ "$rc" -eq 3 ]
	grep -qx 'why=disk' progress
}

@test "what it prints makes a stanza that pxcatalog takes" {
	need sfdisk
	mkdir root
	gpt_disk disk
	mapfile -t fields < <(pxread -b root/lab.bmap -o root/lab.img.zst disk | sed 's/: /=/')
	[ "${#fields[@]}" -eq 3 ]
	run pxcatalog add root/images root/lab.img.zst Bmap=lab.bmap "${fields[@]}"
	expect 0 'lab added'
	run pxcatalog check root/images
	expect 0
}

# A GPT for 512 and one for 4096 bytes, both sound, behind one protective MBR
both_tables() {
	python3 - "$1" <<'PY'
import struct, sys, zlib
disk = bytearray(4 << 20)
disk[446:462] = bytes([0, 0, 2, 0, 0xee, 255, 255, 255]) + struct.pack('<II', 1, 8191)
disk[510:512] = b'\x55\xaa'
for sector, entries, first, last, backup in (512, 64, 2048, 8151, 8191), (4096, 16, 256, 1015, 1023):
    array = bytearray(128 * 128)
    array[:48] = b'linux partition!' + b'u' * 16 + struct.pack('<QQ', first, last)
    header = bytearray(struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, 0, 0, 1, backup, first, last,
                                   b'g' * 16, entries, 128, 128, zlib.crc32(array)))
    header[16:20] = struct.pack('<I', zlib.crc32(header))
    disk[sector:sector + 92] = header
    disk[entries * sector:entries * sector + len(array)] = array
open(sys.argv[1], 'wb').write(disk)
PY
}

@test "a GPT that is made for sectors of both sizes is read like any other" {
	both_tables both
	run pxread -o both.zst both
	expect 0
	zstd -qdc both.zst | cmp - both
}
