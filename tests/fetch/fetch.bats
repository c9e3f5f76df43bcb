#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxfetch without a network: options, files, output.

load ../px

setup() {
	px_install pxfetch
	cd "$BATS_TEST_TMPDIR"
	head -c 100000 /dev/urandom >content
	SUM=$(sha256sum <content | cut -d' ' -f1)
}

@test "a local file is fetched by path and by file: URL" {
	pxfetch -O a content
	cmp a content
	pxfetch -O b "file:$PWD/content"
	cmp b content
	pxfetch -O c "file://localhost$PWD/content"
	cmp c content
	(cd / && pxfetch -O - "$BATS_TEST_TMPDIR/content") | cmp - content
}

@test "size and hash decide" {
	pxfetch -O a -s 100000 -H "sha256:$SUM" content
	cmp a content
	run pxfetch -O b -s 99999 content
	[ "$status" = 9 ]
	run pxfetch -O b -H "sha256:${SUM//[0-4]/5}" content
	[ "$status" = 9 ]
	[ ! -e b ]
	[ ! -e b.part ]
}

@test "wrong usage has status 2 and touches nothing" {
	run pxfetch
	[ "$status" = 1 ] || [ "$status" = 2 ]
	for args in "-t 0 content" "-T x content" "-H 123 content" "-b 7 content" "-w 65536 content" "-s -1 content" \
		"http:// content" "http://h:99999/x" "tftp://h/" "http://h/a%zz%00"; do
		run pxfetch -O out $args
		echo "$args: $status $output"
		[ "$status" = 2 ] || [ "$args" = "http://h/a%zz%00" ]
		[ ! -e out ]
		[ ! -e out.part ]
	done
}

@test "a scheme that is not compiled in is told" {
	run pxfetch -O out ftp://localhost/x
	[ "$status" = 1 ]
	[[ "$output" == *"not compiled in"* ]]
}

@test "a full disk has status 3" {
	[ -c /dev/full ] || skip "no /dev/full"
	run pxfetch -O /dev/full content
	[ "$status" = 3 ]
	[ -c /dev/full ]
	run sh -c 'pxfetch -O - content >/dev/full'
	[ "$status" = 3 ]
}

@test "a reader that goes away has status 3 and a message" {
	head -c 10000000 /dev/zero >large
	set +e
	pxfetch -O - large 2>err | true
	status=${PIPESTATUS[0]}
	set -e
	[ "$status" = 3 ]
	grep -q 'Broken pipe' err
}

@test "a missing file, a folder and a FIFO are no files" {
	mkfifo fifo
	for name in missing . fifo; do
		run timeout 20 pxfetch -O out "$name"
		[ "$status" = 8 ]
	done
	[ ! -e out ]
}

@test "progress lines go to the descriptor that -p names" {
	pxfetch -p 5 -O out content 5>lines
	grep -qx 'bytes=100000 total=100000 stage=fetch rate=[0-9]* net=[0-9]* source=file' lines
}

@test "without -O the file is named by the URL's last part" {
	mkdir d
	(cd d && pxfetch "file:$BATS_TEST_TMPDIR/content")
	cmp d/content content
	run pxfetch http://localhost/
	[ "$status" = 2 ]
}

@test "output may be appended to a file" {
	echo first >out
	pxfetch -O - content >>out
	(echo first; cat content) | cmp - out
}
