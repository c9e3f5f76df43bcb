# SPDX-License-Identifier: GPL-2.0-or-later
# pxwrite to standard output (-), and pxwrite -z.

load ../px

setup() {
	px_install pxwrite
	need zstd
	head -c 1500000 /dev/urandom >"$BATS_TEST_TMPDIR/a"
	zstd -q "$BATS_TEST_TMPDIR/a" -o "$BATS_TEST_TMPDIR/a.zst"
	HASH=sha256:$(sha256sum "$BATS_TEST_TMPDIR/a" | cut -d ' ' -f 1)
	cd "$BATS_TEST_TMPDIR"
}

@test "what is decoded to standard output is the image, proven" {
	pxwrite -s 1500000 -H "$HASH" - <a.zst >out
	cmp a out
	cat a | pxwrite -q -s 1500000 - >out
	cmp a out
}

@test "standard output ends with a failure when the image is cut, wrong, too long or of no proven end" {
	head -c 1000000 a.zst >cut
	run pxwrite -i cut -
	[ "$status" -eq 9 ]
	run pxwrite -H "sha256:$(echo | sha256sum | cut -d ' ' -f 1)" -i a.zst -
	[ "$status" -eq 9 ]
	run pxwrite -s 1499999 -i a.zst -
	[ "$status" -eq 9 ]
	run bash -c 'cat a | pxwrite -'
	[ "$status" -eq 2 ]
	run bash -c 'head -c 1000000 a | pxwrite -s 1500000 -'
	[ "$status" -eq 9 ]
	run bash -c "head -c 1000000 a | pxwrite -H $HASH -"
	[ "$status" -eq 9 ]
	run bash -c 'pxwrite -i a.zst - >/dev/full'
	[ "$status" -eq 3 ]
}

@test "options about a disk are refused with standard output" {
	for option in -n -f -g -V -z; do
		run pxwrite $option -i a.zst -
		[ "$status" -eq 2 ]
	done
}

@test "-z clears the first and the last MiB and nothing between" {
	truncate -s 8M disk
	yes | head -c 8M | dd of=disk conv=notrunc status=none
	cp disk before
	run pxwrite -z disk
	[ "$status" -eq 10 ]
	cmp disk before
	run pxwrite -zf disk
	[ "$status" -eq 0 ]
	[[ $output == *'disk does not boot'* ]]
	cmp -n 1M disk /dev/zero
	tail -c 1M disk | cmp -n 1M - /dev/zero
	cmp -i 1M -n 6M disk before
}
