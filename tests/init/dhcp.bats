#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: what DHCP says, in a kernel's own tables: udhcpc, udhcpc.script and a real DHCP server in two network
# namespaces.

load ../px
load init

setup() {
	need_root
	need ip dnsmasq
	fake_machine
	rm "$stubs/ip" "$stubs/udhcpc"
	mkdir "$root/bin" # the machine's own commands: not for this test, whose ip knows name spaces
	ln -s "$PX_BUSYBOX" "$root/bin/udhcpc"
	ln -s "$PX_BUSYBOX" "$root/bin/ip"
	server=pxds$$ client=pxdc$$
	ip netns add "$server"
	ip netns add "$client"
	ip -n "$server" link add s0 type veth peer name eth0 netns "$client"
	ip -n "$server" addr add 192.0.2.1/24 dev s0
	ip -n "$server" link set s0 up
	ip -n "$client" link set lo up
	card eth0 "$(ip netns exec "$client" cat /sys/class/net/eth0/address)" 1
	echo 1500 >"$root/sys/class/net/eth0/mtu"
}

teardown() {
	for file in "$root"/run/px/udhcpc.*; do
		[ ! -e "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
	done
	[ -z "${pid:-}" ] || stop "$pid"
	[ -z "${server:-}" ] || ip netns del "$server" || true
	[ -z "${client:-}" ] || ip netns del "$client" || true
}

# on_machine COMMAND...: in the client's network, with the machine's commands
on_machine() {
	run ip netns exec "$client" env PATH="$root/bin:$PATH" "$@" </dev/null
	echo "$output"
	routes=$(ip -n "$client" route | sed 's/ *$//')
	echo "$routes"
}

# dhcp OPTION...: a server with these (as --dhcp-option takes them; or options of its own), which it says to who asks
# for them
dhcp() {
	local options=()
	for option; do
		case $option in
		--*) options+=("$option") ;;
		*) options+=(--dhcp-option="$option") ;;
		esac
	done
	ip netns exec "$server" dnsmasq --no-daemon --port=0 --conf-file=/dev/null --interface=s0 --bind-interfaces \
		--leasefile-ro \
		--dhcp-range=192.0.2.50,192.0.2.60,1h "${options[@]}" >"$BATS_TEST_TMPDIR/dnsmasq" 2>&1 3>&- &
	pid=$!
	wait_for 10 grep -q 'started, version' "$BATS_TEST_TMPDIR/dnsmasq"
	PX_PATIENCE=20 on_machine sh "$root/etc/px/network"
}

has_route() {
	grep -q "^$1\b" <<<"$routes"
}

@test "an ordinary lease gives address, default route and resolver, and nothing is said but where it is" {
	dhcp 3,192.0.2.1 6,192.0.2.53
	[ "$status" = 0 ]
	has_route 'default via 192.0.2.1 dev eth0'
	has_route '192.0.2.0/24 dev eth0'
	[ "$(wc -l <<<"$routes")" = 2 ]
	grep -q 'nameserver 192.0.2.53' "$root/etc/resolv.conf"
	[[ $output == 'px: network: eth0 192.0.2.'*', server 192.0.2.1' ]]
}

@test "a netmask of 255.255.255.255 or 255.255.255.254 and a router outside of it: the router is reached on the link" {
	for mask in 255.255.255.255 255.255.255.254; do
		dhcp "1,$mask" 3,198.51.100.1
		[ "$status" = 0 ]
		has_route 'default via 198.51.100.1 dev eth0'
		has_route '198.51.100.1 dev eth0 scope link'
		[ "$(found PX_GATEWAY)" = 198.51.100.1 ]
		stop "$pid"
	done
}

@test "classless static routes (option 121) are asked for, set, and replace the router of option 3 (RFC 3442)" {
	dhcp 3,192.0.2.1 121,203.0.113.0/24,192.0.2.9,0.0.0.0/0,192.0.2.8,198.51.100.7/32,0.0.0.0
	has_route '203.0.113.0/24 via 192.0.2.9 dev eth0'
	has_route 'default via 192.0.2.8 dev eth0'
	has_route '198.51.100.7 dev eth0 scope link'
	none has_route 'default via 192.0.2.1'
	[ "$(found PX_GATEWAY)" = 192.0.2.8 ]
}

@test "the routes (options 121 and 249) are asked for before the router (RFC 3442), then what else is used" {
	dhcp --log-dhcp 3,192.0.2.1
	asked=$(sed -n 's/.*requested options: //p' "$BATS_TEST_TMPDIR/dnsmasq" |
		grep -o '^[0-9]*\|, [0-9]*' | tr -d , | xargs)
	echo "$asked"
	[[ $asked == '121 249 1 3 6 12 15 26 28 42 66'* ]]
}

