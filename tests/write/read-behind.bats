# SPDX-License-Identifier: GPL-2.0-or-later
# Reading back while the image still comes: on a disk without heads to move, in the time that the network leaves it.
load ../px
load ../write/write

BYTES=419430400
FEED_PY=$PX_TOP/tests/write/feed.py

setup() {
	need strace losetup
	need_root
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	# in memory: a loop device has heads to move if its file's disk has
	memory=$(mktemp -d -p /dev/shm)
	truncate -s 420M "$memory/disk"
	loop_disk "$memory/disk"
	[ "$(cat "/sys/block/${LOOP#/dev/}/queue/rotational")" = 0 ]
}

teardown() {
	loop_gone
	rm -rf "${memory:-}"
}

# slowly STRACE_OPTION... -- PXWRITE_OPTION...: $output, $status, the calls in trace, FEED: arguments for feed.py
slowly() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run bash -o pipefail -c 'feed=$0 part=$1; shift; "$feed" $part | "$@"' "$FEED_PY" "${FEED:-}" \
		timeout 60 strace -f -qq -o trace -P "$LOOP" "${options[@]}" pxwrite -f -s "$BYTES" "$@" "$LOOP"
	echo "$output"
}

# failed MESSAGE: it ended by itself while the image did not come any more, and says why
failed() {
	[ "$status" -eq 3 ]
	[[ $output == *"$1"* ]]
	[ "$(last_line)" = "pxwrite: $LOOP: disk does not boot" ]
	cmp -n 1048576 "$LOOP" /dev/zero
}

# a hundred of the MiB that came, beside both ends of the disk
hundred_read() {
	[ "$(grep -c 'pread64(' trace)" -ge 110 ]
}

@test "what has come is flushed and read back while the rest comes, and nothing twice but samples" {
	mkfifo fifo
	timeout 200 strace -f -qq -o trace -P "$LOOP" -e trace=pread64,pwrite64,fdatasync \
		pxwrite -f -s "$BYTES" "$LOOP" <fifo >out 2>&1 &
	timeout=$!
	exec 9>fifo
	"$FEED_PY" 0 300 >&9
	# one MiB after the other, with a while for reading a few between them, however slow this machine is
	for ((mib = 300; mib < 399; mib++)); do
		if hundred_read; then break; fi
		"$FEED_PY" "$mib" $((mib + 1)) >&9
	done
	"$FEED_PY" "$mib" 400 >&9
	exec 9>&-
	wait "$timeout"
	mapfile -t lines <out
	[ "$(last_line)" = "pxwrite: $LOOP: disk written and verified" ]
	reads=$("$PX_TOP/tests/write/behind.py" trace)
	echo "$reads reads before the last write"
	[ "$reads" -ge 100 ]
	# 399 MiB behind the first, a sample of each of three batches, the disk's ends
	[ "$(grep -c 'pread64(' trace)" -ge 399 ]
	[ "$(grep -c 'pread64(' trace)" -le 420 ]
}

@test "a disk that loses a write is found out while the image stalls" {
	FEED="0 390 100" slowly -e trace=pwrite64 -e inject=pwrite64:retval=1048576:when=5 --
	failed 'the disk does not give back what was written'
}

@test "a read that fails while the image stalls ends it at once" {
	FEED="0 260 100" slowly -e trace=pread64 -e inject=pread64:error=EIO:delay_enter=1000000:when=7 --
	failed 'cannot read back at byte'
}

@test "a flush that fails while the image stalls ends it at once" {
	FEED="0 160 100" slowly -e trace=fdatasync -e inject=fdatasync:error=EIO:delay_enter=1000000:when=1 --
	failed 'what the disk holds is not known'
}

@test "a flush that fails is what is said, although the image is cut then, too" {
	FEED="0 160 3" slowly -e trace=fdatasync -e inject=fdatasync:error=EIO:delay_enter=4000000:when=1 --
	failed 'what the disk holds is not known'
}

# more than its ends: the first MiB of the first batch, which is the batch's sample, at least
has_read_behind() {
	local pid
	pid=$(pgrep -P "$timeout")
	[ "$(sed -n 's/^read_bytes: //p' "/proc/$pid/io")" -gt 33554432 ]
}

@test "a disk that is smaller than it says is found out: what came later is where the beginning was" {
	mkfifo fifo
	timeout 100 pxwrite -f -s "$BYTES" "$LOOP" <fifo >out 2>&1 &
	timeout=$!
	exec 9>fifo
	"$FEED_PY" 0 300 >&9
	wait_for 60 has_read_behind
	dd if=/dev/urandom of="$memory/disk" bs=1M seek=1 count=1 conv=notrunc status=none
	"$FEED_PY" 300 400 >&9
	exec 9>&-
	status=0
	wait "$timeout" || status=$?
	cat out
	[ "$status" -eq 3 ]
	grep -q 'the disk does not give back what was written between byte 1048576 and 2097151' out
}

@test "with -V nothing is read back meanwhile" {
	slowly -e trace=pread64,fdatasync -- -V
	[ "$status" -eq 0 ]
	[ "$(last_line)" = "pxwrite: $LOOP: disk written, not read back" ]
	[ "$(grep -c 'fdatasync(' trace)" -eq 0 ]
	[ "$(grep -c 'pread64(' trace)" -le 10 ]
}
