# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of pximenu share: a root of their own, stubs for pxfetch and pxwrite, a terminal.
#
#	load ../px
#	load ../menu/menu
#
# menu_setup KIND makes $ROOT (see tests/fakeroot -m); the stubs read $PX_STUB (see menu/bin). Nothing here can reboot
# the machine: with -r pximenu runs ROOT/sbin/reboot and no other.

menu_setup() {
	need python3
	px_install pximenu
	PATH=$PX_TOP/tests/menu/bin:$PATH
	ROOT=$BATS_TEST_TMPDIR/root
	export PX_STUB=$BATS_TEST_TMPDIR/stub
	mkdir -p "$PX_STUB"
	: >"$PX_STUB/calls"
	"$PX_TOP/tests/fakeroot" -m "$1" "$ROOT"
	cp "$PX_TOP/tests/menu/images" "$PX_STUB/images"
	printf '#!/bin/sh\necho "$0 was called" >>"%s/calls"\n' "$PX_STUB" >"$ROOT/sbin/reboot"
	chmod +x "$ROOT/sbin/reboot"
	cp "$ROOT/sbin/reboot" "$ROOT/sbin/poweroff"
	LOG=$ROOT/var/log/px.log
}

cmdline() {
	echo "BOOT_IMAGE=vmlinuz quiet $*" >"$ROOT/proc/cmdline"
}

# the kernel command line, then what pximenu -n says it would do; nobody is at the keyboard
dry_run() {
	cmdline px.auto px.timeout=0 "$@"
	run timeout 30 pximenu -n -r "$ROOT" </dev/null
}

# an unattended run in the background, the first one since this machine started: $MENU
unattended() {
	rm -f "$ROOT/run/px/auto.done"
	cmdline px.auto px.timeout=0 "$@"
	timeout 60 pximenu -r "$ROOT" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 &
	MENU=$!
}

# --- a terminal: terminal COLUMNS ROWS TERM [pximenu's options]

TMUX_SOCKET=$BATS_TEST_TMPDIR/tmux

tmux_do() {
	tmux -S "$TMUX_SOCKET" -f /dev/null "$@"
}

terminal() {
	local columns=$1 rows=$2 term=$3
	shift 3
	need tmux
	tmux_do new-session -d -x "$columns" -y "$rows" \
		"TERM=$term pximenu -r '$ROOT' $*; echo \"exit status \$?\"; exec cat"
	tmux_do set-option -g status off
	tmux_do resize-window -x "$columns" -y "$rows" # the status line took a row
}

keys() {
	tmux_do send-keys "$@"
}

screen() {
	tmux_do capture-pane -p
}

shows() {
	screen | grep -qF -- "$1"
}

wait_screen() {
	wait_for 20 shows "$1" || { screen >&2; return 1; }
}

# the version of the binary under test, which the title bar shows, as blanks of the same length
blank_version() {
	local version
	version=$("$PX_BUSYBOX" | sed -n '1s/.*(PXE Imager \(.*\)).*/\1/p')
	sed "1s/ ${version:?}  / ${version//?/ }  /"
}

# The screen is what tests/menu/golden/NAME.txt says; numbers that depend on time are N there, the version is blanks.
# PX_GOLDEN=write makes the files.
golden() {
	local file=$PX_TOP/tests/menu/golden/$1.txt
	screen | blank_version | sed -E -e 's/^( ?)[0-9]{2}:[0-9]{2}:[0-9]{2} /\1HH:MM:SS /' -e 's/[0-9]+ s after start/N s after start/' \
		-e 's/^(  (Since|It took|Left) +)[0-9:]+/\1N/' \
		-e 's/(In|Starts in) [0-9]+ seconds?/\1 N seconds/' -e 's/^(PXE Imager) [^ ]+: images/\1 V: images/' \
		>"$BATS_TEST_TMPDIR/screen"
	if [ "${PX_GOLDEN:-}" = write ]; then
		mkdir -p "$(dirname "$file")"
		cp "$BATS_TEST_TMPDIR/screen" "$file"
	fi
	diff -u "$file" "$BATS_TEST_TMPDIR/screen"
}

menu_teardown() {
	[ ! -S "$TMUX_SOCKET" ] || tmux_do kill-server || true
	[ -z "${MENU:-}" ] || stop "$MENU"
}
