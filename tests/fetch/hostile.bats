#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxfetch against servers that misbehave: never status 0 with other bytes, never for ever, one clean line.

load ../px

setup() {
	need python3
	px_install pxfetch
	unset http_proxy no_proxy
	cd "$BATS_TEST_TMPDIR"
	head -c 30011 /dev/urandom >content
}

teardown() {
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

# start_hostile KIND [FILE]: sets PORT
start_hostile() {
	python3 "$PX_TOP/tests/fetch/hostile_$1.py" "${2:-content}" >port 2>server.log 3>&- &
	SERVER=$!
	wait_for 10 test -s port
	PORT=$(cat port)
}

# attempt URL NAME SECONDS: NAME.status, NAME.err, NAME.out (a pipe in between, so that nothing is taken back),
# NAME.mark: a failure's last 512 bytes
attempt() {
	set +e
	timeout "$3" pxfetch -q -t 2 -T 1 -O - "$1" 2>"$2.err" | cat >"$2.out"
	echo "${PIPESTATUS[0]}" >"$2.status"
	if [ "$(cat "$2.status")" != 0 ] && [ -s "$2.out" ]; then
		tail -c 512 "$2.out" >"$2.mark"
		truncate -s -512 "$2.out"
	fi
}

# verdict NAME ok|bad|more SECONDS: says what is wrong with it; more: bad, but what was given first may be longer than
# the content
verdict() {
	local status lines
	status=$(cat "$1.status")
	lines=$(wc -l <"$1.err")
	[ "$status" != 124 ] || echo "$1: still running after $3 seconds"
	if [ "$2" = ok ]; then
		[ "$status" = 0 ] || echo "$1: status $status: $(cat "$1.err")"
		cmp -s "$1.out" content || echo "$1: other bytes"
	else
		case $status in
			1 | 4 | 5 | 7 | 8 | 9) ;;
			*) echo "$1: status $status" ;;
		esac
		# one line why, behind one for each try that was followed by another
		[ "$(grep -vc 'trying again in' "$1.err")" = 1 ] && [ "$lines" -le 2 ] \
			|| echo "$1: $lines lines: $(cat "$1.err")"
		! grep -v "^pxfetch: [a-z]*://127.0.0.1:$PORT/$1: [^ ]" "$1.err" || echo "$1: no word of what and why"
		! grep '.\{300\}' "$1.err" || echo "$1: a line too long for a screen"
		[ "$2" = more ] || cmp -s -n "$(stat -c %s "$1.out")" "$1.out" content \
			|| echo "$1: other bytes before it failed"
		[ ! -e "$1.mark" ] || grep -q 'pxfetch: failed' "$1.mark" || echo "$1: no mark at the end of the pipe"
	fi
	! LC_ALL=C grep -q '[^[:print:]]' "$1.err" || echo "$1: control bytes in the message"
}

