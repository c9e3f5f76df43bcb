#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# udpcast:// before http://, in a room of network namespaces: whatever happens to the stream, every machine has the
# right bytes in the end.

load ../px

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	head -c 4000001 /dev/urandom >"$BATS_FILE_TMPDIR/image"
	head -c 4000001 /dev/urandom >"$BATS_FILE_TMPDIR/other"
	# the same beginning and the same size
	{ head -c 100000 "$BATS_FILE_TMPDIR/image"; tail -c +100001 "$BATS_FILE_TMPDIR/other"; } >"$BATS_FILE_TMPDIR/twin"
	{ cat "$BATS_FILE_TMPDIR/image"; echo more; } >"$BATS_FILE_TMPDIR/longer"
	head -c 2000000 "$BATS_FILE_TMPDIR/image" >"$BATS_FILE_TMPDIR/shorter"
}

setup() {
	need_root
	need ip nft ss bridge pkill nginx udp-sender udp-receiver python3
	px_install pxfetch
	source "$PX_TOP/tests/fetch/fetch.bash"
	source "$PX_TOP/tests/fetch/room.bash"
	FETCH_DIR=$BATS_TEST_TMPDIR
	DATA=$BATS_FILE_TMPDIR
	chmod 755 "$DATA" "$(dirname "$DATA")" "$(dirname "$(dirname "$DATA")")"
	make_room "cast$$-$BATS_TEST_NUMBER" 3
	cd "$BATS_TEST_TMPDIR"
	# the real one, with less patience where nobody sends (PATIENCE), or nobody sends any more (SILENCE)
	cat >bin/udp-receiver <<-E
		#!/bin/sh
		for word; do
			shift
			[ "\$word" != 45 ] || word=\${PATIENCE:-20}
			[ "\$word" != 5 ] || word=\${SILENCE:-5}
			set -- "\$@" "\$word"
		done
		exec $(command -v udp-receiver) "\$@"
	E
	chmod +x bin/udp-receiver
	start_web
	declare -gA MACHINE
}

teardown() {
	[ -z "${FETCH_DIR:-}" ] && return 0
	fetch_stop
	stop "${MACHINE[@]}"
	delete_room
}

# nginx on the server; access.log has a line a request: status, bytes of the body
start_web() {
	cat >nginx.conf <<-CONF
		daemon off; master_process off; pid $PWD/pid; error_log stderr;
		events { worker_connections 64; }
		http {
			log_format px '\$status \$body_bytes_sent'; access_log $PWD/access.log px;
			client_body_temp_path $PWD; proxy_temp_path $PWD; fastcgi_temp_path $PWD;
			uwsgi_temp_path $PWD; scgi_temp_path $PWD;
			server { listen 192.0.2.1:8000; root $DATA; }
		}
	CONF
	run_server nginx nginx -c "$PWD/nginx.conf"
	WEB=${FETCH_PIDS[-1]}
	wait_for 10 listening tcp 8000
}

# machine N [ARGS...]: fetches in the background into got.N; its messages are said.N, its progress lines progress.N
machine() {
	local n=$1
	shift
	on "$n" bin/pxfetch -j -t 2 -T 5 -q -p 3 -O - "$@" "udpcast://${SERVER:-192.0.2.1}:9000" \
		"http://192.0.2.1:8000/${IMAGE:-image}" >"got.$n" 2>"said.$n" 3>"progress.$n" &
	MACHINE[$n]=$!
}

# on N COMMAND...: as at, but becomes it: in the background its pid is the command's
on() {
	exec ip netns exec "$ROOM-$1" "${@:2}"
}

# has N [FILE]: machine N ends well, and what it has is FILE
has() {
	wait "${MACHINE[$1]}" || { echo "machine $1: exit $?"; cat "said.$1"; return 1; }
	unset "MACHINE[$1]"
	cmp "got.$1" "$DATA/${2:-image}"
}

# ends N STATUS
ends() {
	local rc=0
	wait "${MACHINE[$1]}" || rc=$?
	unset "MACHINE[$1]"
	[ "$rc" = "$2" ]
}

# last_source N: how its last bytes came
last_source() {
	sed -n 's/.* source=\([a-z]*\).*/\1/p' "progress.$1" | tail -n 1
}

came() { # N BYTES: so much has come
	[ "$(stat -c %s "got.$1")" -ge "$2" ]
}

