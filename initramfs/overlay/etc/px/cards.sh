# SPDX-License-Identifier: GPL-2.0-or-later
# Read with a dot by the network script: which network cards there are, and which of them are tried.
# The reader sets root, and has say, fail, clean, parameter, ip_field.
# shellcheck shell=sh disable=SC2154

net=$root/sys/class/net
card_patience=${PX_CARD_PATIENCE:-5} # seconds for a card to appear

# says FILE WORD: whether a file of sysfs says that; by the shell itself, for some are asked often
says() {
	{ read -r said <"$1"; } 2>/dev/null && [ "$said" = "$2" ]
}

# real cards only: Ethernet, with a device behind them
all_cards() {
	for card in "$net"/*; do
		if [ -e "$card/device" ] && says "$card/type" 1; then
			echo "${card##*/}"
		fi
	done
}

has_carrier() {
	says "$net/$1/carrier" 1
}

# mac_of TEXT: the Ethernet address that TEXT writes, as sysfs has it; nothing when it is none. Loaders and templates
# write 01-52-54-00-AA-BB-CC (pxelinux: 01 is the hardware type), 52:54:00:aa:bb:cc, 01:52-54:00..., 5254.00aa.bbcc,
# 525400aabbcc.
mac_of() {
	digits=$(printf %s "$1" | tr -d ':.-' | tr 'A-F' 'a-f')
	case $digits in
	*[!0-9a-f]*) return 0 ;;
	??????????????) digits=${digits#??} ;;
	????????????) ;;
	*) return 0 ;;
	esac
	echo "$digits" | sed 's/../&:/g; s/:$//'
}

# card_of TEXT: the card of that name or address; nothing when it is not there
card_of() {
	mac=$(mac_of "$1")
	for card in $(all_cards); do
		if [ "$card" = "$1" ] || [ "$(cat "$net/$card/address")" = "$mac" ]; then
			echo "$card"
			return 0
		fi
	done
}

# PCI ids of network controllers that no driver took
driverless() {
	for dev in "$root"/sys/bus/pci/devices/*; do
		case $(cat "$dev/class" 2>/dev/null) in
		0x02*)
			[ -e "$dev/driver" ] ||
				echo "$(sed 's/^0x//' "$dev/vendor"):$(sed 's/^0x//' "$dev/device")"
			;;
		esac
	done | tr '\n' ' '
}

# Sets $cards: what the command line asks for by name comes before what the loader says, and no other card takes its
# place without a word. Empty: nobody said, so all of them.
choose_cards() {
	cards=''
	for wanted in "px.nic=$(parameter px.nic)" "ip=$(ip_field 6)"; do
		[ -n "${wanted#*=}" ] || continue
		cards=$(card_of "${wanted#*=}")
		[ -n "$cards" ] ||
			fail "${wanted%%=*}=$(clean "${wanted#*=}"): no such network card" \
				"(there are: $(all_cards | tr '\n' ' '))$(without_driver)"
		return 0
	done
	bootif=$(parameter BOOTIF)
	[ -n "$bootif" ] || return 0
	cards=$(card_of "$(mac_of "$bootif")")
	[ -z "$cards" ] || return 0
	if [ -z "$(mac_of "$bootif")" ]; then
		say "network: BOOTIF=$(clean "$bootif") is no address of a card: all cards are tried"
	else
		say "network: the card that booted ($(mac_of "$bootif")) has no driver here$(without_driver):" \
			"all others are tried"
	fi
}

# ", without a driver: PCI id 8086:1533", or nothing
without_driver() {
	ids=$(driverless)
	[ -z "$ids" ] || printf '; without a driver: PCI id %s' "${ids% }"
}

# in the log, whatever works: the network page shows it, too
note_driverless() {
	ids=$(driverless)
	[ -z "$ids" ] ||
		PX_QUIET=1 say "network: no driver for network card PCI id ${ids% }; a larger driver set may have one"
}

# A card on USB, or one whose driver starts slowly, may come a little later.
wait_for_cards() {
	waited=0
	while [ -z "$(all_cards)" ] && [ "$waited" -lt $((card_patience * 5)) ]; do
		sleep 0.2
		waited=$((waited + 1))
	done
	[ -z "$(all_cards)" ] || return 0
	ids=$(driverless)
	if [ -n "$ids" ]; then
		fail "no driver for the network card (PCI id ${ids% }); build with a larger driver set"
	fi
	fail "no network card found"
}
