#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: the network script on a fake machine.

load ../px
load init

setup() {
	fake_machine
	dhcp_answers 'siaddr=192.0.2.10'
}

network() {
	run sh "$root/etc/px/network" </dev/null
}

@test "one card with a link: DHCP, and what was found is written down" {
	card eth0 52:54:00:12:34:56 1
	network
	[ "$status" = 0 ] || { echo "$output"; false; }
	[ "$(cat "$root/run/px/network")" = 'PX_IFACE=eth0
PX_MAC=52:54:00:12:34:56
PX_IP=192.0.2.77
PX_GATEWAY=192.0.2.1
PX_DNS=192.0.2.53 192.0.2.54
PX_SERVER=192.0.2.10' ]
	grep -q '^ip addr add 192.0.2.77/255.255.255.0 dev eth0' "$calls"
	grep -q '^ip route replace default via 192.0.2.1 dev eth0' "$calls"
	[ "$(cat "$root/etc/resolv.conf")" = 'nameserver 192.0.2.53
nameserver 192.0.2.54' ]
	[[ $output == *"eth0 192.0.2.77, server 192.0.2.10"* ]]
}

@test "the card that booted is taken, others are left alone" {
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:0a 1
	command_line BOOTIF=01-52-54-00-00-00-0A
	network
	[ "$(found PX_IFACE)" = eth1 ]
	run grep 'dev eth0' "$calls"
	[ "$status" = 1 ]
}

@test "a card that booted but has no driver is said, and the others are tried" {
	card eth0 52:54:00:00:00:01 1
	command_line BOOTIF=01-52-54-00-00-00-ff
	network
	[ "$status" = 0 ]
	[[ $output == *"52:54:00:00:00:ff"*"no driver"* ]]
	[ "$(found PX_IFACE)" = eth0 ]
}

@test "px.nic takes a card by name or by MAC" {
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:02 1
	command_line px.nic=eth1
	network
	[ "$(found PX_IFACE)" = eth1 ]
	command_line px.nic=52-54-00-00-00-01
	network
	[ "$(found PX_IFACE)" = eth0 ]
}

@test "BOOTIF is understood however a loader or a template writes it" {
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:aa:bb:0c 1
	for form in 01-52-54-00-aa-bb-0c 01-52-54-00-AA-BB-0C 01:52:54:00:aa:bb:0c 01-52:54:00:aa:bb:0c \
		00-52-54-00-aa-bb-0c \
		52-54-00-aa-bb-0c 52:54:00:AA:bb:0C 525400aabb0c 01525400aabb0c 5254.00aa.bb0c; do
		command_line "BOOTIF=$form"
		network
		echo "$form: $output"
		[ "$(found PX_IFACE)" = eth1 ]
		command_line "px.nic=$form"
		network
		[ "$(found PX_IFACE)" = eth1 ]
	done
}

@test "a BOOTIF that is no address is said, and all cards are tried" {
	card eth0 52:54:00:00:00:01 1
	for form in nonsense 52-54 '01-52-54-00-aa-bb-0c-0d' '*'; do
		command_line "BOOTIF=$form"
		network
		[ "$status" = 0 ]
		[[ $output == *'is no address of a card'* ]]
		[ "$(found PX_IFACE)" = eth0 ]
	done
}

@test "what the operator says comes before what the loader says: px.nic, then the card of ip=, then BOOTIF" {
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:02 1
	card eth2 52:54:00:00:00:03 1
	booted='BOOTIF=01-52-54-00-00-00-01'
	command_line "px.nic=eth1 $booted"
	network
	[ "$(found PX_IFACE)" = eth1 ]
	command_line "ip=192.0.2.9:192.0.2.2:192.0.2.1:255.255.255.0::eth2:off $booted"
	network
	[ "$(found PX_IFACE)" = eth2 ]
	grep -q '^ip addr add 192.0.2.9/255.255.255.0 dev eth2' "$calls"
	command_line "ip=::::::dhcp $booted"
	network
	[ "$(found PX_IFACE)" = eth0 ]
	command_line "ip=:::::eth2:dhcp px.nic=eth1 $booted"
	network
	[ "$(found PX_IFACE)" = eth1 ]
}

@test "a card that ip= names and that is not there is an error, not another card" {
	card eth0 52:54:00:00:00:01 1
	command_line ip=192.0.2.9:192.0.2.2:192.0.2.1:255.255.255.0::eth1:off BOOTIF=01-52-54-00-00-00-01
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == 'ip=eth1: no such network card (there are: eth0'* ]]
}

