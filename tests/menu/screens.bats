# SPDX-License-Identifier: GPL-2.0-or-later
# The full-screen menu through a terminal (tmux), by key strokes; each page against tests/menu/golden/.

load ../px
load ../menu/menu

setup() {
	need tmux
	menu_setup zoo
}

teardown() {
	menu_teardown
}

to_disks() {
	wait_screen 'choose an image'
	keys Enter
	wait_screen 'choose a disk'
}

# the cursor on sda, which holds data
to_confirmation() {
	to_disks
	keys Home Down Down
	wait_screen 'On it now: MBR, 1 partition'
	keys Enter
	wait_screen 'are you sure?'
}

@test "from the list of images to a reboot, at 80x24" {
	echo 'while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; echo "bytes=1073741824 total=4294967296 stage=write rate=104857600 net=40 decode=20 disk=95" >&3; done' >"$PX_STUB/write.sh"
	terminal 80 24 xterm
	wait_screen 'px: menu ready'
	golden images-80x24
	keys Enter
	wait_screen 'choose a disk for debian-13-lab'
	keys Home Down Down
	wait_screen 'On it now: MBR, 1 partition'
	golden disks-80x24
	keys Enter
	wait_screen 'are you sure?'
	golden confirm-80x24
	keys CDEF
	wait_screen '            CDEF'
	keys Enter
	wait_screen 'Brake      disk'
	golden progress-80x24
	: >"$PX_STUB/go"
	wait_screen 'is installed.'
	golden done-80x24
	keys Enter
	wait_screen 'px: reboot'
	wait_for 10 grep -q 'sbin/reboot was called' "$PX_STUB/calls"
	grep -q 'pxwrite .* -f -- /dev/sda$' "$PX_STUB/calls"
}

@test "the same pages at 132x43" {
	terminal 132 43 vt100
	wait_screen 'px: menu ready'
	golden images-132x43
	to_disks
	keys Home Down Down
	wait_screen 'On it now: MBR, 1 partition'
	golden disks-132x43
	keys Enter
	wait_screen 'are you sure?'
	golden confirm-132x43
}

@test "the failure page tells step, reason, consequence, disk and what to do" {
	echo 'echo part; echo "pxfetch: $url: connection reset by peer after 1234567 bytes of 987654321, and all 5 tries are used up" >&2; exit 4' >"$PX_STUB/fetch.sh"
	echo 'echo state=noboot >&3; cat >/dev/null; echo "pxwrite: stdin: cut short: 4096 bytes of 4294967296" >&2; echo "pxwrite: /dev/sda: disk does not boot" >&2; exit 9' >"$PX_STUB/write.sh"
	terminal 80 24 xterm
	to_confirmation
	keys CDEF Enter
	wait_screen 'The installation failed'
	golden failed-80x24
	keys l
	wait_screen 'PXE Imager: log'
	shows 'pxwrite: stdin: cut short'
	keys Escape
	wait_screen 'The installation failed'
	keys m
	wait_screen 'choose an image'
}

@test "without a network the page says what is missing, and the menu comes when the network does" {
	mv "$ROOT/run/px/network" "$BATS_TEST_TMPDIR/network"
	terminal 80 24 xterm
	wait_screen 'getting the catalog'
	golden waiting-80x24
	mv "$BATS_TEST_TMPDIR/network" "$ROOT/run/px/network"
	wait_screen 'choose an image'
}

@test "typing filters the list, backspace and Esc take it back" {
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys K i o
	wait_screen 'Filter: Kio_  (1 left)'
	run shows 'Debian 13'
	[ "$status" -ne 0 ]
	keys BSpace BSpace BSpace
	wait_screen '5 images'
	keys z z
	wait_screen 'Nothing has "zz" in its name'
	keys Enter
	keys Escape
	wait_screen '5 images'
}

@test "an image that cannot be used shows its reason and cannot be chosen" {
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys Down Down Down
	wait_screen 'Cannot be used: images:28: Size: more than one word'
	keys Enter
	keys Up
	wait_screen 'mapped'
	shows 'choose an image'
}

