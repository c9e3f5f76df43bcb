#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole pxwrite and pxfetch under ASan and UBSan, through the suites of fetch/ and write/. With PX_LONG=1: it builds
# BusyBox anew.
load ../px

# Not in here: tests that count pxwrite's threads, or compare with the words of musl's strerror.
FILES="fetch/fetch fetch/versions write/pxwrite write/state write/disks write/cut write/read-behind"

@test "neither ASan nor UBSan has a word to say of pxfetch and pxwrite" {
	[ -n "${PX_LONG:-}" ] || skip "builds BusyBox anew; set PX_LONG=1"
	need gcc
	mkdir "$BATS_TEST_TMPDIR/build"
	ln -s "$PX_BUILD"/* "$BATS_TEST_TMPDIR/build/"
	rm -f "$BATS_TEST_TMPDIR/build/tests"
	# a bats within a bats: without the outer one's variables and folder of programs
	run env -i PATH="$(tr : '\n' <<<"$PATH" | grep -v bats | paste -sd :)" "$PX_TOP/tests/sanitize/run" \
		"$BATS_TEST_TMPDIR/build" address \
		$(printf "$PX_TOP/tests/%s.bats " $FILES)
	echo "$output"
	[ "$status" -eq 0 ]
}
