# SPDX-License-Identifier: GPL-2.0-or-later
# A network of its own for QEMU machines.
#
#	load network

# bridge_network NS TAP...: a network namespace with a bridge br0, 192.0.2.1, and a tap for each machine
bridge_network() {
	local ns=$1 link
	shift
	ip netns add "$ns"
	ip -n "$ns" link add br0 type bridge
	ip -n "$ns" addr add 192.0.2.1/24 dev br0
	for link; do
		ip -n "$ns" tuntap add "$link" mode tap
		ip -n "$ns" link set "$link" master br0
	done
	for link in lo br0 "$@"; do ip -n "$ns" link set "$link" up; done
}
