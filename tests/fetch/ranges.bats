#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxfetch -R: only what is asked for comes, each piece says what it is, and what cannot be had in parts comes whole and
# says so. A server that lies, changes, or breaks off never gives status 0 with other bytes.
load ../px

setup() {
	need python3 zstd
	px_install pxfetch pxread
	unset http_proxy no_proxy
	cd "$BATS_TEST_TMPDIR"
	mkdir root
	head -c 6000000 /dev/urandom >image
	truncate -s 9000000 image # zeros behind
	pxread -q -b map -o root/image.zst image >/dev/null
	python3 "$PX_TOP/tests/fetch/part_server.py" root log >port 2>server.err 3>&- &
	SERVER=$!
	wait_for 10 test -s port
	URL=http://127.0.0.1:$(cat port)
}

teardown() {
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

# ask 'LINE\nLINE\n' URL...: sets status and output (the messages and -p's lines); out has what came
ask() {
	printf -- "$1" >asks
	shift
	run bash -c 'pxfetch -q -t 2 -T 2 -p 3 -R 4 "$@" 3>&2 4<asks >out' - "$@"
	echo "$output"
	python3 "$PX_TOP/tests/fetch/pieces.py" out image | tee pieces
}

requests() {
	grep -c . log
}

@test "what is asked for comes, frame for frame, in pieces that say where they belong, and zstd decodes them" {
	ask '524288-1048575\n4194304-4194400\n' "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = $'524288-1048575 0 right\n4194304-4718591 0 right' ]
	zstd -dcq out | cmp - <(tail -c +524289 image | head -c 524288; tail -c +4194305 image | head -c 524288)
}

@test "neighbours are one request, and all requests go over one connection" {
	ask '0-524287\n524288-1048575\n1048576-1572863\n4194304-4718591\n' "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ "$(grep -c right pieces)" -eq 4 ]
	cat log
	[ "$(cut -d ' ' -f 1 log | sort -u)" = 1 ]
	[ "$(requests)" -eq 4 ] # its size, its table, two runs
}

@test "asks that share a frame bring it once, and small frames between are read over" {
	ask '100-200\n300-600000\n700000-700001\n6291456-6291457\n8000000-8000001\n' "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = $'0-1048575 0 right\n6291456-6815743 0 right\n7864320-8388607 0 right' ]
	[ "$(requests)" -eq 4 ]
}

@test "nothing asked for is nothing fetched, and no request" {
	ask '' "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ ! -s out ]
	[ ! -e log ]
}

@test "multicast has no parts: it is left out of -R without a word, and a wrong piece names the right mirror" {
	ask '524288-1048575\n' udpcast://127.0.0.1:9000 "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = '524288-1048575 1 right' ] # by mirror 1: multicast is 0
	[[ $output != *pxfetch:* ]]
	[[ $output == *" source=http"* ]]
}

@test "asks that come one after the other are answered one after the other" {
	mkfifo asks
	pxfetch -q -R 4 "$URL/good/image.zst" 4<asks >out 3>&- &
	pid=$!
	exec 5>asks
	echo 0-1 >&5
	wait_for 10 test -s out
	echo 2000000-2000001 >&5
	exec 5>&-
	wait "$pid"
	[ "$(python3 "$PX_TOP/tests/fetch/pieces.py" out image | grep -c right)" -eq 2 ]
}

# whole KEYWORD: all of the file came, and why was said
whole() {
	[ "$status" -eq 0 ]
	[[ $output == *"whole=$1"* ]]
	[ "$(cat pieces)" = "whole $(stat -c %s root/image.zst)" ]
	tail -c +41 out | cmp - root/image.zst
}

@test "all of it comes from a server without Range, and that is said" {
	ask '0-1\n' "$URL/whole/image.zst"
	whole ranges
	[[ $output == *"no mirror gives parts of a file: all of it is fetched"* ]]
}

@test "a mirror without Range is passed over for one that has it" {
	ask '0-1\n' "$URL/whole/image.zst" "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = "0-524287 1 right" ]
}

@test "all of it comes of a file without a seek table, and that is said" {
	zstd -qf image -o root/image.zst
	ask '0-1\n' "$URL/good/image.zst"
	whole table
	[[ $output == *"there is no seek table at its end: all of it is fetched"* ]]
}

@test "all of it comes when most of it is asked for" {
	ask '0-524287\n524288-6999999\n' "$URL/good/image.zst"
	whole most
}

@test "all of it comes when all is asked for" {
	ask 'all\n' "$URL/good/image.zst"
	whole asked
}

@test "whether parts can be had is answered before any is fetched" {
	ask 'parts\n0-1\n' "$URL/good/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = $'parts of 9000000\n0-524287 0 right' ]
	rm log
	ask 'parts\n' "$URL/good/image.zst"
	[ "$(cat pieces)" = 'parts of 9000000' ]
	[ "$(requests)" -eq 2 ]
	ask 'parts\n' "$URL/whole/image.zst"
	whole ranges
}

@test "a local file gives parts, too" {
	ask '524288-524289\n' "$PWD/root/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = "524288-1048575 0 right" ]
}

@test "a range that was wrong is fetched again, alone, from the next mirror, and the one that lied is named and left out" {
	mkfifo asks
	pxfetch -q -R 4 "$URL/lie/image.zst" "$URL/good/image.zst" 4<asks >out 2>err 3>&- &
	pid=$!
	exec 5>asks
	echo 0-524287 >&5
	wait_for 10 test -s out
	printf 'bad 0 0-524287\n1048576-1572863\n' >&5
	exec 5>&-
	wait "$pid"
	cat err
	python3 "$PX_TOP/tests/fetch/pieces.py" out image >pieces
	[ "$(cat pieces)" = $'0-524287 0 wrong\n0-524287 1 right\n1048576-1572863 1 right' ]
	grep -q "^pxfetch: $URL/lie/image.zst: bytes 0 to 524287 are not the image's: this mirror is left out" err
	[ "$(grep -c ' lie ' log)" -eq 3 ]
}

@test "when the only mirror lies it fails with 9" {
	ask '0-1\nbad 0 0-1\n' "$URL/good/image.zst"
	[ "$status" -eq 9 ]
	[[ $output == *"no mirror gives what the block map wants"* ]]
}

@test "a file that changes between its table and its frames is never mixed: it fails with 9, or the next mirror gives it" {
	for way in changes swaps; do
		rm -f log
		ask '0-1\n2000000-2000001\n4000000-4000001\n' "$URL/$way/image.zst"
		[ "$status" -eq 9 ]
		[[ $output == *"changed on the server"* ]]
		[[ $output == *"why=changed"* ]]
	done
	ask '0-1\n2000000-2000001\n4000000-4000001\n' "$URL/changes/image.zst" "$URL/good/image.zst"
	[ "$(grep -c right pieces)" -eq 3 ]
}

@test "a server that answers another range is refused" {
	ask '1000000-1000001\n' "$URL/shifted/image.zst"
	[ "$status" -eq 7 ]
	[[ $output == *"another part than was asked for"* ]]
}

@test "a connection that breaks in a piece goes on where it broke" {
	ask '0-524287\n1048576-1048577\n' "$URL/breaks/image.zst"
	[ "$status" -eq 0 ]
	[ "$(cat pieces)" = $'0-524287 0 right\n1048576-1572863 0 right' ]
}

@test "lines that are none are refused with 2" {
	for line in '5-4' '-1' 'x' '1-2 ' '0-99999999999999999999' 'bad 0-1' 'bad x 0-1' "$(printf '%070d-1' 1)"; do
		ask "$line\n" "$URL/good/image.zst"
		[ "$status" -eq 2 ]
		[ ! -s pieces ]
	done
	ask '0-52' "$URL/good/image.zst" # cut off
	[ "$status" -eq 2 ]
}

@test "a range behind the image's end is refused with 9" {
	ask '8999999-9000000\n' "$URL/good/image.zst"
	[ "$status" -eq 9 ]
	[[ $output == *"the image has only 9000000"* ]]
}

# lie OFFSET-FROM-END HEX: other bytes in the table
lie() {
	cp table.zst root/image.zst
	python3 -c '
import sys
with open("root/image.zst", "r+b") as f:
    f.seek(-int(sys.argv[1]), 2)
    f.write(bytes.fromhex(sys.argv[2]))' "$1" "$2"
}

@test "a seek table that lies in any field is not used, or the frames that it names are not the image's" {
	cp root/image.zst table.zst
	frames=$(((9000000 + 524287) / 524288))
	table=$((17 + 12 * frames))
	# count: 2^32-1, 0, one less, one more; descriptor; magic; skippable magic; its size; packed bytes 0 and huge;
	# decoded bytes huge
	for way in "9 ffffffff" "9 00000000" "9 11000000" "9 13000000" "5 ff" "4 00" "$table 00" \
		"$((table - 4)) ffffffff" "$((table - 8)) 00000000" "$((table - 8)) ffffffff" \
		"$((table - 12)) ffffffff"; do
		lie $way
		ask '2000000-2000001\n' "$URL/good/image.zst"
		whole table
	done
	lie $((table - 12)) 00001000 # twice the size: where bytes are is a lie that only their checksum tells
	ask '2000000-2000001\n' "$URL/good/image.zst"
	[ "$(cut -d ' ' -f 3 pieces)" = wrong ]
}

@test "-R goes to standard output and is not continued" {
	for option in "-O file" -c; do
		run pxfetch -R 0 $option "$URL/good/image.zst" </dev/null
		[ "$status" -eq 2 ]
	done
	run pxfetch -R 77 "$URL/good/image.zst"
	[ "$status" -eq 2 ]
}