@test "px.nic that is not there is an error that names the cards there are" {
	card eth0 52:54:00:00:00:01 1
	command_line px.nic=eth7
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == *"px.nic=eth7: no such network card (there are: eth0"* ]]
}

@test "px.nic cannot name a path or carry control characters into the messages" {
	card eth0 52:54:00:00:00:01 1
	command_line "px.nic=../../etc$(printf '\033')[2J"
	network
	[ "$status" = 1 ]
	[[ $output != *$'\033'* ]]
}

@test "of several cards, only those with a link are asked for a lease" {
	card eth0 52:54:00:00:00:01 0
	card eth1 52:54:00:00:00:02 1
	network
	[ "$(found PX_IFACE)" = eth1 ]
	run grep -c '^udhcpc' "$calls"
	[ "$output" = 1 ]
}

@test "lo and virtual cards are not cards" {
	mkdir -p "$root/sys/class/net/lo" "$root/sys/class/net/dummy0"
	echo 772 >"$root/sys/class/net/lo/type"
	echo 1 >"$root/sys/class/net/dummy0/type"
	network
	[ "$status" = 1 ]
	[ "$(found PX_ERROR)" = 'no network card found' ]
}

@test "a card without a driver is named by its PCI id" {
	mkdir -p "$root/sys/bus/pci/devices/0000:00:03.0" "$root/sys/bus/pci/devices/0000:00:01.0"
	echo 0x020000 >"$root/sys/bus/pci/devices/0000:00:03.0/class"
	echo 0x8086 >"$root/sys/bus/pci/devices/0000:00:03.0/vendor"
	echo 0x1533 >"$root/sys/bus/pci/devices/0000:00:03.0/device"
	echo 0x010000 >"$root/sys/bus/pci/devices/0000:00:01.0/class"
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == *"no driver for the network card (PCI id 8086:1533)"* ]]
	[[ $output == *8086:1533* ]]
}

# pci NAME ID CLASS: a PCI device without a driver
pci() {
	mkdir -p "$root/sys/bus/pci/devices/$1"
	echo "0x$3" >"$root/sys/bus/pci/devices/$1/class"
	echo "0x${2%:*}" >"$root/sys/bus/pci/devices/$1/vendor"
	echo "0x${2#*:}" >"$root/sys/bus/pci/devices/$1/device"
}

@test "a card without a driver is in the log though another one works, and is named when it is the one that booted" {
	card eth0 52:54:00:00:00:01 1
	pci 0000:00:03.0 15b3:1017 020000
	network
	[ "$status" = 0 ]
	grep -q 'no driver for network card PCI id 15b3:1017' "$root/var/log/px.log"
	command_line BOOTIF=01-52-54-00-00-00-ff
	network
	[ "$status" = 0 ]
	[[ $output == *'card that booted (52:54:00:00:00:ff) has no driver here; without a driver: PCI id 15b3:1017'* ]]
}

@test "a card that cannot be brought up is said, and another one serves" {
	card eth0 52:54:00:00:00:01 0
	card eth1 52:54:00:00:00:02 1
	stub ip "case \$* in 'link set dev eth0 up') echo 'ip: SIOCSIFFLAGS: No such file or directory'; exit 1 ;; esac"
	network
	[ "$(found PX_IFACE)" = eth1 ]
	[ "$(grep -c 'cannot bring up eth0: ip: SIOCSIFFLAGS' <<<"$output")" = 1 ]
}

@test "a card whose link comes while another one waits in vain for a lease is asked, too, and a card that comes later" {
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:02 0
	answer='export interface ip=192.0.2.77 subnet=255.255.255.0 router=192.0.2.1 siaddr=192.0.2.10; exec sh $script bound'
	# the first one has a link and no server; eth1's link comes when that one is asked, eth2 altogether
	for later in eth1 eth2; do
		stub udhcpc 'interface=$2 script='"$root"'/etc/px/udhcpc.script
			case $2 in
			eth0)
				echo 52:54:00:00:00:03 >'"$root/late/address"'
				[ '"$later"' = eth1 ] || mv '"$root/late $root"'/sys/class/net/eth2
				[ '"$later"' = eth2 ] || echo 1 >'"$root"'/sys/class/net/eth1/carrier
				exec sleep 30 ;;
			*) '"$answer"' ;;
			esac'
		mkdir -p "$root/late/device"
		echo 1 >"$root/late/type"
		echo 1 >"$root/late/carrier"
		network
		echo "$output"
		[ "$(found PX_IFACE)" = "$later" ]
		echo 0 >"$root/sys/class/net/eth1/carrier"
	done
}

