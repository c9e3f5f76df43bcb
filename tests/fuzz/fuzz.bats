#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every parser of what comes from the network or from an image, with hostile bytes, under ASan and UBSan. Each target
# runs for PX_FUZZ_SECONDS (default 10; .ci/run: 20).
load ../px

fuzz() {
	need clang
	run "$PX_TOP/tests/fuzz/run" "$PX_BUILD" "${PX_FUZZ_SECONDS:-10}" "$1"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"$1: clean"* ]]
}

@test "no HTTP response head crashes pxfetch" { fuzz http_head; }
@test "no TFTP packet crashes pxfetch" { fuzz tftp_state; }
@test "no URL crashes pxfetch" { fuzz url; }

@test "no event crashes pxevent, and what it keeps is one line" { fuzz json; }
@test "no partition table crashes pxwrite" { fuzz gpt; }
@test "no block map crashes pxwrite" { fuzz bmap; }
@test "no boot sector, FAT or program crashes pxwrite" { fuzz boot; }
@test "no seek table crashes pxfetch" { fuzz seektable; }
@test "no compressed image crashes pxwrite" { fuzz decode; }
@test "no disk hint crashes pximenu" { fuzz hint; }
@test "no disk identity crashes pxwrite" { fuzz identity; }
@test "no catalog crashes pximenu" { fuzz catalog; }
@test "no signature and no key crashes pximenu, and none is made up" { fuzz signature; }

@test "every fuzz target has a test here" {
	for target in "$PX_TOP"/tests/fuzz/*.c; do
		echo "$target"
		grep -q "fuzz $(basename "$target" .c);" "$BATS_TEST_FILENAME"
	done
}