@test "three machines get one stream, and of the server's HTTP only what they compare it with" {
	start_cast cast "$DATA/image" -n 3 -c 1
	for n in 1 2 3; do machine $n; done
	for n in 1 2 3; do
		has $n
		[ "$(last_source $n)" = multicast ]
		[ ! -s "said.$n" ]
	done
	[ "$(cat access.log)" = "$(printf '206 65536\n206 65536\n206 65536')" ]
}

@test "a sender that is killed in the middle costs no byte: the rest comes by HTTP, in the same stream" {
	start_cast cast "$DATA/image" -n 3 -r 8m -c 1
	for n in 1 2 3; do SILENCE=2 machine $n; done
	for n in 1 2 3; do wait_for 20 came $n 500000; done
	kill_sender
	for n in 1 2 3; do
		has $n
		[ "$(last_source $n)" = http ]
		[[ "$(cat "said.$n")" == *"broke off: "*" bytes of 4000001 (udp-receiver: exit status "*"trying the next mirror" ]]
	done
	# by a Range, not once more from the start
	[ "$(awk '$2 > 65536 { n++; if ($1 != 206 || $2 > 3500001) exit 1 } END { print n }' access.log)" = 3 ]
}

@test "a sender of another image is found out before one byte of it is given" {
	start_cast cast "$DATA/other" -n 2 -c 1
	machine 1
	machine 2
	for n in 1 2; do
		has $n
		grep -q 'another image is being sent; trying the next mirror' "said.$n"
	done
}

@test "another image that begins in the same way is found out by the hash, and a file begun again by HTTP" {
	start_cast cast "$DATA/twin" -n 2 -c 1
	sum=sha256:$(sha256sum <"$DATA/image" | cut -d ' ' -f 1)
	machine 1 -H "$sum"
	on 2 bin/pxfetch -q -H "$sum" -O file udpcast://192.0.2.1:9000 http://192.0.2.1:8000/image 2>said.2 &
	MACHINE[2]=$!
	ends 1 9
	wait "${MACHINE[2]}"
	cmp file "$DATA/image"
	grep -q 'beginning again with the next mirror' said.2
	unset 'MACHINE[2]'
}

@test "an image that is longer or shorter than what HTTP has is not taken for it" {
	for what in longer shorter; do
		start_cast cast "$DATA/$what" -n 2 -c 1
		machine 1
		machine 2
		has 1
		has 2
		[ -s said.1 ]
		stop "$CAST"
	done
}

@test "a receiver that is killed goes on by HTTP, and the others do not notice" {
	start_cast cast "$DATA/image" -n 3 -r 16m -c 1
	for n in 1 2 3; do machine $n; done
	wait_for 20 came 2 300000
	pkill -KILL -P "${MACHINE[2]}"
	for n in 1 2 3; do has $n; done
	[ "$(last_source 1)" = multicast ]
	[ "$(last_source 3)" = multicast ]
	grep -q 'udp-receiver: signal 9' said.2
}

@test "a machine with a slow disk is left behind, not waited for, and has all of it by HTTP" {
	start_cast cast "$DATA/image" -n 3 -r 80m -c 1
	machine 1
	machine 3
	mkfifo slow
	on 2 bin/pxfetch -j -t 2 -T 5 -q -p 3 -O - udpcast://192.0.2.1:9000 http://192.0.2.1:8000/image \
		>slow 2>said.2 3>progress.2 &
	MACHINE[2]=$!
	python3 - slow got.2 <<-'PY' &
		import sys, time
		with open(sys.argv[1], "rb", buffering=0) as f, open(sys.argv[2], "wb") as g:
		    while data := f.read(16384):
		        g.write(data)
		        time.sleep(0.03 if g.tell() < 1000000 else 0)
	PY
	reader=$!
	has 1
	has 3
	wait "${MACHINE[2]}"
	wait $reader
	cmp got.2 "$DATA/image"
	unset 'MACHINE[2]'
}

@test "who comes late takes HTTP once its patience is over, or the next round" {
	start_cast cast "$DATA/image" -n 1 -r 8m -c 2
	machine 1
	wait_for 20 came 1 100000
	PATIENCE=1 machine 2
	machine 3
	for n in 1 2 3; do has $n; done
	[ "$(last_source 2)" = http ]
	[ "$(last_source 3)" = multicast ]
	grep -q 'nobody sent: 0 bytes of 4000001' said.2
}

@test "with one packet in a hundred lost at each machine all bytes are right" {
	lossy 1
	start_cast cast "$DATA/image" -n 3 -r 80m -c 1
	for n in 1 2 3; do machine $n; done
	for n in 1 2 3; do has $n; done
}

