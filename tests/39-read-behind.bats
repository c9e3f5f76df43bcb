# Reading back while the image still comes: on a disk without heads to move, in the time that the network leaves it.
load px
load write/write

BYTES=419430400

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

# slowly STRACE_OPTION... -- PXWRITE_OPTION...: $output, $status, the calls in trace, what was fed in fed
slowly() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run bash -o pipefail -c '"$0" fed | "$@"' "$PX_TOP/tests/write/feed.py" \
		strace -f -qq -o trace "${options[@]}" pxwrite -f -s "$BYTES" "$@" "$LOOP"
	echo "$output"
}

# calls of threads: the main thread, which has the last one, reads and writes the disk's ends; a child of it, by descriptor 0, looks
# what is there
threads_only() {
	local main
	main=$(sed -n '$s/ .*//p' trace)
	grep -v -e "^$main " -e 'pread64(0,' -e ' --- ' trace
}

reads_before_the_last_write() {
	threads_only >threads
	head -n "$(grep -n 'pwrite64(' threads | tail -n 1 | cut -d : -f 1)" threads | grep -c 'pread64('
}

@test "what has come is flushed and read back while the rest comes, and nothing twice" {
	slowly -e trace=pread64,pwrite64,fdatasync --
	[ "$status" -eq 0 ]
	[ "$(last_line)" = "pxwrite: $LOOP: disk written and verified" ]
	[ "$(cat fed)" -eq "$BYTES" ]
	[ "$(reads_before_the_last_write)" -ge 128 ]
	[ "$(grep -c 'fdatasync(' trace)" -ge 1 ]
	# 399 MiB behind the first, and both ends three times at most
	[ "$(grep -c 'pread64(' trace)" -ge 399 ]
	[ "$(grep -c 'pread64(' trace)" -le 410 ]
}

@test "a flush comes before the first read of what it flushes" {
	slowly -e trace=pread64,fdatasync --
	threads_only >threads
	[[ $(head -n 1 threads) == *fdatasync* ]]
	[ "$(wc -l <threads)" -ge 400 ]
}

@test "a disk that loses a write is found out long before the image has come" {
	slowly -e trace=pwrite64 -e inject=pwrite64:retval=1048576:when=5 --
	[ "$status" -eq 3 ]
	[[ $output == *"the disk does not give back what was written"* ]]
	[ "$(last_line)" = "pxwrite: $LOOP: disk does not boot" ]
	cmp -n 1048576 "$LOOP" /dev/zero
	[ "$(cat fed)" -lt 314572800 ]
}

@test "a read or a flush that fails meanwhile is 3, and the disk does not boot" {
	slowly -e trace=pread64 -e inject=pread64:error=EIO:when=7 --
	[ "$status" -eq 3 ]
	[[ $output == *"cannot read back at byte"*"I/O error"* ]]
	[ "$(last_line)" = "pxwrite: $LOOP: disk does not boot" ]
	[ "$(cat fed)" -lt 314572800 ]
	slowly -e trace=fdatasync -e inject=fdatasync:error=EIO:when=1 --
	[ "$status" -eq 3 ]
	[[ $output == *"flushing failed: I/O error"* ]]
	[ "$(last_line)" = "pxwrite: $LOOP: disk does not boot" ]
	cmp -n 1048576 "$LOOP" /dev/zero
}

@test "with -V nothing is read back meanwhile" {
	slowly -e trace=pread64,fdatasync -- -V
	[ "$status" -eq 0 ]
	[ "$(last_line)" = "pxwrite: $LOOP: disk written, not read back" ]
	[ "$(grep -c 'fdatasync(' trace)" -eq 0 ]
	[ "$(grep -c 'pread64(' trace)" -le 10 ]
}
