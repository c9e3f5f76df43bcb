#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A program that is not there: the test is left out on somebody's machine, and fails where all of them were installed
# (.ci/run).
load ../px

# lacks CI COMMAND: what a test does whose line COMMAND meets a missing program; bats' skip ends it with 0
lacks() {
	run env CI="$1" bash -ec 'skip() { echo "skipped: $1"; exit 0; }; source "$0"; eval "$1"; echo went on' \
		"$PX_TOP/tests/px.bash" "$2"
	echo "$output"
}

@test "a test whose program is missing is skipped by hand, with the program's name" {
	lacks '' 'need sh no-such-program'
	[ "$status" -eq 0 ]
	[ "$output" = "skipped: no no-such-program on this machine" ]
	lacks '' 'false || lacking a-server'
	[ "$status" -eq 0 ]
	[ "$output" = "skipped: no a-server on this machine" ]
}

@test "a test whose program is missing fails in CI, with the program's name" {
	lacks true 'need sh no-such-program'
	[ "$status" -eq 1 ]
	[[ $output == "no no-such-program on this machine"* && $output != *"went on"* ]]
	lacks true 'false || lacking a-server'
	[ "$status" -eq 1 ]
	[[ $output == "no a-server on this machine"* && $output != *"went on"* ]]
	lacks true 'need sh'
	[ "$output" = "went on" ]
}

@test "the script that CI runs says that it is CI" {
	grep -q '^CI=true .*make check' "$PX_TOP/.ci/run"
}
