# SPDX-License-Identifier: GPL-2.0-or-later
# Faults: each write, flush, read and ioctl of the disk fails in turn, or pxwrite is killed there. Whatever happens, the
# disk is as it was, or complete, or has no boot sector; and the last message, and the last state= of -p, say which.
# faults.py looks at both ends.
load ../px
load ../write/write

setup_file() {
	export IMAGES=$BATS_FILE_TMPDIR
	# a GPT whose backup must move, and a run of zeros
	gpt_image "$IMAGES/img" 6M
	junk "$IMAGES/part" 700K
	dd if="$IMAGES/part" of="$IMAGES/img" bs=1M seek=2 conv=notrunc status=none
	zstd -q "$IMAGES/img"
}

setup() {
	need strace losetup
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	truncate -s 8M disk
}

teardown() {
	loop_gone
}

on_loop() {
	need_root
	loop_disk disk
	"$PX_TOP/tests/write/faults.py" pxwrite "$IMAGES/img.zst" "$LOOP" "$@"
}

on_file() {
	"$PX_TOP/tests/write/faults.py" pxwrite "$IMAGES/img.zst" "$PWD/disk" "$@"
}

@test "a disk: killed at any write, it is whole or does not boot, and what -p said last is true" {
	on_loop pwrite64 KILL
}

@test "a disk: killed at any flush, it is whole or does not boot, and what -p said last is true" {
	on_loop fsync KILL
}

@test "a disk: killed at any ioctl, it is whole or does not boot, and what -p said last is true" {
	on_loop ioctl KILL
}

@test "a disk: killed at any read of it, it is whole or does not boot, and what -p said last is true" {
	on_loop pread64 KILL
}

@test "a disk: a signal at any write, flush, read or ioctl ends it at once, or comes too late: never a whole disk called aborted" {
	on_loop pwrite64 TERM
	on_loop fsync TERM
	on_loop pread64 TERM
	on_loop ioctl TERM
}

@test "a disk whose last MiB was cleared is not called untouched, even when its first was blank" {
	junk last 1M
	dd if=last of=disk bs=1M seek=7 conv=notrunc status=none
	# the second flush: after both ends were cleared
	run strace -f -qq -o trace -e trace=fsync -e inject=fsync:error=EIO:when=2 pxwrite -f disk <"$IMAGES/img.zst"
	echo "$output"
	grep INJECTED trace
	cmp -n 1048576 -i 7340032:0 disk /dev/zero
	no_boot disk 3
}

@test "a disk: any write that fails is 3, and it does not boot, or an end of it could not be cleared and that is said" {
	on_loop pwrite64 EIO
	on_loop pwrite64 ENOSPC
}

@test "a write that fails while the image stalls ends pxwrite at once" {
	truncate -s 20M disk
	junk stalls 12M
	mkfifo fifo
	{ cat stalls; exec sleep 120; } >fifo &
	feeder=$!
	# clearing takes three writes of the main thread; of the two that write, one has a fourth, and that takes a
	# second
	run timeout 60 strace -f -qq -o trace -e trace=pwrite64 \
		-e inject=pwrite64:error=EIO:delay_enter=1000000:when=4 \
		pxwrite -f -s 16M disk <fifo
	kill -0 "$feeder"
	stop "$feeder"
	echo "$output"
	grep INJECTED trace
	[[ $output == *"cannot write at byte "*": I/O error"* || $output == *": Input/output error"* ]] # musl's word, glibc's
	no_boot disk 3
}

@test "a disk: any flush that fails is 3, and it does not boot, or an end of it could not be cleared and that is said" {
	on_loop fsync EIO
	on_loop fsync ENOSPC
}

# from the last flush on, which is that of the boot sector
@test "a disk whose boot sector can neither be flushed nor cleared is not called one that does not boot" {
	strace -f -qq -o trace -e trace=fsync pxwrite -f disk <"$IMAGES/img.zst"
	last=$(grep -c fsync trace)
	run strace -f -qq -o trace -e trace=fsync -e "inject=fsync:error=EIO:when=$last+" pxwrite -f disk \
		<"$IMAGES/img.zst"
	echo "$output"
	grep INJECTED trace
	[ "$status" -eq 3 ]
	[ "$(last_line)" = "pxwrite: disk: disk state not known: it may boot" ]
}

