#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxfetch and files that are replaced while it fetches them: what it calls whole is of one version.

load ../px

setup() {
	need python3
	px_install pxfetch
	unset http_proxy no_proxy
	cd "$BATS_TEST_TMPDIR"
	head -c 400000 /dev/urandom >old
	head -c 400000 /dev/urandom >new
	python3 "$PX_TOP/tests/fetch/two_versions.py" old new >port 2>server.log 3>&- &
	SERVER=$!
	wait_for 10 test -s port
	URL=http://127.0.0.1:$(cat port)
}

teardown() {
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

# replaced WAY WANTED: to a file, it comes whole in the version WANTED
replaced() {
	local status=0
	timeout 100 pxfetch -q -t 4 -T 5 -O "got-$1" "$URL/file/$1" 2>"err-$1" || status=$?
	[ "$status" = 0 ] || { echo "$1: status $status"; cat "err-$1"; return 1; }
	cmp "got-$1" "$2" || { echo "$1"; cat "err-$1"; return 1; }
}

# piped WAY: to a pipe, it comes whole in one version, or fails after bytes of one
piped() {
	local status
	set +e
	timeout 100 pxfetch -q -t 4 -T 5 -O - "$URL/pipe/$1" 2>"err-$1" | cat >"got-$1"
	status=${PIPESTATUS[0]}
	set -e
	if [ "$status" != 0 ]; then
		[ "$status" = 9 ] || { echo "$1: status $status"; cat "err-$1"; return 1; }
		truncate -s -512 "got-$1" # the mark
	fi
	cmp -s -n "$(stat -c %s "got-$1")" "got-$1" old || cmp -s "got-$1" new \
		|| { echo "$1: of two versions"; return 1; }
	[ "$status" != 0 ] || [ "$(stat -c %s "got-$1")" = 400000 ]
}

# all FUNCTION WAY [ARGUMENT], side by side, from the list on stdin
side_by_side() {
	local way jobs=() rc=0 job
	while read -r way wanted; do
		"$1" "$way" "$wanted" 3>&- &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job" || rc=1
	done
	return $rc
}

ways() {
	cat <<-WAYS
		no-validator-in-the-part new
		weak-validator-in-the-part new
		other-validator-in-the-part new
		other-byte-over-127 new
		date-for-a-tag new
		other-date new
		written-in-this-second new
		weak-both-times new
		no-validator new
		compressed-the-second-time.gz new
		redirected-elsewhere new
		by-turns old
		comparison-breaks-off new
		nothing-is-left new
	WAYS
}

@test "a file that is replaced while it is fetched comes whole in one version, whatever the server says of it" {
	ways | side_by_side replaced
}

@test "what goes into a pipe is never of two versions with status 0" {
	ways | side_by_side piped
}

@test "with -c a FILE.part is joined only to the mirror that it came from" {
	# the second mirror gives half of it, under a tag that the first one has later for another file
	run timeout 60 pxfetch -q -t 1 -O got "$URL/a/missing-first" "$URL/a/half-of-old"
	[ "$status" = 4 ]
	cmp -n 200000 got.part old
	timeout 60 pxfetch -q -t 1 -c -O got "$URL/a/missing-first"
	cmp got new
}

@test "with -c what was joined unproven is not taken for proven" {
	# the old half and a quarter of the new one, for a reader that would find out
	run timeout 60 pxfetch -q -j -t 1 -O got "$URL/a/half-of-old" "$URL/a/new-by-parts"
	[ "$status" = 4 ]
	[ "$(stat -c %s got.part)" = 300000 ]
	timeout 60 pxfetch -q -t 1 -c -O got "$URL/a/new-by-parts"
	cmp got new
}

@test "with -j a part is joined across mirrors, and without it compared" {
	timeout 60 pxfetch -q -j -t 1 -O - "$URL/a/half-of-old" "$URL/a/old-by-parts" | cmp - old
	grep -qx 'old-by-parts 200000' server.log
	run timeout 60 pxfetch -q -t 1 -O - "$URL/b/half-of-old" "$URL/b/old-by-parts"
	[ "$status" = 4 ]
	grep -qx 'old-by-parts None' server.log
}

@test "with -j a mirror that says that its file is another one now is not joined" {
	run timeout 60 pxfetch -q -j -t 4 -O - "$URL/a/other-validator-in-the-part"
	[ "$status" = 9 ]
}

@test "parts of two mirrors that make a wrong hash are fetched anew from one" {
	timeout 60 pxfetch -q -t 2 -H "sha256:$(sha256sum <new | cut -d' ' -f1)" -O got "$URL/a/half-of-old" \
		"$URL/a/new-by-parts"
	cmp got new
}

@test "two processes do not write one FILE.part" {
	mkfifo hold
	pxfetch -q -O got "$URL/a/half-of-old" 2>first 3>&- &
	local first=$!
	wait_for 10 grep -q 'trying again' first
	run pxfetch -q -O got old
	[ "$status" = 3 ]
	[[ "$output" == *"another process"* ]]
	kill "$first"
	wait "$first" || true
	pxfetch -q -O got old
	cmp got old
}

@test "a local file that is written to while it is read is no file of one version" {
	head -c 3000000 /dev/urandom >large
	mkfifo pipe
	timeout 60 pxfetch -q -t 1 -O - large >pipe 2>err 3>&- &
	local fetcher=$! status=0
	exec 7<pipe
	head -c 1000 <&7 >/dev/null
	printf x | dd of=large conv=notrunc bs=1 seek=2999000 status=none
	cat <&7 >/dev/null
	exec 7<&-
	wait "$fetcher" || status=$?
	cat err
	[ "$status" = 9 ]
	grep -q 'changed' err
}
