#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sends an image of BUILD/tftpboot/images to all machines that listen, as one stream, with Debian's udp-sender: round
# after round, in the foreground, until Ctrl-C. Machines listen when the image's Source begins with
# udpcast://ADDRESS:PORT; the port is taken from there. What a machine misses it fetches from the next mirror, by HTTP.
#
#   cast.sh -b BUILD [-i IFACE] [-r RATE] [-n MACHINES] [-w SEC] [-t TTL] [-a RANGE] [-c ROUNDS] IMAGE
#     -i  where to send (default: the only network that this machine is in)
#     -r  bits a second at most, with k or m (default: 850m, of a slower link 85 %)
#     -n  start as soon as so many machines listen (default: 2, but not before 10 s); after 30 s it starts anyway
#     -w  seconds from the first machine on that a round waits for others at least (with -n: 0)
#     -t  how many routers the stream may pass, and one (default: 1, this network only)
#     -a  multicast addresses to choose from (default: 239.255.0.0/16); each image and port has one of its own
#     -c  so many rounds (default: no end)
set -eu

die() {
	echo "cast.sh: $*" >&2
	exit 1
}

interfaces() {
	ip -o -4 addr show scope global | awk '{ print $2 }' | sort -u
}

# the words of Source of one stanza, each on a line, folded lines too
sources() {
	awk -v id="$2" '
		function flush() {
			n = image == id ? split(held, word) : 0
			for (i = 1; i <= n; i++) print word[i]
			image = held = source = ""
		}
		/^#/ { next }
		/^[ \t]*$/ { flush(); next }
		/^[^ \t]/ {
			name = tolower($0)
			sub(/:.*/, "", name)
			source = name == "source"
			sub(/^[^:]*:/, "")
			if (name == "image") image = $1
		}
		source { held = held " " $0 }
		END { flush() }
	' "$1"
}

# address RANGE TEXT: one of the addresses of RANGE (A.B.C.D/BITS), always the same for TEXT
address() {
	printf '%s\n' "$1" | grep -Eqx '(22[4-9]|23[0-9])(\.[0-9]{1,3}){3}/[0-9]{1,2}' ||
		die "$1: not a range of multicast addresses (224.0.0.0 to 239.255.255.255) such as 239.255.0.0/16"
	bits=${1#*/}
	case $bits in
	[4-9] | [12][0-9] | 3[0-2]) ;;
	*) die "$1: /$bits: want /4 to /32" ;;
	esac
	IFS=. read -r a b c d <<-E
		${1%/*}
	E
	base=$(((a << 24 | b << 16 | c << 8 | d) >> (32 - bits) << (32 - bits)))
	number=$((base + $(printf '%s' "$2" | cksum | cut -d ' ' -f 1) % (1 << (32 - bits))))
	echo "$((number >> 24)).$((number >> 16 & 255)).$((number >> 8 & 255)).$((number & 255))"
}

# 850 Mbit/s leave a link of 1 Gbit/s some room; a faster server must not send faster than its machines hear
default_rate() {
	# what the driver does not know is -1, or an error
	speed=$(cat "/sys/class/net/$1/speed" 2>/dev/null || echo 1000)
	if [ "${speed:--1}" -gt 0 ] && [ "$speed" -lt 1000 ]; then
		echo "$((speed * 85 / 100))m"
	else
		echo 850m
	fi
}

# one round; a signal that ends us ends it
send() {
	udp-sender --file "$file" --interface "$iface" --portbase "$port" --nokbd --full-duplex \
		--retries-until-drop 5 --min-receivers "$machines" --min-wait "$wait" --max-wait 30 \
		--max-bitrate "$rate" --ttl "$ttl" --mcast-data-address "$to" \
		--stat-period "$period" &
	sender=$!
	wait "$sender"
}

main() {
	build='' iface='' rate='' machines='' wait='' ttl=1 range=239.255.0.0/16 rounds=0
	while getopts b:i:r:n:w:t:a:c: opt; do
		case $opt in
		b) build=$OPTARG ;;
		i) iface=$OPTARG ;;
		r) rate=$OPTARG ;;
		n) machines=$OPTARG ;;
		w) wait=$OPTARG ;;
		t) ttl=$OPTARG ;;
		a) range=$OPTARG ;;
		c) rounds=$OPTARG ;;
		*) die "usage: cast.sh -b BUILD [-i IFACE] [-r RATE] [-n MACHINES] [-w SEC] [-t TTL] [-a RANGE]" \
			"[-c ROUNDS] IMAGE" ;;
		esac
	done
	shift $((OPTIND - 1))
	[ -n "${1:-}" ] || die "say which image: make cast IMAGE=ID (BUILD/tftpboot/images has them)"
	find_image "$build/tftpboot" "$1"
	: "${iface:=$(interfaces)}"
	case $iface in
	'' | *[!A-Za-z0-9._-]*) die "say which network, IFACE=NAME: $(interfaces | tr '\n' ' ')" ;;
	esac
	ip link show dev "$iface" >/dev/null 2>&1 || die "$iface: no such interface ($(interfaces | tr '\n' ' '))"
	command -v udp-sender >/dev/null || die "no udp-sender: apt-get install udpcast"
	: "${wait:=$([ -n "$machines" ] && echo 0 || echo 10)}" "${machines:=2}" "${rate:=$(default_rate "$iface")}"
	for number in "$machines" "$wait" "$ttl" "$rounds"; do
		case $number in '' | *[!0-9]*) die "$number: not a number" ;; esac
	done
	[ "$wait" -le 30 ] || die "-w $wait: machines wait 45 s for the start, and a round starts after 30 s"
	to=$(address "$range" "$1:$port")
	period=2000000 # a line of statistics in half an hour
	[ ! -t 2 ] || period=1000
	echo "$1 ($file) goes to the machines that listen on port $port of $iface: $to, at most $rate. Ctrl-C ends it."
	cast "$1"
}

# the file and the port of an image
find_image() {
	[ -r "$1/images" ] || die "$1/images: no catalog there"
	words=$(sources "$1/images" "$2")
	[ -n "$words" ] || die "$2: $1/images has no such image, or no Source in it"
	port=$(echo "$words" | sed -n 's,^udpcast://[^/:]*:*\([0-9]*\)/*$,\1:,p' | head -n 1)
	[ -n "$port" ] || die "$2: no machine listens for it: its Source in $1/images has to begin with" \
		"udpcast://ADDRESS:9000 (ADDRESS is this server's)"
	port=${port%:}
	port=${port:-9000}
	[ $((port % 2)) = 0 ] || die "$2: udpcast has even ports only, not $port"
	name=$(echo "$words" | sed -n '\,://,!{p;q;}')
	[ -n "$name" ] || die "$2: no file of this server in its Source"
	file=$1/$name
	[ -s "$file" ] || die "$file: no such file, or nothing in it"
}

# A round that fails at once fails again: a port that is taken, a network that is down.
cast() {
	round=0 sender=
	trap 'kill $sender 2>/dev/null || true; exit 143' HUP INT TERM
	while [ "$rounds" = 0 ] || [ "$round" -lt "$rounds" ]; do
		round=$((round + 1))
		start=$(date +%s)
		echo "round $round: waiting for machines"
		if ! send && [ $(($(date +%s) - start)) -lt 2 ]; then
			die "$1: udp-sender failed at once (above); is another cast running on port $port?"
		fi
		echo "round $round is over" # who got all of it udp-sender does not know; the machines do
	done
}

main "$@"