@test "a disk that takes no boot sector, and no zeros in its place, does not boot" {
	strace -qq -o trace -e trace=pwrite64 pxwrite -f disk <"$IMAGES/img.zst"
	last=$(grep -c pwrite64 trace)
	run strace -qq -o trace -e trace=pwrite64 -e "inject=pwrite64:error=EIO:when=$last+" pxwrite -f disk \
		<"$IMAGES/img.zst"
	echo "$output"
	[ "$(grep -c INJECTED trace)" -eq 2 ]
	[ "$status" -eq 3 ]
	[ "$(last_line)" = "pxwrite: disk: disk does not boot" ]
	cmp -n 512 disk /dev/zero
}

@test "a disk that fails for good while it is cleared is not called one that does not boot" {
	junk first 1M
	dd if=first of=disk conv=notrunc status=none
	run strace -qq -o trace -P "$PWD/disk" -e trace=pwrite64,pread64 -e inject=pwrite64:error=EIO:when=1+ \
		-e inject=pread64:error=EIO:when=3+ \
		pxwrite -f disk <"$IMAGES/img.zst"
	echo "$output"
	[ "$status" -eq 3 ]
	[ "$(last_line)" = "pxwrite: disk: disk state not known: it may boot" ]
}

# The fourth write of each thread is said to be one that O_DIRECT does not do, a second later: both writers are at it
# then. The main thread's, sector 1 and on, is the first that fails: it is buffered already.
@test "a file that stops taking O_DIRECT is written through the page cache, by all threads" {
	junk img 14M
	truncate -s 15M disk
	run strace -f -qq -o trace -e trace=pwrite64 -e inject=pwrite64:error=EINVAL:delay_enter=1000000:when=4 \
		pxwrite -f \
		-i img disk
	echo "$output"
	[ "$(grep -c INJECTED trace)" -eq 3 ]
	[[ $output == *"disk: cannot write at byte 512: Invalid argument"* ]]
	no_boot disk 3
}

@test "a disk: any ioctl that fails leaves it whole or not booting" {
	on_loop ioctl EIO
	on_loop ioctl ENOSPC
}

@test "a disk: any read-back that fails is 3, and it does not boot" {
	on_loop pread64 EIO
}

@test "a disk with a sector in its first or last MiB that cannot be read is written over, and that is said" {
	for k in 1 2; do
		run strace -qq -o trace -P "$PWD/disk" -e trace=pread64 -e inject=pread64:error=EIO:when=$k \
			pxwrite -f disk <"$IMAGES/img.zst"
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *"warning: disk: cannot read all of its first and last MiB"*"they are written over"* ]]
		[ "$(last_line)" = "pxwrite: disk: disk written and verified" ]
	done
}

@test "a disk that loses any one write is found out: 3, and it does not boot" {
	on_loop pwrite64 LOST
}

@test "a disk that cannot zero by itself is written with zeros" {
	on_loop ioctl EOPNOTSUPP
}

@test "the image: any read of it that fails is 3, and the disk does not boot" {
	on_loop read EIO
}

@test "a file: any write, flush or zeroing that fails is 3, and it does not boot" {
	on_file pwrite64 EIO
	on_file fsync EIO
	on_file fallocate ENOSPC
}

@test "a file: killed at any write, it is whole or does not boot" {
	on_file pwrite64 KILL
}

@test "without read-back: killed at any write or flush, it is whole or does not boot" {
	on_loop pwrite64 KILL -V
	on_loop fsync KILL -V
}

@test "clearing alone: killed or failing at any write, flush or read, what is said of the disk is true" {
	for fault in KILL TERM EIO; do
		on_loop pwrite64 $fault -z
		on_loop fsync $fault -z
		on_loop pread64 $fault -z
	done
	on_loop pwrite64 LOST -z
}

@test "with a vouched block map: killed or failing at any write, it is whole or does not boot" {
	need bmaptool
	bmaptool -q create -o map "$IMAGES/img"
	for fault in KILL EIO LOST; do
		on_loop pwrite64 $fault -b map -B
	done
}
