# SPDX-License-Identifier: GPL-2.0-or-later
# The network as the menu sees it: the page that shows it, and trying again when it had failed.

load ../px
load ../menu/menu

setup() {
	menu_setup one
	mkdir -p "$ROOT/etc/px"
}

teardown() {
	menu_teardown
}

# script NAME TEXT: a shell script of the machine, /etc/px/NAME
script() {
	printf '#!/bin/sh\nROOT=%s\n%s\n' "$ROOT" "$2" >"$ROOT/etc/px/$1"
	chmod +x "$ROOT/etc/px/$1"
}

network_page() {
	terminal 100 30 xterm
	wait_screen 'choose an image'
	keys N e t w o r k Enter
	wait_screen 'PXE Imager: network'
}

@test "the network page shows what its script finds out, as soon as it does, and the menu does not wait for it" {
	script network-page 'echo "Route       default via 192.0.2.1 dev eth0" >"$ROOT/run/px/network.page"
		until [ -e "$ROOT/answered" ]; do sleep 0.1; done
		echo "Reached     yes: $1" >>"$ROOT/run/px/network.page"'
	network_page
	wait_screen 'Route       default via 192.0.2.1 dev eth0'
	none shows Reached
	: >"$ROOT/answered"
	wait_screen 'Reached     yes: tftp://192.0.2.1/images'
	keys Escape
	wait_screen 'choose an image'
}

@test "neither a control character nor a password reaches the network page" {
	script network-page \
		'printf "Reached     no: http://joe:secret@192.0.2.1/\\033[2J\\233evil\\n" >"$ROOT/run/px/network.page"'
	network_page
	wait_screen 'evil'
	shows 'no: http://192.0.2.1/?[2J'
	! shows secret
}

# a network script that fails twice, then finds its server
failing_twice() {
	echo 'PX_ERROR=no link on eth0: is the cable in?' >"$ROOT/run/px/network"
	script network 'echo run >>"$ROOT/runs"
		[ "$(wc -l <"$ROOT/runs")" -ge 3 ] || exit 1
		printf "PX_IP=192.0.2.15\nPX_SERVER=192.0.2.1\n" >"$ROOT/run/px/network"'
}

@test "a network that had failed is tried again by itself" {
	failing_twice
	terminal 80 24 xterm
	wait_screen 'no link on eth0: is the cable in?'
	wait_for 60 shows 'choose an image'
	[ "$(wc -l <"$ROOT/runs")" -eq 3 ]
}

@test "a network that had failed is tried again in an unattended run, too, which then goes on" {
	failing_twice
	unattended px.image=debian-13-lab
	wait "$MENU"
	grep -q 'px: installed debian-13-lab' "$BATS_TEST_TMPDIR/out"
	[ "$(wc -l <"$ROOT/runs")" -eq 3 ]
}

@test "without shells (/etc/px/no-shell) the list of images offers none, and a key for one gives none" {
	: >"$ROOT/etc/px/no-shell"
	echo 'PX_ERROR=no link on eth0' >"$ROOT/run/px/network"
	terminal 80 24 xterm
	wait_screen 'no link on eth0'
	keys s
	wait_for 20 grep -q 'no shell: this system was built without' "$LOG"
	printf 'PX_IP=192.0.2.15\nPX_SERVER=192.0.2.1\n' >"$ROOT/run/px/network"
	wait_screen 'choose an image'
	keys s h e l l
	wait_screen '(0 left)'
}
