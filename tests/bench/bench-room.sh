#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One to many: what multicast, two mirrors and a cache bring for twelve machines, beside what one machine takes alone.
# Network namespaces on one bridge; each cable is held to 200 Mbit/s by tbf, so that the processor is not the brake.
# Each machine compares each byte with the image.
#
#   bench-room.sh BUILD [MIB [MBIT]]      an image of so many MiB (400) for multicast, which needs 2.5 s to begin and to
#                                         end; an eighth of that for the rest. MBIT: each cable (200)
#
# Prints seconds, ratios, and the goals of issue 20. Needs root, nginx, udpcast, tc; exits with 1 when a goal is missed.
# FETCH_IN is for fetch.bash, which is sourced:
# shellcheck disable=SC2034
set -eu

MACHINES=12 CAST=''
missed=0

die() {
	echo "bench-room: $*" >&2
	exit 1
}

ratio() {
	awk "BEGIN { printf \"%.2f\", ($1) / ($2) }"
}

# goal TEXT RATIO SIGN LIMIT
goal() {
	local met=yes
	awk "BEGIN { exit !($2 $3 $4) }" || { met=MISSED missed=1; }
	printf '  %-66s %6s  (goal %s %s: %s)\n' "$1" "$2" "$3" "$4" "$met"
}

# web NAME LINES...: nginx in the namespace of FETCH_IN; LINES for its http block
web() {
	mkdir -p "$FETCH_DIR/$1"
	cat >"$FETCH_DIR/$1.conf" <<-CONF
		daemon off; master_process off; pid $FETCH_DIR/$1/pid; error_log stderr;
		events { worker_connections 256; }
		http {
			log_format px '\$body_bytes_sent'; access_log $FETCH_DIR/$1.access px; sendfile on;
			client_body_temp_path $FETCH_DIR/$1; proxy_temp_path $FETCH_DIR/$1;
			fastcgi_temp_path $FETCH_DIR/$1; uwsgi_temp_path $FETCH_DIR/$1; scgi_temp_path $FETCH_DIR/$1;
			$2
		}
	CONF
	run_server "$1" nginx -c "$FETCH_DIR/$1.conf"
	wait_for 10 listening tcp 8000
}

# machine N URL...: in the background; seconds.N when all bytes were right
machine() {
	local n=$1
	shift
	rm -f "$FETCH_DIR/seconds.$n"
	(
		start=$(date +%s.%N)
		at "$n" "$pxfetch" -j -q -O - "$@" 2>"$FETCH_DIR/said.$n" | "${reader[@]}" cmp - "$FETCH_DIR/www/$file"
		awk "BEGIN { print $(date +%s.%N) - $start }" >"$FETCH_DIR/seconds.$n"
	) &
	pids[n]=$!
}

# ends N...: waits; each must have had the right bytes
ends() {
	local n
	for n; do
		wait "${pids[n]}" || { cat "$FETCH_DIR/said.$n" >&2; die "machine $n: wrong or missing bytes"; }
		[ -s "$FETCH_DIR/seconds.$n" ] || die "machine $n: no end"
	done
}

# slowest N...: seconds
slowest() {
	local n
	for n; do cat "$FETCH_DIR/seconds.$n"; done | sort -n | tail -n 1
}

all=(1 2 3 4 5 6 7 8 9 10 11 12)
reader=()

alone() {
	machine 1 "$http"
	ends 1
	one=$(slowest 1)
	echo "one machine by HTTP: $one s"
}

multicast() {
	start_cast cast "$FETCH_DIR/www/$file" -n $MACHINES -r "$((MBIT * 97 / 100))m" -c 1
	for n in "${all[@]}"; do machine "$n" "$cast" "$http"; done
	ends "${all[@]}"
	stop "$CAST"
	echo "$MACHINES machines by multicast: $(slowest "${all[@]}") s; $(tired) of them took some of it by HTTP"
	goal "twelve by multicast, of one machine's time" "$(ratio "$(slowest "${all[@]}")" "$one")" '<=' 1.3
}

# how many left multicast
tired() {
	cat "$FETCH_DIR"/said.* | grep -c 'trying the next mirror' || true # none
}

# number 11 takes 2 MB a second, number 12 is killed in the middle
disturbed() {
	start_cast cast "$FETCH_DIR/www/$file" -n $MACHINES -r "$((MBIT * 97 / 100))m" -c 1
	for n in "${all[@]}"; do
		reader=()
		[ "$n" != 11 ] || reader=(python3 "$FETCH_DIR/slowly")
		machine "$n" "$cast" "$http"
	done
	reader=()
	sleep "$(awk "BEGIN { print $one / 3 }")" # the middle of what is measured
	pkill -KILL -P "$(pgrep -P "${pids[12]}" | head -n 1)" 2>/dev/null || true
	kill -KILL "$(pgrep -P "${pids[12]}" | head -n 1)" 2>/dev/null || true
	wait "${pids[12]}" || true
	ends 1 2 3 4 5 6 7 8 9 10
	local time
	time=$(slowest 1 2 3 4 5 6 7 8 9 10)
	ends 11
	stop "$CAST"
	echo "ten beside a killed and a slow one: $time s; the slow one: $(slowest 11) s"
	goal "the others, of one machine's time" "$(ratio "$time" "$one")" '<=' 1.5
}

