#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The threads of pxwrite under ThreadSanitizer: stress/stress.c says what a round is. Each kind of round runs for 3 s,
# with PX_LONG=1 for 60.
load ../px

setup() {
	need gcc
	mkdir "$BATS_TEST_TMPDIR/build"
	ln -s "$PX_BUILD"/* "$BATS_TEST_TMPDIR/build/"
	rm -f "$BATS_TEST_TMPDIR/build/sanitize"
	STRESS=$PX_TOP/tests/sanitize/stress
}

@test "ThreadSanitizer has no word to say of ring, gate, zstd frames, pouring and pxwrite -u, and every round ends as it must" {
	run "$STRESS/run" "$BATS_TEST_TMPDIR/build" "$([ -n "${PX_LONG:-}" ] && echo 60 || echo 3)"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^[a-z]*: [0-9]* rounds$' <<<"$output")" -eq 5 ]
}
