# SPDX-License-Identifier: GPL-2.0-or-later
# What every bats file here loads: where things are, and servers that are waited for and killed.
#
#	load ../px
#
# PX_BUSYBOX names the binary under test (default build/busybox); px_install puts its applets into
# $BATS_TEST_TMPDIR/bin.

PX_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PX_BUILD=${PX_BUILD:-$PX_TOP/build}
PX_BUSYBOX=${PX_BUSYBOX:-$PX_BUILD/busybox}

# pxfetch, pxwrite, pximenu (or the applets named) as commands in PATH
px_install() {
	local applet
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for applet in "${@:-pxfetch pxwrite pximenu}"; do
		for applet in $applet; do
			ln -sf "$PX_BUSYBOX" "$BATS_TEST_TMPDIR/bin/$applet"
		done
	done
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# lacking WHAT: skips the test; with CI=true it fails: there all of tests/packages.d is installed, and what is not is a
# fault
lacking() {
	[ "${CI:-}" = true ] || skip "no $1 on this machine"
	echo "no $1 on this machine: CI leaves no test out for want of a program" >&2
	return 1
}

# need COMMAND...: lacking what is missing
need() {
	local c
	for c; do
		command -v "$c" >/dev/null || lacking "$c" || return 1
	done
}

# not_under WHY KIND...: skips what such a binary of tests/sanitize cannot do
not_under() {
	case " ${*:2} " in
	*" ${PX_SANITIZE:-none} "*) skip "$PX_SANITIZE: $1" ;;
	esac
}

need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root"
}

# wait_for SECONDS COMMAND...: until it succeeds; fails when the time is over. That is what an idle machine needs at
# most: a busy one, where a server of a test needed more than 10 s to start, gets a minute at least.
wait_for() {
	local deadline=$((SECONDS + ($1 < 60 ? 60 : $1)))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || { echo "timed out waiting for: $*" >&2; return 1; }
		sleep 0.05
	done
}

# none COMMAND...: fails when it succeeds. After a bare `!` bash goes on either way, so that in the midst of a test it
# asserts nothing.
none() {
	! "$@"
}

# stop PID...: ends processes that the test started, and waits for them
stop() {
	local p
	for p; do
		kill "$p" 2>/dev/null || true
		wait "$p" 2>/dev/null || true
	done
}