# by_order SOURCES: each machine fetches in the order that pximenu gives it; sets time
by_order() {
	local n root=$FETCH_DIR/root
	rm -rf "$root"
	"$PX_TOP/tests/fakeroot" -m one "$root"
	printf 'Image: a\nSize: 1\nSource: %s\n' "$1" >"$FETCH_DIR/images"
	for n in "${all[@]}"; do
		sed -i "s/^PX_MAC=.*/PX_MAC=52:54:00:12:34:$(printf %02x "$n")/" "$root/run/px/network"
		echo "BOOT_IMAGE=vmlinuz px.auto px.timeout=0 px.image=a px.disk=/dev/vda" >"$root/proc/cmdline"
		order[n]=$("$FETCH_DIR/pximenu" -n -c "$FETCH_DIR/images" -r "$root" </dev/null 2>&1 |
			sed -n 's/.*-- \(http[^|]*\) | .*/\1/p' | head -n 1)
		[ -n "${order[n]}" ] || die "pximenu does not say what machine $n would fetch"
	done
	# the words are URLs
	# shellcheck disable=SC2086
	for n in "${all[@]}"; do machine "$n" ${order[n]}; done
	ends "${all[@]}"
	time=$(slowest "${all[@]}")
}

mirrors() {
	local single
	by_order "$http"
	single=$time
	by_order "$http $second"
	echo "$MACHINES machines by HTTP: one server $single s, two servers $time s"
	goal "two mirrors with Spread: faster than one, times" "$(ratio "$single" "$time")" '>=' 1.8
}

cache() {
	: >"$FETCH_DIR/origin.access"
	for n in "${all[@]}"; do machine "$n" "$cached"; done
	ends "${all[@]}"
	local bytes
	bytes=$(awk '{ n += $1 } END { print n }' "$FETCH_DIR/origin.access")
	echo "$MACHINES machines behind a cache: $(slowest "${all[@]}") s"
	goal "what the origin sends, of the image" "$(ratio "$bytes" "$(stat -c %s "$FETCH_DIR/www/$file")")" '<=' 1.05
}

servers() {
	make_room "pxr$$" $MACHINES "$MBIT"
	plug two 192.0.2.2 "$MBIT"
	plug cache 192.0.2.3 "$MBIT"
	FETCH_IN=(ip netns exec "$ROOM-s")
	web origin "server { listen 192.0.2.1:8000; root $FETCH_DIR/www; }"
	FETCH_IN=(ip netns exec "$ROOM-two")
	web second "server { listen 192.0.2.2:8000; root $FETCH_DIR/www; }"
	FETCH_IN=(ip netns exec "$ROOM-cache")
	mkdir -p "$FETCH_DIR/stored"
	web third "$(sed -e "s,far\.example,192.0.2.1:8000,; s,listen 80;,listen 192.0.2.3:8000;," \
		-e "s,/var/cache/px,$FETCH_DIR/stored," "$PX_TOP/initramfs/serve/cache.conf")"
	FETCH_IN=(ip netns exec "$ROOM-s")
}

main() {
	[ $# -ge 1 ] || die "usage: bench-room.sh BUILD [MIB [MBIT]]"
	[ "$(id -u)" = 0 ] || die "needs root"
	PX_BUILD=$(cd "$1" && pwd)
	PX_TOP=$(cd "$(dirname "$0")/../.." && pwd)
	for helper in px.bash fetch/fetch.bash fetch/room.bash; do
		# shellcheck source=/dev/null
		source "$PX_TOP/tests/$helper"
	done
	for tool in nginx udp-sender udp-receiver tc ip cmp python3; do
		command -v $tool >/dev/null || die "needs $tool"
	done
	unset http_proxy
	FETCH_DIR=$(mktemp -d)
	trap 'fetch_stop; delete_room; rm -rf "$FETCH_DIR"' EXIT
	pxfetch=$FETCH_DIR/pxfetch
	for applet in pxfetch pximenu pxwrite; do ln -s "$PX_BUILD/busybox" "$FETCH_DIR/$applet"; done
	mkdir "$FETCH_DIR/www"
	MBIT=${3:-200}
	head -c "${2:-400}M" /dev/urandom >"$FETCH_DIR/www/image.zst"
	head -c "$((${2:-400} / 8))M" /dev/urandom >"$FETCH_DIR/www/small.zst"
	cat >"$FETCH_DIR/slowly" <<-'PY'
		import subprocess, sys, time
		with subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE) as p:
		    while data := sys.stdin.buffer.read1(65536):
		        p.stdin.write(data)
		        time.sleep(len(data) / 2e6)
		sys.exit(p.returncode)
	PY
	servers
	file=image.zst http=http://192.0.2.1:8000/image.zst cast=udpcast://192.0.2.1:9000
	alone
	multicast
	disturbed
	file=small.zst http=http://192.0.2.1:8000/small.zst second=http://192.0.2.2:8000/small.zst
	cached=http://192.0.2.3:8000/small.zst
	mirrors
	cache
	exit $missed
}

main "$@"
