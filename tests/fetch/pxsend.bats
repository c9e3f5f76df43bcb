#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxsend: 0 means that the server has all of it, read back; against nginx's dav module, and servers that are odd.
load ../px
load fetch

setup() {
	px_install pxsend pxread pxwrite
	cd "$BATS_TEST_TMPDIR"
	FETCH_DIR=$BATS_TEST_TMPDIR/servers
	mkdir -p "$FETCH_DIR" root/small
	chmod 777 . root root/small
	unset http_proxy
}

teardown() {
	cd /
	fetch_stop
	[ ! -e "$BATS_TEST_TMPDIR/root/small" ] || umount "$BATS_TEST_TMPDIR/root/small" 2>/dev/null || true
}

# The server's folder is root; some of what is below it is closed, small or read-only.
start_put() {
	need python3
	printf 'joe:{PLAIN}secret\n' >passwords
	start_dav "$BATS_TEST_TMPDIR/root" "$BATS_TEST_TMPDIR/root/.temp" "
		location /small/ { client_body_temp_path $BATS_TEST_TMPDIR/root/small/.temp; }
		location /limited/ { client_max_body_size 1m; }
		location /closed/ { auth_basic x; auth_basic_user_file $BATS_TEST_TMPDIR/passwords; }
		location /readonly/ { dav_methods off; }"
	URL=http://127.0.0.1:$PORT
}

start_odd() { # KIND
	need python3
	rm -f port
	python3 "$PX_TOP/tests/fetch/odd_put.py" "$1" >port 3>&- &
	FETCH_PIDS+=($!)
	wait_for 20 test -s port
	URL=http://127.0.0.1:$(cat port)
}

