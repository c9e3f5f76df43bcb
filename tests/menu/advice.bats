# SPDX-License-Identifier: GPL-2.0-or-later
# What to do about a failure: by what failed, not by the exit status alone.

load ../px
load menu

setup() {
	need tmux
	menu_setup zoo
}

teardown() {
	menu_teardown
}

# fails_with ADVICE: an unattended installation, on the screen
fails_with() {
	rm -f "$ROOT/run/px/auto.done"
	cmdline px.auto px.timeout=0 "${image:-px.image=kiosk}" "${disk:-px.disk=/dev/vda}"
	terminal 132 43 xterm
	wait_screen 'The installation failed'
	wait_screen "$1"
	tmux_do kill-server
	wait_for 10 eval '! tmux_do ls'
}

@test "a catalog's stanza that lacks its Size is not blamed on the kernel command line" {
	echo 'echo "pxwrite: a raw image from a pipe needs -s or -H" >&2; exit 2' >"$PX_STUB/write.sh"
	fails_with 'Mend this image'
}

@test "what cannot be chosen is told by what was asked for: the image, the disk, the command line" {
	image=px.image=nobody fails_with 'Correct px.image='
	image=px.image=broken fails_with 'stanza in the catalog'
	disk=px.disk=serial=nobody fails_with 'correct px.disk='
	image=px.immage=kiosk fails_with 'Correct the kernel command line'
}

@test "a catalog that is not there, and a script that failed, have advice of their own" {
	image=px.image=wrap-router
	echo 'echo "pxfetch: $url: no such file" >&2; exit 8' >"$PX_STUB/fetch.sh"
	fails_with 'The server has no such script'
	echo 'echo "pxfetch: $url: no such file" >&2; exit 8' >"$PX_STUB/catalog.sh"
	fails_with 'Put the file "images"'
}