# all_ways KIND URL-PREFIX: twelve at a time, so that those that wait for a time-out wait together
all_ways() {
	local name expect seconds jobs=()
	python3 "$PX_TOP/tests/fetch/hostile_$1.py" ways >ways
	while read -r name expect seconds; do
		attempt "$2/$name" "$name" "$seconds" 3>&- &
		jobs+=($!)
		if [ ${#jobs[@]} -ge 12 ]; then
			wait "${jobs[@]}"
			jobs=()
		fi
	done <ways
	[ ${#jobs[@]} = 0 ] || wait "${jobs[@]}"
	while read -r name expect seconds; do
		verdict "$name" "$expect" "$seconds"
	done <ways >wrong
	cat wrong server.log
	[ ! -s wrong ]
}

@test "30 ways to misbehave in HTTP never give status 0 with other bytes" {
	start_hostile http
	all_ways http "http://127.0.0.1:$PORT"
	[ "$(grep -c ' bad' ways)" -ge 30 ]
}

@test "20 ways to misbehave in TFTP never give status 0 with other bytes" {
	start_hostile tftp
	all_ways tftp "tftp://127.0.0.1:$PORT"
	[ "$(grep -c ' bad' ways)" -ge 20 ]
}

@test "a server that wraps to block 0 or to block 1 does so each time, whatever is lost there" {
	head -c 1600000 /dev/urandom >wrap # 200000 blocks of 8 bytes
	start_hostile tftp wrap
	for way in wraps-and-loses-zero wraps-to-one; do
		run timeout 100 pxfetch -q -t 1 -T 5 -b 8 -w 16 -s 1600000 -O out "tftp://127.0.0.1:$PORT/$way"
		echo "$way: $output"
		[ "$status" = 0 ]
		cmp out wrap
	done
}

@test "a server that took a slow reader for dead is asked for more patience" {
	head -c 4000000 /dev/urandom >large
	start_hostile tftp large
	mkfifo pipe
	(timeout 100 pxfetch -q -T 5 -O - "tftp://127.0.0.1:$PORT/takes-for-dead" >pipe 2>err; echo $? >status) 3>&- &
	local fetcher=$!
	exec 7<pipe
	head -c 1000 <&7 >got
	wait_for 30 grep -q gone server.log
	cat <&7 >>got
	exec 7<&-
	wait "$fetcher"
	cat err
	[ "$(cat status)" = 0 ]
	cmp got large
	grep -q 'trying again' err
	grep -q 'asked for [2-9]' server.log
}

@test "a server that slows down for each broken window is asked again for a smaller one" {
	head -c 1600000 /dev/urandom >large
	start_hostile tftp large
	# on a busy machine the server's slowness may drown in that of everything else: what comes is right all the same
	for _ in 1 2 3 4; do
		timeout 100 pxfetch -q -T 5 -b 512 -w 32 -O out "tftp://127.0.0.1:$PORT/slows-down" 2>err
		cat err
		cmp out large
		! grep -q 'starting over' err || break
	done
	grep -q 'starting over' err
	# what could not be read again and compared is not begun again
	timeout 100 pxfetch -q -t 1 -T 5 -b 512 -w 32 -O out "tftp://127.0.0.1:$PORT/slows-down" 2>err
	cmp out large
	[ ! -s err ]
}

@test "a size that may be the lower 32 bits of a larger one lets no endless file past -s" {
	start_hostile tftp
	# 1000 bytes are said, and 4 GiB and 1000 may be meant
	run timeout 60 pxfetch -q -t 1 -T 5 -s 1000 -O out "tftp://127.0.0.1:$PORT/endless"
	echo "$output"
	[ "$status" = 9 ]
	[[ "$output" == *"more than 1000 bytes"* ]]
	[ ! -e out ]
	# 4 GiB and 1001 cannot be
	run timeout 60 pxfetch -q -t 1 -T 5 -s 4294968297 -O out "tftp://127.0.0.1:$PORT/endless"
	echo "$output"
	[ "$status" = 9 ]
	[[ "$output" == *"1000 bytes, want 4294968297"* ]]
	[ ! -e out ]
}

@test "a file appears under its name only when it is complete" {
	start_hostile http
	run pxfetch -q -t 1 -O file "http://127.0.0.1:$PORT/truncate"
	[ "$status" = 4 ]
	[ ! -e file ]
	[ -s file.part ]
	run pxfetch -q -t 1 -c -O file "http://127.0.0.1:$PORT/plain"
	[ "$status" = 0 ]
	cmp file content
	[ ! -e file.part ]
}

@test "a FILE.part with wrong bytes is not continued without notice" {
	start_hostile http
	head -c 10000 /dev/zero >file.part
	run pxfetch -q -t 1 -c -O file "http://127.0.0.1:$PORT/plain"
	[ "$status" = 0 ]
	cmp file content
}

@test "an end that only a closed connection marks is taken with -s or -H" {
	start_hostile http
	run pxfetch -q -t 1 -s 30011 -O a "http://127.0.0.1:$PORT/no-length"
	[ "$status" = 0 ]
	run pxfetch -q -t 1 -H "sha256:$(sha256sum <content | cut -d' ' -f1)" -O b "http://127.0.0.1:$PORT/no-length"
	[ "$status" = 0 ]
	cmp a content
	cmp b content
	run pxfetch -q -t 1 -s 30012 -O c "http://127.0.0.1:$PORT/no-length"
	[ "$status" = 9 ]
	run pxfetch -q -t 1 -s 30010 -O c "http://127.0.0.1:$PORT/no-length"
	[ "$status" = 9 ]
	[ ! -e c ]
}

@test "the next mirror goes on where the first one broke" {
	start_hostile http
	timeout 60 pxfetch -t 1 -T 1 -O - "http://127.0.0.1:$PORT/truncate" "http://127.0.0.1:$PORT/plain" >out 2>err
	cmp out content
	grep -q 'trying the next mirror' err
}

@test "the next mirror is asked on the connection of the last one if it is the same server" {
	start_hostile http
	timeout 60 pxfetch -q -t 1 -O out "http://127.0.0.1:$PORT/kept-missing" "http://127.0.0.1:$PORT/kept-file"
	cmp out content
	# but not if it only has the same port
	run timeout 60 pxfetch -q -t 1 -O none "http://127.0.0.1:$PORT/kept-missing" "http://localhost:$PORT/kept-file"
	[ "$status" = 8 ]
}

@test "a mirror with another file is not mixed in" {
	start_hostile http
	head -c 30011 /dev/zero >other
	status=0
	timeout 60 pxfetch -t 1 -T 1 -O - "http://127.0.0.1:$PORT/truncate" other >out 2>err || status=$?
	[ "$status" = 9 ]
	cmp -n "$(stat -c %s out)" out content
}

@test "with -H a mirror whose file is wrong is left for the next one" {
	head -c 30011 /dev/zero >other
	run pxfetch -q -H "$(sha256sum <content | cut -d' ' -f1)" -O file other content
	[ "$status" = 0 ]
	cmp file content
}

@test "user and password are sent but never printed" {
	start_hostile http
	run pxfetch -t 1 -O - "http://joe:sesame@127.0.0.1:$PORT/escape-in-reason"
	[ "$status" = 8 ]
	[[ "$output" != *sesame* ]]
}

@test "no mistake in a command line prints a password" {
	start_hostile http
	local url=http://joe:sesame@127.0.0.1:$PORT mistakes=0 line
	# each line is one command line; FD 3 and 4 are closed
	while read -r line; do
		echo "$line"
		# shellcheck disable=SC2086 # words
		run timeout 60 pxfetch -T 2 $line 4>lines
		[ "$status" != 0 ]
		[ -n "$output" ]
		[[ "$output" != *sesame* ]]
		none grep -q sesame lines
		mistakes=$((mistakes + 1))
	done <<-LINES
		-t $url/plain
		-T $url/plain x
		-b $url/plain x
		-w $url/plain x
		-s $url/plain x
		-H $url/plain x
		-p $url/plain x
		-O $url/plain x
		-t 1 -O http//joe:sesame@nowhere/x content
		-t 1 //joe:sesame@127.0.0.1/plain
		-t 1 http//joe:sesame@127.0.0.1/plain
		-t 1 http:/joe:sesame@127.0.0.1/plain
		-t 1 http:joe:sesame@127.0.0.1/plain
		-t 1 http://joe:sesame%40127.0.0.1/plain
		-t 1 http://joe:ses/sesame@127.0.0.1/plain
		-t 1 http://joe:sesame@127.0.0.1:99999/plain
		-t 1 http://joe:%zz-sesame@127.0.0.1/plain
		-t 1 https://joe:sesame@127.0.0.1/plain
		-t 1 ftp://joe:sesame@127.0.0.1/plain
		-t 1 file://joe:sesame@127.0.0.1/plain
		-t 1 -O none $url/not-modified
		-t 1 -O none $url/redirect-nowhere
		-t 1 -O none $url/redirect-loop
		-t 1 -O none $url/redirect-too-far
		-t 1 -O none $url/redirect-https
		-t 1 -O none $url/stall
		-t 1 -O none $url/redirect-escape
		-t 1 -O none -p 4 $url/head-cut
		-t 1 -O none tftp://joe:sesame@127.0.0.1:1/x
		-t 1 -O none http://joe:sesame@nowhere.invalid/x
	LINES
	[ $mistakes = 30 ]
	run env http_proxy=https://joe:sesame@127.0.0.1 pxfetch -t 1 -O none "$url/plain"
	[ "$status" = 2 ]
	[[ "$output" != *sesame* ]]
}

@test "why a transfer failed is a keyword on the descriptor that -p names" {
	start_hostile http
	why() { # KEYWORD ARGUMENT...
		local wanted=$1
		shift
		echo "$*"
		none timeout 60 pxfetch -q -t 1 -T 2 -p 4 "$@" 4>lines
		cat lines
		[ "$(tail -n 1 lines)" = "why=$wanted" ]
		[ "$(grep -c why= lines)" = 1 ]
	}
	why server -O none "http://127.0.0.1:$PORT/kept-missing"
	why password -O none "http://127.0.0.1:$PORT/wants-user"
	why protocol -O none "http://127.0.0.1:$PORT/two-lengths"
	why network -O none "http://127.0.0.1:$PORT/head-cut"
	why data -O none -s 5 "http://127.0.0.1:$PORT/plain"
	why usage -t 0 x
	why usage http://:/
	why output -O /dev/full content
	why output -O none/none content
	pxfetch -q -t 1 -p 4 -O whole "http://127.0.0.1:$PORT/plain" 4>lines
	! grep why= lines
}

@test "user and password follow a redirect to the same server and to no other" {
	start_hostile http
	pxfetch -q -t 1 -O out "http://joe:sesame@127.0.0.1:$PORT/redirect-to-wants-user"
	cmp out content
	run pxfetch -q -t 1 -O none "http://joe:open@127.0.0.1:$PORT/redirect-to-wants-user"
	[ "$status" = 5 ]
	pxfetch -q -t 1 -O other "http://joe:sesame@127.0.0.1:$PORT/redirect-to-stranger"
	cmp other content
	run pxfetch -q -t 1 -O none "http://joe:sesame@127.0.0.1:$PORT/redirect-to-wants-no-user"
	[ "$status" = 8 ]
}

@test "a TFTP server that answers from another address is named" {
	start_hostile tftp
	run timeout 60 pxfetch -q -t 1 -T 2 -O none "tftp://127.0.0.1:$PORT/answers-from-elsewhere"
	[ "$status" = 4 ]
	[ "${#lines[@]}" = 1 ]
	[[ "$output" == *"one from 127.0.0.2"* ]]
}

@test "a relative redirect is resolved against the URL as it was sent, not as it is shown" {
	start_hostile http
	pxfetch -q -t 1 -O out "http://127.0.0.1:$PORT/$(printf 'm\303\274nchen')/redirect-relative"
	cmp out content
}

@test "a server that asks for patience gets it, within limits, and it is said" {
	start_hostile http
	pxfetch -q -t 2 -O out "http://127.0.0.1:$PORT/busy-for-a-while" 2>err
	grep -q '429 Too Many Requests; the server asks for patience: 2 s; trying again in 2 s$' err
	pxfetch -q -t 2 -O out "http://127.0.0.1:$PORT/busy-until-a-date" 2>err
	grep -q 'the server asks for patience: 2 s' err
	# a day is not waited for
	pxfetch -q -t 2 -O none "http://127.0.0.1:$PORT/busy-for-a-day" 2>err 3>&- &
	local fetcher=$!
	wait_for 10 grep -q 'patience: 86400 s; trying again in 60 s$' err
	kill "$fetcher"
	wait "$fetcher" || true
}

@test "what a server compresses by itself is refused with what to change" {
	start_hostile http
	run pxfetch -q -t 1 -O none "http://127.0.0.1:$PORT/coded-by-the-server.img"
	[ "$status" = 7 ]
	[[ "$output" == *"Content-Encoding: gzip"*"configure"* ]]
}

@test "a URL of 16000 bytes is asked for whole" {
	start_hostile http
	local long
	long=$(printf 'x%.0s' $(seq 15900))
	pxfetch -q -t 1 -O out "http://127.0.0.1:$PORT/$long/plain"
	cmp out content
	run pxfetch -q -t 1 -O none "http://127.0.0.1:$PORT/$long/wants-user"
	[ "$status" = 5 ]
	[ "${#output}" -lt 500 ]
}

# a bare shell pipe, and what pxwrite makes of it
@test "an image cut where two compressed members meet is refused" {
	need gzip xz zstd bzip2 lz4
	px_install pxwrite
	head -c 3000000 /dev/urandom >image
	local compressor
	for compressor in gzip xz zstd bzip2 lz4; do
		$compressor -c <image >member
		cat member member >members # the server sends half of it
		rm -f port disk
		truncate -s 8M disk
		start_hostile http members
		set +e
		timeout 60 pxfetch -q -t 1 -T 5 -O - "http://127.0.0.1:$PORT/truncate" 2>err | pxwrite -q -f disk 2>>err
		local status=("${PIPESTATUS[@]}")
		set -e
		cat err
		[ "${status[*]}" = "4 9" ]
		grep -q 'does not boot' err
		stop "$SERVER"
	done
}

@test "a raw image whose last sector is missing is refused, though the mark makes up its size" {
	px_install pxwrite
	head -c 3000320 /dev/urandom >image
	start_hostile http image
	truncate -s 8M disk
	set +e
	timeout 60 pxfetch -q -t 1 -T 5 -O - "http://127.0.0.1:$PORT/truncate-a-sector" 2>err \
		| pxwrite -q -f -s 3000320 disk 2>>err
	local status=("${PIPESTATUS[@]}")
	set -e
	cat err
	[ "${status[*]}" = "4 9" ]
	grep -q 'mark of a pxfetch that failed' err
	grep -q 'does not boot' err
}

@test "a pxfetch that is killed marks the end of its pipe, one that failed before the first byte leaves it empty" {
	start_hostile http
	mkfifo pipe
	timeout -k 30 60 pxfetch -q -t 1 -O - "http://127.0.0.1:$PORT/stall" >pipe 3>&- &
	local fetcher=$!
	exec 7<pipe
	head -c 900 <&7 >got
	kill "$fetcher"
	cat <&7 >>got
	exec 7<&-
	status=0
	wait "$fetcher" || status=$?
	[ "$status" = 143 ] || [ "$status" = 124 ]
	[ "$(stat -c %s got)" = 1512 ]
	tail -c 512 got | grep -q 'pxfetch: failed'
	pxfetch -q -t 1 -O - "http://127.0.0.1:$PORT/not-modified" | cat >got
	[ ! -s got ]
}
