#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Serves BUILD/tftpboot on a real network with dnsmasq, in the foreground: TFTP, and either DHCP (with a range) or
# proxyDHCP (without: beside the DHCP server that is there already, which keeps giving the addresses).
#
# Each machine gets what its firmware can start: BIOS pxelinux, UEFI (x64) Debian's signed shim and GRUB, UEFI HTTP
# boot the same by HTTP. The rest goes by HTTP, which is faster than TFTP: from BusyBox's httpd (or nginx, -W), which is
# started here on port 80 (or -P) and has the room's page and its events, too (web.sh, docs/room.md).
#
# With -w URL a web server elsewhere, which has BUILD/tftpboot, does that instead, without a room; UEFI HTTP boot gets
# an answer only when that URL has no folder. With -w none there is TFTP alone.
#
# With -t yes, nginx serves the same files by https, too (tls.sh), on port 443 or on that of -p.
#
#   serve.sh -b BUILD -i IFACE [-r FIRST,LAST] [-w URL|none] [-W httpd|nginx] [-P PORT] [-t yes] [-p PORT]
# http_port is read by web.sh
# shellcheck disable=SC2034
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/web.sh"

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

# Loaded by HTTP, Debian's signed GRUB looks for /grub on that server, whatever folder it came from.
in_folder() {
	case ${url#http://} in
	*/*) return 0 ;;
	*) return 1 ;;
	esac
}

# What a machine says of its firmware (RFC 4578, option 93): 0 BIOS, 7 and 9 UEFI x64, 16 UEFI x64 by HTTP.
# Option 210 (RFC 5071) is where lpxelinux and our grub.cfg look for the rest.
boot_files() {
	cat <<-CONF
		dhcp-match=set:uefi,option:client-arch,7
		dhcp-match=set:uefi,option:client-arch,9
		dhcp-match=set:uefihttp,option:client-arch,16
		dhcp-boot=tag:uefi,shimx64.efi
	CONF
	if [ -n "$url" ]; then
		cat <<-CONF
			dhcp-boot=tag:!uefi,tag:!uefihttp,lpxelinux.0
			dhcp-option-force=tag:!uefihttp,210,$url/
		CONF
		in_folder || cat <<-CONF
			dhcp-boot=tag:uefihttp,$url/shimx64.efi
			dhcp-option-force=tag:uefihttp,60,HTTPClient
		CONF
	else
		echo 'dhcp-boot=tag:!uefi,tag:!uefihttp,pxelinux.0'
	fi
}

write_config() {
	cat <<-CONF
		port=0
		log-dhcp
		interface=$iface
		except-interface=lo
		bind-interfaces
		enable-tftp
		tftp-root=$seen
		$(drop_root)
		dhcp-leasefile=$state/leases
		pid-file=
	CONF
	if [ -n "$range" ]; then
		cat <<-CONF
			dhcp-range=$range,1h
			dhcp-authoritative
		CONF
		boot_files
	else
		cat <<-CONF
			dhcp-range=$(address),proxy
			pxe-prompt="PXE Imager",1
			pxe-service=x86PC,"PXE Imager",$([ -z "$url" ] || echo l)pxelinux.0
			pxe-service=BC_EFI,"PXE Imager",shimx64.efi
			pxe-service=X86-64_EFI,"PXE Imager",shimx64.efi
		CONF
		boot_files
	fi
}

# Who the servers are once their ports are open: the owner of tftpboot; when that is root, nobody.
choose_user() {
	owner=$(stat -L -c %U "$root") user=$owner
	[ "$owner" != root ] || user=nobody
	group=$(id -gn "$user")
}

# dnsmasq then hands out nothing but files of that owner (tftp-secure); nobody cannot own files: what everybody may
# read.
drop_root() {
	[ "$user" = nobody ] || echo "tftp-secure"
	echo "user=$user"
	echo "group=$group"
}

# Whether that user gets at the files: a folder on the way may be closed (a home, a temporary folder).
is_readable() {
	setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups test -r "$root/SHA256SUMS"
}

# The servers with the files mounted where their user can reach them, for this process alone.
exec_mounted() {
	mkdir -p /run/px-serve /run/px-room
	# the words are the inner shell's
	# shellcheck disable=SC2016
	exec unshare --mount sh -c 'mount --bind "$0" /run/px-serve && mount --bind "$1" /run/px-room && shift &&
		exec "$@"' "$root" "$build/room" "$@"
}

# by https: what is asked for, and how a machine is told
serve_tls() {
	"$here/tls.sh" "$build" "$(address)" "$port" "$user" "$seen"
	colon=:$port
	[ "$port" != 443 ] || colon=
	echo "https://$(address)$colon/ has the same files. Machines know it by the CA in site.cpio.xz; they use it" \
		"with px.catalog=https://$(address)$colon/images on the kernel command line."
}

# Who has port $1 (-u: of UDP, -t: of TCP) here already, as ss names it; nothing when it is free. What is bound to
# another address or card (libvirt's dnsmasq, 0.0.0.0%virbr0) does not matter.
holder() {
	ss -H -l -n "$2" -p "sport = :$1" | awk -v port=":$1" -v ours="$(address)" -v card="%$iface" '
		{ sub(port "$", "", $4); sub(card "$", "", $4) }
		$4 == ours || $4 == "*" || $4 == "0.0.0.0" || $4 == "[::]" {
			who = $0
			if (!sub(/.*users:\(\("/, "", who)) who = "another program"
			sub(/".*/, "", who)
			print who
			exit
		}'
}