# expect STATUS [TEXT]: of the last run
expect() {
	echo "$output"
	[ "$status" -eq "$1" ]
	[ $# = 1 ] || [[ $output == *"$2"* ]]
}

@test "a file and a pipe arrive whole, also in the place of another one" {
	start_put
	head -c 5000001 /dev/urandom >in
	run pxsend -i in "$URL/file"
	expect 0 '5000001 bytes stored and read back'
	cmp in root/file
	run bash -c 'cat in in | pxsend "$1"' - "$URL/file"
	expect 0
	cat in in | cmp - root/file
	: >empty
	run pxsend -q -i empty "$URL/empty"
	expect 0
	[ -f root/empty ]
	[ ! -s root/empty ]
}

@test "a disk goes through pxread and pxsend, and comes back" {
	need zstd
	start_put
	head -c 3000000 /dev/urandom >disk
	pxread disk | pxsend -q "$URL/disk.img.zst"
	zstd -dcq root/disk.img.zst | cmp - disk
}

@test "what an input that failed has sent is not kept" {
	start_put
	head -c 30000000 /dev/urandom >disk
	# pxread fails at its end: the file has changed meanwhile
	mkfifo pipe
	pxread disk >pipe 2>err &
	exec 7<pipe
	head -c 65536 <&7 >start
	touch disk
	run bash -c 'cat start - <&7 | pxsend "$1"' - "$URL/disk.img.zst"
	exec 7<&-
	expect 9 'mark'
	[ ! -e root/disk.img.zst ]
	run bash -c 'pxsend "$1" </dev/null | cat; exit ${PIPESTATUS[0]}' - "$URL/nothing"
	echo "$output"
	run bash -c 'true | pxsend "$1"' - "$URL/nothing"
	expect 9 'empty'
	[ ! -e root/nothing ]
}

@test "a server that says no is told by its word: 401, 403, 409, 413, and in the midst of the body" {
	start_put
	mkdir -p root/limited root/closed root/readonly
	chmod 777 root/*/
	head -c 3000000 /dev/urandom >in
	run pxsend -i in "$URL/closed/x"
	expect 5 '401'
	run pxsend -q -i in "http://joe:wrong@127.0.0.1:$PORT/closed/x"
	expect 5
	[[ $output != *wrong* ]]
	run pxsend -q -i in "http://joe:secret@127.0.0.1:$PORT/closed/x"
	expect 0
	cmp in root/closed/x
	run pxsend -i in "$URL/limited/x"
	expect 8 '413'
	run bash -c 'cat in | pxsend "$1"' - "$URL/limited/x" # chunked: the server finds out on the way
	expect 8 '413'
	mkdir root/folder
	run pxsend -i in "$URL/folder"
	expect 8 '409'
	run bash -c 'cat in | pxsend "$1"' - "$URL/no/such/folder/x" # nginx: 500
	expect 8
	run pxsend -i in "$URL/readonly/x"
	expect 8 '405'
	[ ! -e root/limited/x ]
	[ ! -e root/readonly/x ]
}

@test "a full server is no success, and keeps nothing" {
	need_root

	mount -t tmpfs -o size=1m,mode=777 none root/small
	start_put
	head -c 3000000 /dev/urandom >in
	run timeout 100 bash -c 'cat in | pxsend "$1"' - "$URL/small/x"
	expect 8
	[ ! -e root/small/x ]
}

@test "a server that knows no Expect gets the body all the same" {
	start_odd plain
	head -c 1000000 /dev/urandom >in
	run pxsend -i in "$URL/x"
	expect 0
	run bash -c 'cat in | pxsend "$1"' - "$URL/x"
	expect 0
}

@test "a server that keeps something else is found out by reading back" {
	head -c 1000000 /dev/urandom >in
	start_odd spoil
	run pxsend -i in "$URL/x"
	expect 9 'wrong SHA-256'
	run pxsend -V -i in "$URL/x"
	expect 0 'not read back'
	fetch_stop
	start_odd short
	run pxsend -i in "$URL/x"
	expect 9
}

@test "refusals, hang-ups and nonsense in the midst of the body: each with its status" {
	head -c 30000000 /dev/urandom >in
	while read -r kind want text; do

		start_odd "$kind"
		run timeout 60 bash -c 'cat in | pxsend -T 2 "$1"' - "$URL/x"
		echo "$kind"
		expect "$want" "$text"
		fetch_stop
	done <<-'E'
		deny 8 403
		early 7 before it had all
		close 4
		silent 4
		moved 8 307
		garbage 7 malformed
		hundreds 7 interim
	E
	run pxsend -T 2 -i in http://127.0.0.1:1/x
	expect 4
}

@test "a file is tried again when the server may do better, a pipe is not" {
	head -c 1000000 /dev/urandom >in
	start_odd once
	run pxsend -i in "$URL/x"
	expect 0 'again in 1 s'

	start_odd once
	run bash -c 'cat in | pxsend "$1"' - "$URL/x"
	expect 8 '503'
}

@test "with -c the file has its end only when somebody says so; else the server keeps nothing" {
	start_put
	printf 'commit\n' >word
	run bash -c 'printf all | pxsend -c 4 "$1" 4<word' - "$URL/file"
	expect 0 '3 bytes stored'
	printf 'nothing\n' >word
	run bash -c 'printf part | pxsend -c 4 "$1" 4<word' - "$URL/other"
	expect 9 'not said that it is whole'
	[ ! -e root/other ]
	[ -z "$(ls root/.temp)" ]
	run pxsend -c 77 "$URL/other"
	expect 2
}

@test "wrong words, other schemes and folders are usage; progress and why go to -p" {
	: >in
	for url in ftp://h/x tftp://127.0.0.1/x http://127.0.0.1/ http://127.0.0.1/folder/ 'http://'; do
		run pxsend -i in "$url"
		expect 2
	done
	run pxsend -i gone http://127.0.0.1:1/x
	expect 3
	start_odd plain
	head -c 1000000 /dev/urandom >in
	pxsend -q -p 5 -i in "$URL/x" 5>progress
	grep -q '^bytes=1000000 total=1000000 stage=send ' progress
	grep -q '^bytes=1000000 total=1000000 stage=verify ' progress
	rc=0
	pxsend -q -p 5 -T 1 -i in http://127.0.0.1:1/x 5>progress || rc=$?
	[ "$rc" -eq 4 ]
	grep -qx 'why=network' progress
}
