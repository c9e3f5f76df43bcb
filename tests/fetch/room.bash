# SPDX-License-Identifier: GPL-2.0-or-later
# A room for tests and bench-room: a server and machines, each in a network namespace of its own, on one bridge.
# Sourced, after fetch.bash, whose servers then run in the server's namespace.
#
# The server is 192.0.2.1, machine N is 192.0.2.(10 + N).

# make_room NAME MACHINES [MBIT]: with MBIT, what leaves the server and what leaves the bridge for each machine is
# limited to that
make_room() {
	ROOM=$1 ROOM_MACHINES=$2
	local i
	ip netns add "$ROOM-b"
	ip -n "$ROOM-b" link add br0 type bridge
	ip -n "$ROOM-b" link set br0 up
	plug s 192.0.2.1 "${3:-}"
	for ((i = 1; i <= $2; i++)); do
		plug "$i" "192.0.2.$((10 + i))" "${3:-}"
	done
	FETCH_IN=(ip netns exec "$ROOM-s")
}

# plug NAME ADDRESS [MBIT]: a machine, and its cable into the bridge (there its end is pNAME)
plug() {
	ip netns add "$ROOM-$1"
	ip -n "$ROOM-$1" link add px0 type veth peer name "p$1" netns "$ROOM-b"
	ip -n "$ROOM-b" link set "p$1" master br0 up
	ip -n "$ROOM-$1" addr add "$2/24" dev px0
	ip -n "$ROOM-$1" link set lo up
	ip -n "$ROOM-$1" link set px0 up
	[ -z "${3:-}" ] || limit "$1" "$3"
}

# limit NAME MBIT: both directions of a cable
limit() {
	tc -n "$ROOM-$1" qdisc add dev px0 root tbf rate "$2mbit" burst 64k latency 20ms
	tc -n "$ROOM-b" qdisc add dev "p$1" root tbf rate "$2mbit" burst 64k latency 20ms
}

# at NAME COMMAND...: on that machine
at() {
	local name=$1
	shift
	ip netns exec "$ROOM-$name" "$@"
}

# lossy PERCENT: of what each machine receives and sends by UDP
lossy() {
	local i
	for ((i = 1; i <= ROOM_MACHINES; i++)); do
		at "$i" nft -f - <<-RULES
			table inet px {
				chain in { type filter hook input priority 0; udp dport != 0 numgen random mod 100 < $1 drop; }
				chain out { type filter hook output priority 0; udp dport != 0 numgen random mod 100 < $1 drop; }
			}
		RULES
	done
}

delete_room() {
	local n
	for n in $(ip netns list | sed -n "s/^\($ROOM-[^ ]*\).*/\1/p"); do
		ip netns del "$n"
	done
}

# start_cast NAME FILE ARGS...: sends FILE to the room, by cast.sh, whose output is NAME.log (sets CAST, its pid)
start_cast() {
	local name=$1 file=$2
	shift 2
	mkdir -p "$FETCH_DIR/$name/tftpboot"
	ln -sf "$file" "$FETCH_DIR/$name/tftpboot/image"
	printf 'Image: image\nSource: udpcast://192.0.2.1:9000 image http://192.0.2.1:8000/image\n' \
		>"$FETCH_DIR/$name/tftpboot/images"
	run_server "$name" "$PX_TOP/initramfs/serve/cast.sh" -b "$FETCH_DIR/$name" "$@" image
	CAST=${FETCH_PIDS[-1]}
}

# kill_sender: its udp-sender dies without a word to anybody
kill_sender() {
	pkill -KILL -P "$CAST"
	stop "$CAST"
}
