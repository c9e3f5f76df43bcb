# SPDX-License-Identifier: GPL-2.0-or-later
# pximenu -a: the same menu on each console of the kernel. Two panes of tmux play tty0 and ttyS0.

load ../px
load ../menu/menu

setup() {
	need tmux
	menu_setup zoo
	mkdir -p "$ROOT/sys/class/tty/console" "$ROOT/dev"
	echo "tty0 ttyS0" >"$ROOT/sys/class/tty/console/active"
	tmux_do new-session -d -s vga -x 80 -y 24 'exec sleep 1000'
	tmux_do new-session -d -s serial -x 80 -y 24 'exec sleep 1000'
	tmux_do set-option -g status off
	ln -s "$(tmux_do display -p -t vga '#{pane_tty}')" "$ROOT/dev/tty1"
	ln -s "$(tmux_do display -p -t serial '#{pane_tty}')" "$ROOT/dev/ttyS0"
}

teardown() {
	menu_teardown
}

start() {
	timeout 100 pximenu -a -r "$ROOT" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	on vga wait_screen 'Debian 13, lab workstation'
	on serial wait_screen 'px: menu ready'
}

# on CONSOLE COMMAND...: keys and screen of that console
on() {
	CONSOLE=$1
	shift
	"$@"
}

screen() {
	tmux_do capture-pane -p -t "$CONSOLE"
}

keys() {
	tmux_do send-keys -t "$CONSOLE" "$@"
}

@test "the first key takes the menu, the other console says where it is, t takes it over" {
	start
	on serial shows 'choose an image'
	on vga keys Down
	on serial wait_screen 'Somebody uses this menu on the console tty1'
	on serial keys Down
	on serial keys Enter
	on vga shows 'choose an image'
	on serial keys t
	on vga wait_screen 'Somebody uses this menu on the console ttyS0'
	on serial wait_screen 'choose an image'
	on serial keys Home Enter
	on serial wait_screen 'choose a disk'
	on vga shows 'Somebody uses this menu'
}

@test "the line for scripts stands on the serial line only, one for people on both" {
	start
	run on vga shows 'px: menu ready'
	[ "$status" -ne 0 ]
	stop "$MENU"
	cmdline px.nosuch=1
	MENU=
	timeout 100 pximenu -a -r "$ROOT" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	on vga wait_screen 'px: kernel command line: px.nosuch=1: no such parameter'
	on serial wait_screen 'px: kernel command line: px.nosuch=1: no such parameter'
}

@test "progress and end are shown on every console" {
	echo 'while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; echo "bytes=1073741824 total=4294967296 stage=write rate=104857600 net=40 decode=20 disk=95" >&3; done' >"$PX_STUB/write.sh"
	start
	on serial keys Home Enter
	on serial wait_screen 'choose a disk'
	on serial keys End
	on serial wait_screen '/dev/vda'
	on serial keys Enter
	on serial wait_screen 'Type yes'
	on serial keys yes Enter
	on serial wait_screen 'Brake      disk'
	on vga wait_screen 'Brake      disk'
	: >"$PX_STUB/go"
	on vga wait_screen 'is installed.'
	on serial wait_screen 'is installed.'
	on vga keys m
	on serial wait_screen 'choose an image'
}

@test "a shell opens on the console that asked for it, with job control" {
	start
	on serial keys S h e l l Enter
	on serial wait_screen 'A shell on ttyS0'
	on serial keys 'echo from-the-$((40 + 2))-shell; tty' Enter
	on serial wait_screen 'from-the-42-shell'
	on serial keys 'sleep 1000' Enter
	on serial keys C-c
	on serial keys 'echo again-$((40 + 2))' Enter
	on serial wait_screen 'again-42'
	on serial keys exit Enter
	on serial wait_screen 'choose an image'
}

@test "px.ui=text asks on all consoles, and says how it goes on all of them" {
	cmdline px.ui=text px.catalog=tftp://192.0.2.1/images
	start
	on vga wait_screen 'Image (number'
	on serial wait_screen 'Image (number'
	on serial keys 1 Enter
	on serial wait_screen 'Disk (number'
	on serial keys 3 Enter
	on serial wait_screen 'type the last 4 characters'
	on serial keys CDEF Enter
	on serial wait_screen 'px: installed debian-13-lab on /dev/sda'
	on vga wait_screen 'px: installed debian-13-lab on /dev/sda'
}

@test "a console that does not exist is done without, and none at all leaves stdin" {
	echo "hvc0 ttyS0" >"$ROOT/sys/class/tty/console/active"
	timeout 100 pximenu -a -r "$ROOT" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
	on serial wait_screen 'px: menu ready'
	stop "$MENU"
	rm "$ROOT/sys/class/tty/console/active"
	run timeout 30 pximenu -a -r "$ROOT" </dev/null
	[[ $output == *"1) Debian 13"* ]]
}