@test "option 121 without a default route means none, whatever option 3 says" {
	dhcp 3,192.0.2.1 121,203.0.113.0/24,192.0.2.9
	none has_route default
	[ -z "$(found PX_GATEWAY)" ]
}

@test "option 249 is read as option 121, which comes before it" {
	dhcp 3,192.0.2.1 249,203.0.113.0/24,192.0.2.9,0.0.0.0/0,192.0.2.7
	has_route 'default via 192.0.2.7 dev eth0'
	has_route '203.0.113.0/24 via 192.0.2.9 dev eth0'
	stop "$pid"
	dhcp 249,0.0.0.0/0,192.0.2.7 121,0.0.0.0/0,192.0.2.8
	has_route 'default via 192.0.2.8 dev eth0'
}

@test "a lease of a cloud's, netmask /32 and the router in option 121 only, listed behind what needs it" {
	dhcp 1,255.255.255.255 121,0.0.0.0/0,198.51.100.1,198.51.100.1/32,0.0.0.0
	has_route 'default via 198.51.100.1 dev eth0'
	has_route '198.51.100.1 dev eth0 scope link'
}

@test "an MTU (option 26) is set when it is sane, and left out with a word in the log when it is not" {
	dhcp 26,1400
	[ "$(ip netns exec "$client" cat /sys/class/net/eth0/mtu)" = 1400 ]
	stop "$pid"
	for mtu in 68 575 65535; do
		dhcp "26,$mtu"
		[ "$status" = 0 ]
		[ "$(ip netns exec "$client" cat /sys/class/net/eth0/mtu)" = 1400 ]
		grep -q "left out option 26 (MTU) '$mtu'" "$root/var/log/px.log"
		stop "$pid"
	done
}

# the script itself, with what a server might say
lease() {
	echo eth0 >"$root/run/px/chosen"
	on_machine env interface=eth0 ip=192.0.2.77 "$@" sh "$root/etc/px/udhcpc.script" "${event:-bound}"
}

@test "what the kernel does not take is said, with the option's text and the kernel's reason" {
	ip -n "$client" link set eth0 up
	lease subnet=255.0.255.0
	[[ $output == *'cannot set the address 192.0.2.77, netmask 255.0.255.0 (option 1): ip: '* ]]
	lease subnet=255.255.255.0 staticroutes='203.0.113.5/24 192.0.2.9 198.51.100.0/24 192.0.2.9'
	[[ $output == *'cannot set option 121 (route to 203.0.113.5/24 by 192.0.2.9): ip: '* ]]
	has_route '198.51.100.0/24 via 192.0.2.9'
	ip -n "$client" link set eth0 down
	lease subnet=255.255.255.0 router=192.0.2.1
	[[ $output == *'cannot set option 3 (a route to the router 192.0.2.1): ip: '*[Nn]etwork* ]]
}

@test "a renewed lease with other routes takes the old ones away and leaves the address alone" {
	ip -n "$client" link set eth0 up
	lease subnet=255.255.255.0 staticroutes='203.0.113.0/24 192.0.2.9 0.0.0.0/0 192.0.2.1'
	has_route '203.0.113.0/24 via 192.0.2.9'
	ip -n "$client" route add 198.51.100.0/24 via 192.0.2.1 # somebody's own: it would go with the address
	event=renew lease subnet=255.255.255.0 router=192.0.2.2
	[ -z "${lines[0]%%192.0.2*}" ] || [[ ${lines[0]} != px:* ]]
	none has_route 203.0.113.0/24
	has_route 'default via 192.0.2.2'
	has_route '198.51.100.0/24 via 192.0.2.1'
}

@test "routes that are none reach no command" {
	ip -n "$client" link set eth0 up
	lease subnet=255.255.255.0 \
		staticroutes='-h /8 10.0.0.0/33 192.0.2.9 10.0.0.0/8 $(reboot) 10.0.0.0/8 999.1.1.1 10.9.0.0/16 192.0.2.9 10.8.0.0/16'
	[ "$status" = 0 ]
	has_route '10.9.0.0/16 via 192.0.2.9'
	[ "$(grep -c '^10\.' <<<"$routes")" = 1 ]
	[ "$(grep -c 'left out option 121' "$root/var/log/px.log")" = 5 ]
	run grep reboot "$calls"
	[ "$status" = 1 ]
}