@test "a disk controller without a driver is named by its PCI id below the disks" {
	folder=$ROOT/sys/bus/pci/devices/0000:02:00.0
	mkdir -p "$folder"
	echo 0x010700 >"$folder/class"
	echo 0x1000 >"$folder/vendor"
	echo 0x0030 >"$folder/device"
	terminal 80 24 xterm
	to_disks
	wait_screen 'No driver here for the disk controller with PCI id 1000:0030.'
	keys Home Down Down
	wait_screen 'On it now: MBR, 1 partition'
	shows 'No driver here for the disk controller with PCI id 1000:0030.'
	rm "$ROOT/sys/block"/*
	keys r
	wait_screen 'No disk was found.'
	shows 'No driver here for the disk controller with PCI id 1000:0030.'
}

@test "a disk that cannot be chosen says why and does not move to the confirmation" {
	terminal 80 24 xterm
	to_disks
	keys Home Down Down Down
	wait_screen 'Cannot be chosen: in use: mounted on /mnt/backup'
	keys Enter
	keys Down
	wait_screen '/dev/sdc'
	shows 'choose a disk'
}

@test "the confirmation wants the last four characters of the serial number" {
	terminal 80 24 xterm
	to_confirmation
	keys yes Enter
	keys y Enter
	keys BCDE Enter
	keys X
	wait_screen '            X'
	shows 'are you sure?'
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
	keys Escape
	wait_screen 'choose a disk'
	keys Escape
	wait_screen 'choose an image'
}

@test "a blank disk wants yes, and no -f is passed" {
	terminal 80 24 xterm
	to_disks
	keys End
	wait_screen '/dev/vda'
	keys Enter
	wait_screen 'Type yes and Enter'
	keys Enter
	keys yes Enter
	wait_screen 'is installed.'
	grep -q 'pxwrite .* -- /dev/vda$' "$PX_STUB/calls"
	run grep -c 'pxwrite .* -f ' "$PX_STUB/calls"
	[ "$output" -eq 0 ]
}

@test "a pxwrite that does not end when it is aborted leaves a key that restarts the machine" {
	: >"$ROOT/proc/sysrq-trigger"
	echo 'trap "" TERM; echo "bytes=1 total=2 stage=write rate=1" >&3; while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done' \
		>"$PX_STUB/write.sh"
	cmdline px.auto px.timeout=0 px.force px.image=kiosk px.disk=/dev/vda
	terminal 80 24 xterm
	wait_screen 'Writing'
	keys C-c
	wait_screen 'Abort?'
	keys y
	wait_screen 'Aborting.'
	keys r # not yet
	wait_screen 'It does not end'
	[ ! -s "$ROOT/proc/sysrq-trigger" ]
	keys r
	wait_for 20 test -s "$ROOT/proc/sysrq-trigger"
	: >"$PX_STUB/go"
}

@test "with px.ui=text, too, r restarts the machine when an aborted pxwrite does not end" {
	: >"$ROOT/proc/sysrq-trigger"
	echo 'trap "" TERM; echo "bytes=1 total=2 stage=write rate=1" >&3; while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done' \
		>"$PX_STUB/write.sh"
	cmdline px.auto px.timeout=0 px.force px.image=kiosk px.disk=/dev/vda px.ui=text
	terminal 100 40 xterm
	wait_screen 'Writing'
	keys C-c
	wait_screen 'Abort?'
	keys y
	wait_screen 'aborting'
	keys r # not yet
	wait_screen 'It does not end'
	[ ! -s "$ROOT/proc/sysrq-trigger" ]
	keys r
	wait_for 20 test -s "$ROOT/proc/sysrq-trigger"
	: >"$PX_STUB/go"
}

@test "Ctrl-C while writing asks, y aborts, and the disk does not boot" {
	echo 'trap "echo pxwrite: aborted >&2; echo pxwrite: disk does not boot >&2; exit 130" TERM; echo "bytes=1 total=2 stage=write rate=1" >&3; echo state=noboot >&3; while :; do sleep 0.1; done' >"$PX_STUB/write.sh"
	terminal 80 24 xterm
	to_confirmation
	keys CDEF Enter
	wait_screen 'Writing'
	keys C-c
	wait_screen 'Abort?'
	keys n
	wait_for 5 eval '! shows "Abort?"'
	keys C-c
	wait_screen 'Abort?'
	keys y
	wait_screen 'The installation failed: disk does not boot'
	shows 'aborted by the user'
}

@test "F1 and ? show help, Esc leaves it" {
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys F1
	wait_screen 'PXE Imager: help'
	golden help-80x24
	keys Escape
	wait_screen 'choose an image'
	keys '?'
	wait_screen 'PXE Imager: help'
	keys F1
	keys '?'
	keys Escape
	wait_screen 'choose an image'
}

@test "a line of the log that is longer than the screen is moved by Right and Left" {
	cmdline "px.log=$(printf 'x%.0s' {1..91})END"
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys L o g Down Enter
	wait_screen 'PXE Imager: log'
	wait_screen 'px: px.log=xxx'
	none shows 'xEND: n'
	keys Right
	wait_screen 'xEND: n'
	keys Left
	wait_screen 'px: px.log=xxx'
	keys Left
	wait_screen 'Filter: Log_'
}

@test "network details are shown" {
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys N e t w o r k Enter
	wait_screen 'PXE Imager: network'
	golden network-80x24
}

@test "Ctrl-L draws a screen again that something has scribbled on" {
	terminal 80 24 xterm
	wait_screen 'px: menu ready'
	printf '\033[5;5Hkernel: noise on the console\033[9;1Hmore noise' >"$(tmux_do display -p '#{pane_tty}')"
	wait_screen 'kernel: noise'
	keys C-l
	wait_for 10 eval '! shows noise'
	golden images-80x24
}

@test "a resize draws the screen anew" {
	terminal 80 24 xterm
	wait_screen 'px: menu ready'
	tmux_do resize-window -x 132 -y 43
	PX_GOLDEN= wait_for 10 golden images-132x43
	tmux_do resize-window -x 80 -y 24
	PX_GOLDEN= wait_for 10 golden images-80x24
}

@test "a terminal of 40x12 still shows what is under the cursor" {
	terminal 40 12 xterm
	wait_screen 'px: menu ready'
	golden images-40x12
}

@test "any key stops the countdown and leads to the menu" {
	cmdline px.auto px.image=kiosk px.disk=/dev/vda px.timeout=60
	terminal 80 24 xterm
	wait_screen 'Any key stops it'
	shows 'unattended installation'
	keys x
	wait_screen 'choose an image'
	grep -q 'px: stopped by a key' "$LOG"
	tmux_do kill-server
	wait_for 10 eval '! tmux_do ls'
	rm "$ROOT/run/px/auto.done"
	terminal 80 24 xterm
	wait_screen 'Any key stops it'
	keys F1
	wait_screen 'choose an image'
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
}

@test "somebody who looks at the log and goes away does not hold up an unattended installation" {
	echo '[ -e "$PX_STUB/served" ] || { echo "pxfetch: no answer" >&2; exit 4; }' >"$PX_STUB/catalog.sh"
	cmdline px.auto px.timeout=0 px.image=kiosk px.disk=/dev/vda px.after=menu
	terminal 80 24 xterm
	wait_screen 'pxfetch: no answer'
	wait_for 20 eval 'keys l; shows "PXE Imager: log"'
	: >"$PX_STUB/served"
	wait_for 60 grep -q 'px: installed kiosk on /dev/vda' "$LOG"
}

@test "a hint that matches no disk shows the disks on the failure page" {
	cmdline px.auto px.image=kiosk px.disk=serial=nobody
	terminal 80 24 xterm
	wait_screen 'no disk of 11 matches "serial=nobody"'
	shows '  Disks      /dev/mmcblk0 31.1 GB mmc '
	shows 'more: F2 shows all'
	shows '  Status     exit 10'
	keys l
	wait_screen 'px: there is /dev/sda 999.6 GB ata'
}

@test "a shell from the menu, and the menu again when it ends" {
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys S h e l l Enter
	wait_screen '"exit" brings the menu back'
	keys 'echo from-the-$((40 + 2))-shell' Enter
	wait_screen 'from-the-42-shell'
	keys exit Enter
	wait_screen 'choose an image'
}

@test "booting the local disk asks the firmware for it, then restarts" {
	mkdir -p "$ROOT/etc/px"
	printf '#!/bin/sh\necho "$0 was called" >>"%s/calls"\nexit 1\n' "$PX_STUB" >"$ROOT/etc/px/local"
	chmod +x "$ROOT/etc/px/local"
	terminal 80 24 xterm
	wait_screen 'choose an image'
	keys B o o t Enter
	wait_screen 'its boot order decides'
	wait_for 10 grep -q 'sbin/reboot was called' "$PX_STUB/calls"
	grep -q 'etc/px/local was called' "$PX_STUB/calls"
}

@test "a terminal that is dumb gets lines of text" {
	terminal 80 24 dumb
	wait_screen 'Image (number or name'
}

@test "when the network had failed, t runs the network script again" {
	echo 'PX_ERROR=no link on eth0: is the cable in?' >"$ROOT/run/px/network"
	mkdir -p "$ROOT/etc/px"
	printf '#!/bin/sh\nprintf "PX_IP=192.0.2.15\\nPX_SERVER=192.0.2.1\\n" >"%s/run/px/network"\n' "$ROOT" \
		>"$ROOT/etc/px/network"
	chmod +x "$ROOT/etc/px/network"
	terminal 80 24 xterm
	wait_screen 'no link on eth0: is the cable in?'
	keys t
	wait_screen 'choose an image'
}
