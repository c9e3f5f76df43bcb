# SPDX-License-Identifier: GPL-2.0-or-later
# Will it boot here? The look at the image beside the question: it says what it finds before somebody says yes, and
# never delays the answer. tests/write/boot.bats has what pxwrite -n finds.
load ../px
load ../menu/menu

setup() {
	menu_setup one
	printf 'Image: a\nTitle: Image A\nSource: a.img.zst\nSize: 4096\n\nImage: b\nSource: b.img\nSize: 4096\nBoot: any\n' \
		>"$PX_STUB/images"
}

teardown() {
	menu_teardown
}

# asked: the question whether image a is to be installed on the one disk
asked() {
	cmdline px.image=none
	terminal 80 24 xterm
	wait_screen 'Image A'
	keys Enter
	wait_screen 'dev/vda'
	keys Enter
	wait_screen 'are you sure?'
}

finds() {
	printf '%s\n' "$@" >"$PX_STUB/look.sh"
}

refusal='echo "pxwrite: $disk: this machine was started by UEFI, and the image has no EFI system partition" >&2; exit 10'

# refused_alone SECONDS LOOK: an unattended run on UEFI fails in that time by what the look finds, and writes nothing
refused_alone() {
	mkdir -p "$ROOT/sys/firmware/efi"
	finds "$2"
	unattended px.image=a
	wait_for "$1" grep -q 'px: FAILED: write: .*no EFI system partition (disk untouched)' "$LOG"
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 1 ]
}

@test "a warning stands on the page that asks, and does not hinder" {
	finds 'head -c 1 >/dev/null; echo "warning=no-esp the image has no EFI system partition" >&3'
	asked
	wait_screen 'the image has no EFI system partition'
	keys yes Enter
	wait_screen 'is installed.'
	grep -q '^pxfetch .* -t 1 -T 5 .*a.img.zst$' "$PX_STUB/calls"
	grep -q '^pxwrite .* -n .* -k -s 4096 -f -- /dev/vda$' "$PX_STUB/calls"
}

@test "the look does not wait until a room is sent to: it leaves multicast out, the installation does not" {
	sed -i 's,^Source: a,Source: udpcast://omega:9000 a,' "$PX_STUB/images"
	finds 'cat >/dev/null' # one that read nothing could end pxfetch before it had said its name
	asked
	wait_for 10 grep '^pxfetch .* -t 1 -T 5 -- [^ ]*a.img.zst$' "$PX_STUB/calls" # else it could be answered before
	keys yes Enter
	wait_screen 'is installed.'
	grep -q '^pxfetch .* -- udpcast://omega:9000 [^ ]*a.img.zst$' "$PX_STUB/calls"
}

@test "a refusal stands on the page that asks" {
	finds "$refusal"
	asked
	wait_screen 'It will be refused: pxwrite: /dev/vda: this machine was started by UEFI'
}

@test "a server that says nothing, and a look that does not end, do not delay the answer" {
	finds 'trap "" TERM; while :; do sleep 1; done'
	asked
	keys yes Enter
	wait_screen 'is installed.'
}

@test "on UEFI an unattended run looks first, and is refused with 10 before anything is written" {
	refused_alone 30 "$refusal"
}

@test "where the server is so slow that a person would not wait, an unattended run does" {
	refused_alone 60 "sleep 12; $refusal"
}

@test "Boot: any in the stanza, or px.boot=any, and nobody asks: no look, and pxwrite is told" {
	mkdir -p "$ROOT/sys/firmware/efi"
	finds "$refusal"
	unattended px.image=b
	wait "$MENU"
	unattended px.image=a px.boot=any
	wait "$MENU"
	[ "$(grep -c '^pxwrite .* -e any -- /dev/vda$' "$PX_STUB/calls")" -eq 2 ]
	none grep -q '^pxwrite .* -n ' "$PX_STUB/calls"
	dry_run px.image=a px.boot=yes
	[[ $output == *"px.boot=yes: neither this nor any"* ]]
}

@test "with px.ui=text what the look finds is told, and what was typed so far is kept" {
	finds 'while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done; '"$refusal"
	cmdline px.ui=text
	terminal 100 40 xterm
	wait_screen 'Image (number'
	keys 1 Enter
	wait_screen 'Disk (number'
	keys 1 Enter
	wait_screen 'Anything else goes back'
	keys ye
	: >"$PX_STUB/go"
	wait_screen 'It will be refused: pxwrite: /dev/sdc'
	wait_screen '> ye'
	keys s Enter
	wait_for 20 grep -q '^pxwrite .* -c 4 ' "$PX_STUB/calls"
}

# counting ARGUMENT...: a countdown, with a terminal
counting() {
	cmdline px.auto px.image=a "$@"
	terminal 80 24 xterm
}

@test "a countdown shows what the look finds, too, a warning as well as a refusal" {
	finds 'head -c 1 >/dev/null; echo "warning=no-esp the image has no EFI system partition" >&3'
	counting px.timeout=600
	wait_screen 'the image has no EFI system partition'
	shows 'Any key stops it.'
	keys x
	wait_screen 'Boot the local disk'
	tmux_do kill-server
	rm -f "$ROOT/run/px/auto.done"
	finds "$refusal"
	counting px.timeout=600
	wait_screen 'It will be refused: pxwrite: /dev/vda: this machine was started by UEFI'
	shows 'Any key stops it.'
}

@test "with px.ui=text the countdown tells it" {
	finds "$refusal"
	counting px.timeout=600 px.ui=text
	wait_screen 'It will be refused: pxwrite: /dev/vda: this machine was started by UEFI'
}

@test "a countdown does not wait for a look that does not end, and a look that ended well is not done again" {
	mkdir -p "$ROOT/sys/firmware/efi"
	finds '[ -e "$PX_STUB/second" ] || { : >"$PX_STUB/second"; trap "" TERM; while :; do sleep 1; done; }' 'cat >/dev/null'
	counting px.timeout=2
	wait_screen 'is installed.'
	[ "$(grep -c '^pxwrite .* -n ' "$PX_STUB/calls")" -eq 2 ]
	tmux_do kill-server
	rm -f "$ROOT/run/px/auto.done"
	: >"$PX_STUB/calls"
	counting px.timeout=4
	wait_screen 'is installed.'
	[ "$(grep -c '^pxwrite .* -n ' "$PX_STUB/calls")" -eq 1 ]
}