@test "a machine without a way for multicast, and one whose port is taken, take HTTP; the third is not kept from it" {
	at 1 nft -f - <<-'RULES'
		table inet px {
			chain in { type filter hook input priority 0; ip daddr 224.0.0.0/4 drop; }
		}
	RULES
	at 1 ip route add unreachable 224.0.0.0/4
	on 2 python3 - <<-'PY' &
		import socket, time
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("0.0.0.0", 9000))
		open("taken", "w")
		time.sleep(60)
	PY
	FETCH_PIDS+=($!)
	wait_for 10 test -e taken
	start_cast cast "$DATA/image" -n 1 -c 1
	PATIENCE=3 machine 1
	machine 2
	machine 3
	for n in 1 2 3; do has $n; done
	[ "$(last_source 1)" = http ]
	[ "$(last_source 2)" = http ]
	[ "$(last_source 3)" = multicast ]
	grep -q 'Address already in use' said.2
}

@test "behind a switch that drops multicast, all of it or only the image, machines take HTTP, and the third has all of it" {
	ip -n "$ROOM-b" link set br0 type bridge mcast_snooping 0
	ip netns exec "$ROOM-b" bridge link set dev p1 mcast_flood off
	at 2 nft -f - <<-'RULES'
		table inet px {
			chain in { type filter hook input priority 0; ip daddr 239.0.0.0/8 drop; }
		}
	RULES
	start_cast cast "$DATA/image" -n 2 -c 1
	PATIENCE=3 machine 1
	PATIENCE=10 machine 2
	machine 3
	for n in 1 2 3; do has $n; done
	[ "$(last_source 1)" = http ]
	[ "$(last_source 2)" = http ]
}

@test "HTTP that goes away while multicast goes on is not missed" {
	start_cast cast "$DATA/image" -n 2 -r 16m -c 1
	machine 1
	machine 2
	wait_for 20 came 1 300000
	stop "$WEB"
	has 1
	has 2
}

@test "where nobody says what multicast must bring, none of it is taken" {
	start_cast cast "$DATA/image" -n 1 -c 1
	IMAGE=nothing machine 1
	ends 1 8
	[ ! -s got.1 ]
	grep -q 'nobody says what multicast must bring: http://192.0.2.1:8000/nothing: ' said.1
}

@test "of two rooms that send on one port each machine gets its own image" {
	plug t 192.0.2.2
	start_cast one "$DATA/image" -n 2 -r 40m -c 1
	FETCH_IN=(ip netns exec "$ROOM-t")
	start_cast two "$DATA/other" -n 1 -r 40m -c 1
	machine 1
	machine 2
	SERVER=192.0.2.2 IMAGE=other machine 3
	has 1
	has 2
	has 3 other
}

@test "without a proof of the whole, by an odd port, or where udp-receiver is missing, HTTP gives it at once" {
	at 1 bin/pxfetch -q -O got udpcast://192.0.2.1:9000 http://192.0.2.1:8000/image 2>said
	cmp got "$DATA/image"
	grep -q 'multicast needs something that proves the whole: -H or -j; trying the next mirror' said
	at 1 bin/pxfetch -q -j -O got udpcast://192.0.2.1:9001 http://192.0.2.1:8000/image 2>said
	grep -q 'even ports only, not 9001; trying' said
	rm bin/udp-receiver
	mkdir none
	at 1 env PATH="$PWD/none" "$PWD/bin/pxfetch" -q -j -O got2 udpcast://192.0.2.1 http://192.0.2.1:8000/image 2>said
	cmp got2 "$DATA/image"
	grep -q 'this system has no udp-receiver; trying' said
}

@test "multicast is never the only mirror" {
	run pxfetch -q -j -O got udpcast://192.0.2.1:9000
	[ "$status" = 2 ]
	[[ $output == *"multicast is never the only mirror"* ]]
	[ ! -e got ]
}

# waits_for_sender: machine 1 has started udp-receiver (sets pid)
waits_for_sender() {
	pid=$(pgrep -P "${MACHINE[1]}")
}

@test "a pxfetch that is killed leaves no receiver behind, not even one that waits for a sender" {
	PATIENCE=600 machine 1
	wait_for 10 waits_for_sender
	kill -KILL "${MACHINE[1]}"
	wait_for 10 eval "! kill -0 $pid"
}
