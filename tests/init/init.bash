# SPDX-License-Identifier: GPL-2.0-or-later
# A folder that looks like a machine to /init and the network script: load after px.
#
# $root is the machine; commands that would change this one are stubs that write "NAME ARGUMENTS" to $calls and then run
# what stub() was given.

fake_machine() {
	root=$BATS_TEST_TMPDIR/root
	calls=$BATS_TEST_TMPDIR/calls
	stubs=$BATS_TEST_TMPDIR/stubs
	mkdir -p "$root"/etc/px "$root"/proc/sys/kernel "$root"/sys/class/net "$root"/sys/class/tty/console \
		"$root"/sys/bus/pci/devices "$root"/sys/devices "$root"/run/px "$root"/var/log "$root"/dev "$stubs"
	: >"$calls"
	echo px >"$root/proc/sys/kernel/hostname"
	echo 'MemTotal:         65536 kB' >"$root/proc/meminfo"
	echo ttyS0 >"$root/sys/class/tty/console/active"
	command_line 'console=ttyS0'
	cp "$PX_TOP"/initramfs/overlay/etc/px/* "$root/etc/px/"
	: >"$root/etc/px/complete"
	echo 42 >"$root/etc/px/size_mib"
	for c in mount umount dmesg modprobe mdev ip udhcpc hostname init reboot poweroff loadkmap setsid pximenu; do
		stub "$c" ''
	done
	export PX_ROOT=$root PATH=$stubs:$PATH
	export PX_PATIENCE=2 PX_LINK_PATIENCE=1 PX_CARD_PATIENCE=0
}

command_line() {
	echo "BOOT_IMAGE=vmlinuz $*" >"$root/proc/cmdline"
}

# stub NAME SCRIPT
stub() {
	printf '#!/bin/sh\necho "%s $*" >>"%s"\n%s\n' "$1" "$calls" "$2" >"$stubs/$1"
	chmod +x "$stubs/$1"
}

# card NAME MAC CARRIER: an Ethernet card with a driver
card() {
	mkdir -p "$root/sys/class/net/$1/device"
	echo 1 >"$root/sys/class/net/$1/type"
	echo "$2" >"$root/sys/class/net/$1/address"
	echo "$3" >"$root/sys/class/net/$1/carrier"
}

# a DHCP server that gives every client a lease; $1 is what the lease says beside the address
dhcp_answers() {
	stub udhcpc '
		while [ $# -gt 0 ]; do
			case $1 in
			-i) interface=$2 ;;
			-s) script=$2 ;;
			esac
			shift
		done
		export interface ip=192.0.2.77 subnet=255.255.255.0 router="192.0.2.1" dns="192.0.2.53 192.0.2.54" '"$1"'
		exec "$script" bound'
}

# found KEY: what the network script wrote
found() {
	sed -n "s/^$1=//p" "$root/run/px/network"
}
