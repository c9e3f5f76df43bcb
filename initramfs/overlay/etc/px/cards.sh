# Read with a dot by the network script: which network cards there are, and which of them are tried. $cards is the list.
# The reader sets root, and has say, fail, clean, parameter.
# shellcheck shell=sh disable=SC2154

net=$root/sys/class/net
card_patience=${PX_CARD_PATIENCE:-5} # seconds for a card to appear
link_patience=${PX_LINK_PATIENCE:-10} # seconds for a carrier

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

card_with_mac() {
	for card in $(all_cards); do
		if [ "$(cat "$net/$card/address")" = "$1" ]; then
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

# The cards to try. A card that was asked for and is not there is said, not replaced by another without a word.
choose_cards() {
	wanted=$(parameter px.nic)
	bootif=$(parameter BOOTIF | tr 'A-F-' 'a-f:')
	if [ -n "$bootif" ]; then
		cards=$(card_with_mac "${bootif#*:}")
		[ -n "$cards" ] || say "network: the card that booted (${bootif#*:}) has no driver here"
	fi
	if [ -z "$cards" ] && [ -n "$wanted" ]; then
		cards=$(card_with_mac "$(printf %s "$wanted" | tr 'A-F-' 'a-f:')")
		if [ -z "$cards" ] && all_cards | grep -qxF -e "$wanted"; then
			cards=$wanted
		fi
		[ -n "$cards" ] || fail "px.nic=$(clean "$wanted"): no such network card (there are: $(all_cards | tr '\n' ' '))"
	fi
	[ -n "$cards" ] || cards=$(all_cards)
}

# A card on USB, or one whose driver starts slowly, may come a little later.
wait_for_cards() {
	waited=0
	while [ -z "$(all_cards)" ] && [ "$waited" -lt $((card_patience * 5)) ]; do
		sleep 0.2
		waited=$((waited + 1))
	done
}

explain_no_card() {
	ids=$(driverless)
	if [ -n "$ids" ]; then
		fail "no driver for the network card (PCI id ${ids% }); build with a larger driver set"
	fi
	fail "no network card found"
}

has_carrier() {
	says "$net/$1/carrier" 1
}

# keeps those of $cards that have a carrier, waiting for the first one
wait_for_carrier() {
	for card in $cards; do
		ip link set dev "$card" up
	done
	waited=0
	while :; do
		linked=''
		for card in $cards; do
			if has_carrier "$card"; then linked="$linked $card"; fi
		done
		[ -z "$linked" ] || break
		[ "$waited" -lt $((link_patience * 5)) ] ||
			fail "no link on $(echo "$cards" | tr '\n' ' '): is the cable in, and the switch port up?"
		sleep 0.2
		waited=$((waited + 1))
	done
	cards=$linked
}
