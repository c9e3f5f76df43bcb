#!/bin/sh
# Serves BUILD/tftpboot on a real network with dnsmasq, in the foreground: TFTP, and either DHCP (with a range) or proxyDHCP
# (without: beside the DHCP server that is there already, which keeps giving the addresses).
#
#   serve.sh -b BUILD -i IFACE [-r FIRST,LAST]
set -eu

die() {
	echo "serve.sh: $*" >&2
	exit 1
}

interfaces() {
	ip -o -4 addr show scope global | awk '{ printf "%s (%s)  ", $2, $4 }'
}

# the network of the interface's first IPv4 address, as dnsmasq wants it for proxyDHCP: the address will do
address() {
	ip -o -4 addr show dev "$iface" scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# 11::/93 is what a PXE client says of its firmware: 0 is BIOS, the only one that this TFTP root serves
write_config() {
	cat <<-CONF
		port=0
		log-dhcp
		interface=$iface
		bind-interfaces
		enable-tftp
		tftp-root=$root
		dhcp-leasefile=$state/leases
		pid-file=
	CONF
	if [ -n "$range" ]; then
		cat <<-CONF
			dhcp-range=$range,1h
			dhcp-authoritative
			dhcp-boot=pxelinux.0
		CONF
	else
		cat <<-CONF
			dhcp-range=$(address),proxy
			pxe-prompt="PXE Imager",1
			pxe-service=x86PC,"PXE Imager",pxelinux
		CONF
	fi
}

main() {
	build='' iface='' range=''
	while getopts b:i:r: opt; do
		case $opt in
		b) build=$OPTARG ;;
		i) iface=$OPTARG ;;
		r) range=$OPTARG ;;
		*) die "usage: serve.sh -b BUILD -i IFACE [-r FIRST,LAST]" ;;
		esac
	done
	[ -n "$iface" ] || die "say which network: make serve IFACE=NAME (there are: $(interfaces))"
	[ -n "$(address)" ] || die "$iface: no such interface, or no IPv4 address on it (there are: $(interfaces))"
	[ -s "$build/tftpboot/pxelinux.0" ] || die "$build/tftpboot is not complete: run make first"
	[ "$(id -u)" = 0 ] || die "ports 67 and 69 need root: sudo make serve IFACE=$iface"
	command -v dnsmasq >/dev/null || die "no dnsmasq: apt-get install dnsmasq-base"
	root=$(cd "$build/tftpboot" && pwd)
	state=$(cd "$build" && pwd)/serve
	mkdir -p "$state"
	write_config >"$state/dnsmasq.conf"
	if [ -n "$range" ]; then
		echo "DHCP ($range) and TFTP on $iface ($(address)); the configuration is $build/serve/dnsmasq.conf. Ctrl-C ends it."
	else
		echo "proxyDHCP and TFTP on $iface ($(address)), beside your DHCP server; with RANGE=FIRST,LAST: DHCP too. Ctrl-C ends it."
	fi
	exec dnsmasq --keep-in-foreground --user=root --conf-file="$state/dnsmasq.conf" --log-facility=-
}

main "$@"
