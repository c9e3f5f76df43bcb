# SPDX-License-Identifier: GPL-2.0-or-later
# Help and log over every page, also while an image is written: one key, and nothing waits for who reads.

load ../px
load menu

setup() {
	need tmux
	menu_setup zoo
}

teardown() {
	menu_teardown
}

# pxwrite goes on writing until $PX_STUB/go is there
slow_write() {
	echo 'while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; echo "bytes=1073741824 total=4294967296 stage=write rate=104857600 net=40 decode=20 disk=95" >&3; done' >"$PX_STUB/write.sh"
}

# F2 shows the log over the page that shows TEXT, Esc shows the page again
log_over() {
	wait_screen "$1"
	keys F2
	wait_screen 'PXE Imager: log'
	keys Escape
	wait_screen "$1"
}

@test "F2 opens the log from every page" {
	slow_write
	terminal 80 24 xterm
	log_over 'choose an image'
	keys Enter
	log_over 'choose a disk'
	keys End
	wait_screen '/dev/vda'
	keys Enter
	log_over 'are you sure?'
	keys yes Enter
	log_over 'Brake      disk'
	: >"$PX_STUB/go"
	log_over 'is installed.'
}

@test "F2 opens the log from the pages of waiting and of failure" {
	mv "$ROOT/run/px/network" "$BATS_TEST_TMPDIR/network"
	cmdline px.auto px.image=nobody
	terminal 80 24 vt100
	log_over 'getting the catalog'
	mv "$BATS_TEST_TMPDIR/network" "$ROOT/run/px/network"
	log_over 'The installation failed'
}

@test "F1 and ? show help while an image is written, and writing goes on behind it" {
	slow_write
	cmdline px.auto px.timeout=0 px.image=kiosk px.disk=/dev/vda px.after=menu
	terminal 80 24 xterm
	wait_screen 'Writing'
	keys F1
	wait_screen 'PXE Imager: help'
	keys Escape
	wait_screen 'Writing'
	keys '?'
	wait_screen 'PXE Imager: help'
	: >"$PX_STUB/go"
	wait_screen 'is installed.'
}

@test "Ctrl-C in the help that is shown over writing asks about aborting" {
	slow_write
	cmdline px.auto px.timeout=0 px.image=kiosk px.disk=/dev/vda
	terminal 80 24 xterm
	wait_screen 'Writing'
	keys F1
	wait_screen 'PXE Imager: help'
	keys C-c
	wait_screen 'Abort?'
	keys y
	wait_screen 'aborted by the user' # or it would go on after the test
}

@test "the countdown, where every key stops, offers no help" {
	cmdline px.auto px.image=kiosk px.disk=/dev/vda px.timeout=60
	terminal 80 24 xterm
	wait_screen 'Any key stops it'
	run shows 'F1 help'
	[ "$status" -ne 0 ]
	shows 'any key: stop, to the menu'
}

@test "the network comes up behind the log" {
	mv "$ROOT/run/px/network" "$BATS_TEST_TMPDIR/network"
	terminal 80 24 xterm
	wait_screen 'getting the catalog'
	keys F2
	wait_screen 'PXE Imager: log'
	mv "$BATS_TEST_TMPDIR/network" "$ROOT/run/px/network"
	wait_for 20 grep -q 'px: catalog ' "$LOG"
	keys Escape
	wait_screen 'choose an image'
}

@test "help begins with the question at hand, and the title says which server" {
	slow_write
	terminal 80 24 xterm
	wait_screen 'choose an image'
	shows 'server 192.0.2.1'
	keys F1
	wait_screen 'Here: choose what this machine gets.'
	keys Escape
	wait_screen 'choose an image'
	keys Enter
	wait_screen 'choose a disk'
	keys F1
	wait_screen 'Here: choose the disk. All of it is overwritten.'
	keys Escape
	wait_screen 'choose a disk'
	keys End
	wait_screen '/dev/vda'
	keys Enter
	wait_screen 'are you sure?'
	keys F1
	wait_screen 'Here: the last question.'
	keys Escape
	wait_screen 'are you sure?'
	keys yes Enter
	wait_screen 'Brake      disk'
	keys F1
	wait_screen 'Here: the image is written.'
	: >"$PX_STUB/go"
}

@test "the log has the time of day, on its page and in the file" {
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys F2
	wait_screen 'PXE Imager: log'
	screen | grep -qE '^ [0-9]{2}:[0-9]{2}:[0-9]{2} px: menu ready'
	grep -qE '^[0-9]{2}:[0-9]{2}:[0-9]{2} \[ *[0-9]+\] px: menu ready$' "$LOG"
}
