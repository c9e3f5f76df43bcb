# SPDX-License-Identifier: GPL-2.0-or-later
# Every page as it looks at 80x24, at 132x43, and as lines of text on a dumb terminal: tests/menu/golden/. What stands
# there was looked at by people; PX_GOLDEN=write makes it anew.

load ../px
load menu

setup() {
	need tmux
	menu_setup zoo
	slow_write
}

teardown() {
	: >"$PX_STUB/go"
	menu_teardown
}

# pxwrite goes on writing until $PX_STUB/go is there
slow_write() {
	echo 'i=0; while [ ! -e "$PX_STUB/go" ] && [ $((i += 1)) -lt 300 ]; do sleep 0.1; echo "bytes=1073741824 total=4294967296 stage=write rate=104857600 net=40 decode=20 disk=95" >&3; done' >"$PX_STUB/write.sh"
}

# menu_ends: the terminal of before is gone, and what it left for the next start
menu_ends() {
	tmux_do kill-server
	wait_for 10 eval '! tmux_do ls'
	rm -f "$ROOT/run/px/auto.done"
}

# the download fails, the disk does not boot
fails() {
	echo 'echo "pxfetch: $url: no such file" >&2; exit 8' >"$PX_STUB/fetch.sh"
	echo 'echo state=noboot >&3; cat >/dev/null; echo "pxwrite: stdin: cut short" >&2; echo "pxwrite: $disk: disk does not boot" >&2; exit 9' >"$PX_STUB/write.sh"
}

# pages SIZE COLUMNS ROWS TERM
pages() {
	terminal "$2" "$3" "$4"
	wait_screen 'px: menu ready'
	golden "images-$1"
	keys F1
	wait_screen 'PXE Imager: help'
	golden "help-$1"
	keys F2
	wait_screen 'PXE Imager: log'
	golden "log-$1"
	keys Escape
	wait_screen 'choose an image'
	keys N e t w o r k Enter
	wait_screen 'PXE Imager: network'
	golden "network-$1"
	keys Escape
	wait_screen 'Filter: Network'
	keys Escape
	wait_screen '5 images'
	keys Enter
	wait_screen 'choose a disk for debian-13-lab'
	keys Home Down Down
	wait_screen 'On it now: MBR, 1 partition'
	golden "disks-$1"
	keys Enter
	wait_screen 'are you sure?'
	golden "confirm-$1"
	keys CDEF
	wait_screen '            CDEF'
	keys Enter
	wait_screen 'Brake      disk'
	golden "progress-$1"
	keys C-c
	wait_screen 'Abort?'
	golden "abort-$1"
	keys n
	wait_for 10 eval '! shows "Abort?"'
	: >"$PX_STUB/go"
	wait_screen 'is installed.'
	golden "done-$1"
	menu_ends
}

# the pages that no operator asks for
other_pages() {
	cmdline px.auto px.image=kiosk px.disk=/dev/vda px.timeout=60
	terminal "$2" "$3" "$4"
	wait_screen 'Any key stops it'
	golden "countdown-$1"
	menu_ends
	cmdline px.auto px.image=kiosk px.disk=serial=nobody
	terminal "$2" "$3" "$4"
	wait_screen 'exit 10'
	golden "failed-no-disk-$1"
	menu_ends
	cmdline px.auto px.timeout=0 px.image=kiosk px.disk=/dev/vda
	fails
	terminal "$2" "$3" "$4"
	wait_screen 'exit 8'
	golden "failed-download-$1"
	menu_ends
	cmdline
	rm "$ROOT/run/px/network"
	terminal "$2" "$3" "$4"
	wait_screen 'getting the catalog'
	golden "waiting-$1"
}

@test "every page at 80x24" {
	pages 80x24 80 24 xterm
	other_pages 80x24 80 24 xterm
}

@test "every page at 132x43" {
	pages 132x43 132 43 vt100
	other_pages 132x43 132 43 vt100
}

# answer TEXT...: and Enter, on a screen that is empty otherwise
answer() {
	tmux_do send-keys -R
	tmux_do clear-history
	keys "$1" Enter
}

@test "every question and answer in lines of text, on a dumb terminal" {
	terminal 132 60 dumb
	wait_screen 'Image (number or name'
	golden text-images
	answer '?'
	wait_screen 'Image (number or name'
	golden text-help
	answer v
	wait_screen 'Image (number or name'
	golden text-log
	answer n
	wait_screen 'Image (number or name'
	golden text-network
	answer /kiosk
	wait_screen 'Image (number or name'
	golden text-filter
	answer 'd 1'
	wait_screen 'Image (number or name'
	golden text-description
	answer 1
	wait_screen 'Disk (number'
	golden text-disks
	answer 3
	wait_screen 'Anything else goes back'
	golden text-confirm
}

@test "the failure in lines of text, on a dumb terminal" {
	cmdline px.auto px.timeout=0 px.image=kiosk px.disk=/dev/vda
	fails
	terminal 132 60 dumb
	wait_screen 'Now (m menu'
	golden text-failed
}
