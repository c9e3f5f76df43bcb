#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: what the network page shows beside the addresses.

load ../px
load init

setup() {
	fake_machine
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:02 0
	echo 1000 >"$root/sys/class/net/eth0/speed"
	mkdir -p "$root/drivers/e1000e"
	ln -s "$root/drivers/e1000e" "$root/sys/class/net/eth0/device/driver"
	mkdir -p "$root/sys/bus/pci/devices/0000:00:03.0"
	echo 0x020000 >"$root/sys/bus/pci/devices/0000:00:03.0/class"
	echo 0x15b3 >"$root/sys/bus/pci/devices/0000:00:03.0/vendor"
	echo 0x1017 >"$root/sys/bus/pci/devices/0000:00:03.0/device"
	echo eth0 >"$root/run/px/chosen"
	printf 'ip=192.0.2.77\nserverid=192.0.2.2\nlease=3600\nmtu=1400\n' >"$root/run/px/lease.eth0"
	printf 'search lab.example\nnameserver 192.0.2.53\n' >"$root/etc/resolv.conf"
	printf 'px: a line\npx: network: eth0: cannot set option 26 (MTU 9000): ip: Invalid argument\n' \
		>"$root/var/log/px.log"
	stub ip '[ "$1" != route ] || printf "default via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0\n"'
}

page() {
	sh "$root/etc/px/network-page" "$@"
	cat "$root/run/px/network.page"
}

@test "cards with and without driver, lease, routes, resolver and what could not be set are on the page" {
	stub pxfetch ''
	run page tftp://192.0.2.1/images
	echo "$output"
	[ "$output" = 'Card        eth0 52:54:00:00:00:01, driver e1000e, link, 1000 Mbit/s
Card        eth1 52:54:00:00:00:02, driver unknown, no link
Card        PCI id 15b3:1017: no driver here; a larger driver set may have one
Lease       from 192.0.2.2 for 3600 s MTU 1400
Route       default via 192.0.2.1 dev eth0
Route       192.0.2.0/24 dev eth0
Resolver    search lab.example
Resolver    nameserver 192.0.2.53
Note        network: eth0: cannot set option 26 (MTU 9000): ip: Invalid argument
Reached     yes: the server has just sent the catalog' ]
}

@test "a link of unknown speed is a link, and no speed is made up" {
	stub pxfetch ''
	for speed in -1 ''; do
		echo "$speed" >"$root/sys/class/net/eth0/speed"
		run page tftp://192.0.2.1/images
		[ "${lines[0]}" = 'Card        eth0 52:54:00:00:00:01, driver e1000e, link' ]
	done
	rm "$root/sys/class/net/eth0/speed"
	run page tftp://192.0.2.1/images
	[ "${lines[0]}" = 'Card        eth0 52:54:00:00:00:01, driver e1000e, link' ]
}

@test "a server that is not reached is said in the words of who tried" {
	stub pxfetch 'echo "pxfetch: tftp://192.0.2.1/images: no answer in 4 s" >&2; exit 4'
	run page tftp://192.0.2.1/images
	[ "${lines[-1]}" = 'Reached     no: pxfetch: tftp://192.0.2.1/images: no answer in 4 s' ]
	run page
	[ "${lines[-1]}" = 'Reached     nobody said where the catalog is' ]
	grep -qx 'pxfetch -q -t 1 -T 4 -O - -- tftp://192.0.2.1/images' "$calls"
}

@test "while the server is asked the page has all the rest" {
	stub pxfetch "cp $root/run/px/network.page $root/before"
	run page http://192.0.2.1/images
	[ "$(tail -n 1 "$root/before")" = 'Reached     asking the server ...' ]
	[ "$(wc -l <"$root/before")" = 10 ]
}
