#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# verify/sha256.h: two streams hashed at the same time give what each gives alone, with this processor's instructions
# for SHA-256 and without them. (Whether it has them: sha_ni in /proc/cpuinfo; qemu-user's processors have none.)
load ../px
load ../disk/disk

setup_file() {
	drivers verify/sha256
	export SHA256=$BATS_FILE_TMPDIR/px-sha256
}

@test "two streams hashed at the same time have the sums of each alone, for every two lengths up to 200" {
	run "$SHA256" lengths
	echo "$output"
	[ "$status" = 0 ]
}

@test "two streams of any length, in any pieces, have the sums of each alone" {
	run "$SHA256" large 60
	echo "$output"
	[ "$status" = 0 ]
}

@test "a block map is held against each of its ranges, however the image is cut, and the wrong one is named" {
	run "$SHA256" maps 300
	echo "$output"
	[ "$status" = 0 ]
}

@test "a processor without the instructions gives the same sums" {
	need qemu-x86_64
	run qemu-x86_64 -cpu qemu64 "$SHA256" lengths
	echo "$output"
	[ "$status" = 0 ]
	run qemu-x86_64 -cpu qemu64 "$SHA256" maps 10
	echo "$output"
	[ "$status" = 0 ]
}