@test "no link is said, with the card's name" {
	card eth0 52:54:00:00:00:01 0
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == *"no link on eth0"*"cable"* ]]
}

@test "a link that comes late is waited for" {
	card eth0 52:54:00:00:00:01 0
	stub ip "case \$* in *'eth0 up') (sleep 0.5; echo 1 >$root/sys/class/net/eth0/carrier) & ;; esac"
	PX_LINK_PATIENCE=20 network
	[ "$status" = 0 ]
	[ "$(found PX_IFACE)" = eth0 ]
}

@test "no DHCP answer is said" {
	card eth0 52:54:00:00:00:01 1
	stub udhcpc 'exit 1'
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == "no DHCP answer on eth0"* ]]
}

@test "a DHCP answer that takes long is said while it is waited for" {
	card eth0 52:54:00:00:00:01 1
	stub sleep ''
	stub udhcpc "until [ \$(grep -c '^sleep' '$calls') -gt 110 ]; do :; done; exit 1"
	network
	[ "$status" = 1 ]
	[ "$(grep -c 'no DHCP answer on eth0 yet; it may take up to 2 s' <<<"$output")" = 1 ]
	[[ $(found PX_ERROR) == "no DHCP answer on eth0 in 2 s" ]]
}

@test "without a DHCP answer, what pxelinux was given serves" {
	card eth0 52:54:00:00:00:01 1
	stub udhcpc 'exit 1'
	command_line ip=192.0.2.5:192.0.2.2:192.0.2.1:255.255.255.0 BOOTIF=01-52-54-00-00-00-01
	network
	[ "$status" = 0 ] || { echo "$output"; false; }
	[ "$(found PX_IP)" = 192.0.2.5 ]
	[ "$(found PX_SERVER)" = 192.0.2.2 ]
	[[ $output == *"no DHCP answer; going on"* ]]
}

@test "the server that pxelinux names goes before DHCP's" {
	card eth0 52:54:00:00:00:01 1
	command_line ip=192.0.2.5:192.0.2.2:192.0.2.1:255.255.255.0
	network
	[ "$(found PX_SERVER)" = 192.0.2.2 ]
	[ "$(found PX_IP)" = 192.0.2.77 ]
}

@test "DHCP option 66 is the server when nothing else names one" {
	card eth0 52:54:00:00:00:01 1
	dhcp_answers 'siaddr=0.0.0.0 tftp=tftp.example'
	network
	[ "$(found PX_SERVER)" = tftp.example ]
}

@test "no server at all is said, and the address stands" {
	card eth0 52:54:00:00:00:01 1
	dhcp_answers siaddr=
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == *"names no server"*"px.catalog=URL"* ]]
	[ "$(found PX_IP)" = 192.0.2.77 ]
}

@test "a static address is taken as it is, without DHCP" {
	card eth0 52:54:00:00:00:01 1
	command_line ip=192.0.2.9:192.0.2.2:192.0.2.1:255.255.255.0::eth0:off
	network
	[ "$status" = 0 ]
	[ "$(found PX_IP)" = 192.0.2.9 ]
	run grep '^udhcpc' "$calls"
	[ "$status" = 1 ]
}

# two cards with a lease each, the second one's after SECONDS (and after its client was told to end)
two_leases() {
	card eth0 52:54:00:00:00:01 1
	card eth1 52:54:00:00:00:02 1
	stub udhcpc '
		trap "" TERM
		case "$*" in
		*"-i eth0"*) n=0 ;;
		*) n=1; sleep '"$1"' ;;
		esac
		export interface=eth$n ip=192.0.2.7$n subnet=255.255.255.0 router=192.0.2.$n dns=192.0.2.5$n domain=net$n.example \
			hostname=host$n siaddr=192.0.2.1$n
		'"sh $root/etc/px/udhcpc.script"' bound
		echo "end of eth$n" >>"'"$calls"'"'
}

