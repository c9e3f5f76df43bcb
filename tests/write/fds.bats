# SPDX-License-Identifier: GPL-2.0-or-later
# A number that is no open file when pxwrite starts must not become the disk's: progress and messages would be written
# into it. A disk in /dev/shm, as that takes writes of any length (a tmpfs).
load ../px
load ../write/write

setup() {
	px_install pxwrite pxread pxfetch
	cd "$BATS_TEST_TMPDIR"
	image img 3M
	shm=$(mktemp -d /dev/shm/px-fds.XXXXXX)
	truncate -s 6M "$shm/disk"
	before=$(sha256_of "$shm/disk")
}

teardown() {
	rm -rf "$shm"
}

# a shell of its own: bats has numbers open
@test "-p with a number that is not open is a usage error, and the disk untouched" {
	for fd in 3 4 5 9 99 4294967296 -1 3x ''; do
		run bash -c 'for fd in {3..99}; do eval "exec $fd>&-"; done; pxwrite -p "$1" -i img "$2"' - "$fd" \
			"$shm/disk"
		echo "'$fd': $output"
		[ "$status" -eq 2 ]
		[[ $output = *"-p $fd"* ]]
		[ "$(sha256_of "$shm/disk")" = "$before" ]
	done
}

@test "the siblings refuse it, too: nothing is opened" {
	for command in 'pxread -p 9 -o out img' 'pxfetch -p 9 -O out http://127.0.0.1:9/img'; do
		run bash -c "$command 9>&-"
		echo "$output"
		[ "$status" -eq 2 ]
		[[ $output = *"-p"* ]]
		[ ! -e out ]
	done
}

@test "with its standard files closed it writes no message into the disk" {
	for closed in '2>&-' '1>&-' '0<&-' '0<&- 1>&- 2>&-'; do
		truncate -s 0 "$shm/disk"
		truncate -s 6M "$shm/disk"
		run bash -c "pxwrite -i img $shm/disk $closed"
		echo "$closed: $output"
		[ "$status" -eq 0 ]
		cmp -n 3145728 img "$shm/disk"
	done
}

@test "what goes to a closed standard output has not been delivered" {
	run bash -c 'pxwrite -i img - >&-'
	echo "$output"
	[ "$status" -eq 3 ]
}
