# SPDX-License-Identifier: GPL-2.0-or-later
# What pxwrite -p says about the disk and about its own end: keywords, for programs.
load ../px
load ../write/write

setup() {
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	image img 2500500
	junk disk 6M
}

# said STATE...: the states that -p gave, in this order and no others
said() {
	local states
	cat progress
	mapfile -t states < <(sed -n 's/^state=//p' progress)
	[ "${states[*]}" = "$*" ]
}

why() {
	[ "$(grep '^why=' progress)" = "why=$1" ]
	[ "$(tail -n 1 progress)" = "why=$1" ]
}

@test "-p says untouched, unknown while it clears, noboot, unknown while the boot sector is written, and verified" {
	pxwrite -q -f -p 3 -i img disk 3>progress
	said untouched unknown noboot unknown verified verified
	[ "$(tail -n 1 progress)" = state=verified ]
}

@test "-p says unread with -V, and noboot of a disk that was cleared" {
	pxwrite -q -f -V -p 3 -i img disk 3>progress
	said untouched unknown noboot unknown unread unread
	pxwrite -q -f -z -p 3 disk 3>progress
	said untouched unknown noboot noboot
}

@test "each kind of failure is a keyword behind the state, and a usage error that comes late is one, too" {
	run pxwrite -q -p 3 -i img disk 3>progress
	[ "$status" -eq 10 ]
	said untouched untouched
	why refused
	gzip -c img >img.gz
	head -c 1500000 img.gz >cut.gz
	run pxwrite -q -f -p 3 -i cut.gz disk 3>progress
	[ "$status" -eq 9 ]
	said untouched unknown noboot noboot
	why image
	run pxwrite -q -f -p 3 disk 3>progress < <(cat img)
	[ "$status" -eq 2 ]
	said untouched untouched
	why usage
	run pxwrite -q -f -p 3 -H sha256:12 -i img disk 3>progress
	[ "$status" -eq 2 ]
	said untouched untouched
	why usage
	run pxwrite -q -f -p 3 -i nowhere disk 3>progress
	[ "$status" -eq 3 ]
	said untouched untouched
}

@test "a pxfetch that failed is the cause, and pxwrite says so: input" {
	# the mark begins with a newline and repeats the line
	python3 - <<'PY'
line = b'\npxfetch: failed: what came before is not complete\n'
image = open('img', 'rb').read()
open('marked', 'wb').write(image + (line * 11)[:512])
PY
	run pxwrite -q -f -p 3 -s 4M disk 3>progress < <(cat marked)
	[ "$status" -eq 9 ]
	why input
}

@test "a disk that fails is the cause, not the input: disk, or readback" {
	need strace
	run strace -f -qq -o trace -e trace=pwrite64 -e inject=pwrite64:error=EIO:when=4 pxwrite -q -f -p 3 -i img \
		disk \
		3>progress
	[ "$status" -eq 3 ]
	why disk
	junk disk 6M
	run strace -f -qq -o trace -e trace=pwrite64 -e inject=pwrite64:retval=1048576:when=3 pxwrite -q -f -p 3 \
		-i img disk \
		3>progress
	[ "$status" -eq 3 ]
	why readback
}

@test "a signal is a state and a keyword, too" {
	mkfifo fifo
	sleep 60 >fifo &
	feeder=$!
	pxwrite -q -f -s 2500500 -p 3 disk <fifo 3>progress &
	writer=$!
	wait_for 10 bash -c 'ls -l /proc/$1/fd | grep -q /disk' - "$writer"
	kill -TERM "$writer"
	wait "$writer" || true
	stop "$feeder"
	said untouched untouched
	why aborted
}

@test "to standard output there is no disk, and no state; why it failed is said" {
	gzip -c img | head -c 1000000 >cut.gz
	run pxwrite -q -p 3 -i cut.gz - 3>progress
	[ "$status" -eq 9 ]
	said
	why image
	run bash -c 'pxwrite -q -p 3 -i img - 3>progress >/dev/full'
	[ "$status" -eq 3 ]
	why output
}