# Before dnsmasq says it in its own words.
check_ports() {
	command -v ss >/dev/null || return 0
	for port_of in 67:DHCP 69:TFTP $([ "$web" = none ] || echo "$http_port:HTTP"); do
		kind=-u
		[ "${port_of#*:}" != HTTP ] || kind=-t
		who=$(holder "${port_of%:*}" $kind)
		[ -z "$who" ] || die "port ${port_of%:*} (${port_of#*:}) is taken by $who: stop that (systemctl stop" \
			"SERVICE), or serve from another machine"
	done
}

# how the interface is named: to make serve, or in the package's file
how_to_name_it() {
	if [ -n "${PX_SETTINGS:-}" ]; then
		echo "set INTERFACE=NAME in $PX_SETTINGS"
	else
		echo "make serve IFACE=NAME"
	fi
}

main() {
	build='' iface='' range='' url='' tls='' port=443 web=httpd http_port=80
	while getopts b:i:r:w:W:P:t:p: opt; do
		case $opt in
		b) build=$OPTARG ;;
		i) iface=$OPTARG ;;
		r) range=$OPTARG ;;
		w) url=${OPTARG%/} ;;
		W) web=${OPTARG:-httpd} ;;
		P) http_port=${OPTARG:-80} ;;
		t) tls=$OPTARG ;;
		p) port=$OPTARG ;;
		*) die "usage: serve.sh -b BUILD -i IFACE [-r FIRST,LAST] [-w URL|none] [-W httpd|nginx] [-P PORT]" \
			"[-t yes] [-p PORT]" ;;
		esac
	done
	[ -n "$iface" ] || die "say which network: $(how_to_name_it) (there are: $(interfaces))"
	ip link show dev "$iface" >/dev/null 2>&1 ||
		die "$iface: no such interface: $(how_to_name_it) (there are: $(interfaces))"
	[ -n "$(address)" ] ||
		die "$iface: no IPv4 address on it: ip address add ADDRESS/24 dev $iface (there are: $(interfaces))"
	case $url in
	http://*[!A-Za-z0-9.:/_~-]*) die "$url: a character that this URL cannot have" ;;
	'' | none | http://?*) ;;
	*) die "$url: not an http:// URL (say HTTP=http://ADDRESS[:PORT][/FOLDER], where a web server has" \
		"build/tftpboot)" ;;
	esac
	[ -s "$build/tftpboot/SHA256SUMS" ] || die "$build/tftpboot is not complete: run make first"
	(cd "$build/tftpboot" && sha256sum --check --quiet SHA256SUMS) ||
		die "$build/tftpboot: a file is missing or damaged (above): run make again"
	[ "$(id -u)" = 0 ] || die "ports 67 and 69 need root: sudo make serve IFACE=$iface"
	command -v dnsmasq >/dev/null || die "no dnsmasq: apt-get install dnsmasq-base"
	build=$(cd "$build" && pwd)
	root=$build/tftpboot state=$build/serve seen=$build/tftpboot room=$build/room
	choose_web
	check_ports
	choose_user
	is_readable || seen=/run/px-serve room=/run/px-room
	{ mkdir -p "$state" "$build/room" && write_config >"$state/dnsmasq.conf"; } 2>/dev/null ||
		die "$state: cannot write there: make room (df -h $state), or who runs this must own it"
	if [ -n "$range" ]; then
		echo "DHCP ($range) and TFTP on $iface ($(address));" \
			"the configuration is $build/serve/dnsmasq.conf. Ctrl-C ends it."
	else
		echo "proxyDHCP and TFTP on $iface ($(address)), beside your DHCP server;" \
			"with RANGE=FIRST,LAST: DHCP too. Ctrl-C ends it."
	fi
	if in_folder; then
		echo "UEFI HTTP boot gets no answer: Debian's GRUB wants its files" \
			"at the web server's root, not in a folder."
	fi
	set -- "$here/together.sh" dnsmasq --keep-in-foreground --conf-file="$state/dnsmasq.conf" --log-facility=-
	rm -rf "$state/give"
	mkdir -p "$state/give"
	if [ -n "$tls" ]; then
		serve_tls
		mkdir -p "$state/give/etc/px"
		cp "$state/tls/ca.pem" "$state/give/etc/px/"
		set -- "$@" -- nginx -c "$state/tls/nginx.conf"
	fi
	"serve_$web" "$@"
}

main "$@"
