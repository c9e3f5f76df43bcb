# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of disk/, volume/ and verify/ load: their drivers, compiled once a file, and loop devices that go away.

bats_require_minimum_version 1.5.0

# drivers FOLDER/NAME...: compiles tests/FOLDER/NAME.c into $BATS_FILE_TMPDIR/px-NAME (in setup_file)
drivers() {
	local name
	need python3
	[ -f "$PX_BUILD/busybox-tree/px/disk/lib.a" ] || skip "no build/busybox-tree: make busybox"
	for name; do
		"$PX_TOP/tests/disk/build" "$PX_BUILD" "$name" "$BATS_FILE_TMPDIR/px-${name##*/}"
	done
}

# loop FILE [losetup options]: prints its device
loop() {
	local dev
	dev=$(losetup -f --show "${@:2}" "$1")
	echo "$dev" >>"$BATS_TEST_TMPDIR/loops"
	echo "$dev"
}

# unloop_one DEVICE: now, and not once more in unloop: by then the number may be another test's
unloop_one() {
	sed -i "\\,^$1\$,d" "$BATS_TEST_TMPDIR/loops"
	losetup -d "$1"
}

unloop() {
	local dev
	[ ! -f "$BATS_TEST_TMPDIR/loops" ] || while read -r dev; do
		losetup -d "$dev" || true
	done <"$BATS_TEST_TMPDIR/loops"
	rm -f "$BATS_TEST_TMPDIR/loops"
}

labels() { "$PX_TOP/tests/disk/labels" "$@"; }

# field NAME: its value in $output, where "name=value" stand one a line
field() { sed -n "s/^$1=//p" <<<"$output"; }

# expect NAME VALUE
expect() {
	[ "$(field "$1")" = "$2" ] || { echo "$1 is '$(field "$1")', not '$2'; all of it:"; echo "$output"; return 1; \
		} >&2
}

# says TEXT: $output has it
says() {
	[[ "$output" == *"$1"* ]] || { echo "no '$1' in:"; echo "$output"; return 1; } >&2
}
