#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole pxwrite, pxfetch, pxread and pxcatalog under ASan and UBSan, and built for 32 bits, through their suites.
# With PX_LONG=1: each builds BusyBox anew.
load ../px

setup() {
	[ -n "${PX_LONG:-}" ] || skip "builds BusyBox anew; set PX_LONG=1"
	need gcc
	mkdir "$BATS_TEST_TMPDIR/build"
	ln -s "$PX_BUILD"/* "$BATS_TEST_TMPDIR/build/"
	rm -f "$BATS_TEST_TMPDIR/build/tests" "$BATS_TEST_TMPDIR/build/sanitize"
}

# suites_pass KIND: a bats within a bats, so without the outer one's variables and folder of programs
suites_pass() {
	run env -i PATH="$(tr : '\n' <<<"$PATH" | grep -v bats | paste -sd :)" CI="${CI:-}" \
		"$PX_TOP/tests/sanitize/run" "$BATS_TEST_TMPDIR/build" "$1"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "neither ASan nor UBSan has a word to say of the applets in their suites" {
	suites_pass address
}

@test "built for 32 bits the applets pass their suites" {
	echo 'int main(void) { return 0; }' | gcc -m32 -x c -o "$BATS_TEST_TMPDIR/small" - || lacking "gcc -m32 (gcc-multilib)"
	suites_pass m32
}