# nothing of eth1's lease is set
only_eth0() {
	[ "$(found PX_IFACE)" = eth0 ]
	[ "$(found PX_SERVER)" = 192.0.2.10 ]
	[ "$(grep 'ip route' "$calls")" = 'ip route replace default via 192.0.2.0 dev eth0' ]
	[ "$(grep -E 'ip addr (add|replace)' "$calls")" = 'ip addr add 192.0.2.70/255.255.255.0 dev eth0' ]
	[ "$(cat "$root/etc/resolv.conf")" = 'search net0.example
nameserver 192.0.2.50' ]
	[ "$(grep '^hostname host' "$calls")" = 'hostname host0' ]
	grep -qx 'ip addr flush dev eth1' "$calls"
}

@test "of two cards with a lease at the same time, one sets address, route, resolver and name, the other nothing" {
	two_leases 0
	network
	[ "$status" = 0 ] || { echo "$output"; false; }
	wait_for 10 grep -qx 'end of eth1' "$calls"
	only_eth0
}

@test "a lease that comes for another card when one is chosen already changes nothing" {
	two_leases 1
	network
	[ "$status" = 0 ] || { echo "$output"; false; }
	wait_for 10 grep -qx 'end of eth1' "$calls"
	only_eth0
}

@test "a lease that is renewed leaves the address of a transfer that goes on alone" {
	card eth0 52:54:00:00:00:01 1
	stub ip "case \$* in *show*) echo '    inet 192.0.2.77/24 scope global eth0' ;; esac"
	network
	[ "$status" = 0 ]
	run grep -E 'ip addr (flush|add)' "$calls"
	[ "$status" = 1 ]
	grep -q '^ip route replace default via 192.0.2.1 dev eth0' "$calls"
}

@test "hostile DHCP options reach neither shell nor console nor resolv.conf, and the log has that they came" {
	card eth0 52:54:00:00:00:01 1
	dhcp_answers "siaddr='192.0.2.10' domain='evil;reboot good.example' hostname='\$(reboot)' tftp='x'"
	network
	[ "$(head -n 1 "$root/etc/resolv.conf")" = 'search good.example' ]
	run grep -E '^(reboot|hostname .*reboot)' "$calls"
	[ "$status" = 1 ]
	grep -q 'DHCP on eth0: left out option 12 (host name) .*no host' "$root/var/log/px.log"
}

@test "a host name from DHCP is never an option of hostname" {
	for name in -F -Fx --file=/etc/passwd - .x "$(printf 'a%.0s' {1..65})" a_b 'a/b'; do
		: >"$calls"
		rm -rf "$root/sys/class/net"
		card eth0 52:54:00:00:00:01 1
		dhcp_answers "siaddr=192.0.2.10 hostname='$name'"
		network
		[ "$status" = 0 ]
		echo "$name: $(grep '^hostname' "$calls")"
		[ "$(grep '^hostname' "$calls")" = 'hostname px-525400000001' ]
	done
	: >"$calls"
	dhcp_answers 'siaddr=192.0.2.10 hostname=lab-7.example'
	network
	grep -qx 'hostname lab-7.example' "$calls"
}

@test "an address, route or resolver of DHCP's that is no address is left out" {
	card eth0 52:54:00:00:00:01 1
	dhcp_answers \
		"siaddr=192.0.2.10 router='-h dev 192.0.2.1x 192.0.2.9' subnet='24;x' dns='-1 192.0.2.53 options 1.2.3 1.2.3.4.5 *'"
	network
	[ "$status" = 0 ]
	grep -qx 'ip addr add 192.0.2.77/255.255.255.0 dev eth0' "$calls"
	[ "$(grep 'ip route' "$calls")" = 'ip route replace default via 192.0.2.9 dev eth0' ]
	[ "$(cat "$root/etc/resolv.conf")" = 'nameserver 192.0.2.53' ]
}

@test "a server of DHCP's that is neither a name nor an address is none" {
	card eth0 52:54:00:00:00:01 1
	dhcp_answers "siaddr=0.0.0.0 tftp='-x'"
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == *"names no server"* ]]
	[ -z "$(found PX_SERVER)" ]
}

@test "a static address that is none is said" {
	card eth0 52:54:00:00:00:01 1
	command_line ip=nonsense:192.0.2.2:192.0.2.1:255.255.255.0::eth0:off
	network
	[ "$status" = 1 ]
	[[ $(found PX_ERROR) == 'ip=nonsense'*': no address' ]]
}

@test "the machine is named after its card when DHCP gives no name" {
	card eth0 52:54:00:00:00:01 1
	network
	grep -qx 'hostname px-525400000001' "$calls"
}

@test "a lease that ends takes the address away" {
	interface=eth0 sh "$root/etc/px/udhcpc.script" deconfig
	grep -qx 'ip addr flush dev eth0' "$calls"
}

@test "run again, it stops the clients of the run before and finds what is there now" {
	card eth0 52:54:00:00:00:01 0
	network
	[ -n "$(found PX_ERROR)" ]
	sleep 100 &
	echo $! >"$root/run/px/udhcpc.eth0"
	echo 1 >"$root/sys/class/net/eth0/carrier"
	network
	[ "$status" = 0 ]
	[ -z "$(found PX_ERROR)" ]
	run kill -0 $!
	[ "$status" = 1 ]
}
