#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# `make serve` and real firmware on a network of the test's own (a namespace, a bridge and a tap): each boot path to the
# menu. One path always, all of them with PX_LONG=1. The seconds from power-on are printed (bats
# --show-output-of-passing-tests shows them).
load ../px
load network

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need_root
	need qemu-system-x86_64 ip dnsmasq nginx
	dir=$BATS_TEST_TMPDIR
}

long() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
}

network() {
	ns=pxb$$
	mkdir "$dir/build"
	bridge_network "$ns" tap0
	ln -s "$PX_BUSYBOX" "$dir/build/busybox"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$dir/build/tftpboot" "$PX_BUILD/demo/debian.stanza"
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
	[ -z "${pid:-}" ] || stop "$pid"
	[ -z "${other:-}" ] || stop "$other"
	[ -z "${web:-}" ] || stop "$web"
	[ -z "${ns:-}" ] || ip netns del "$ns" || true
	[ -z "${ns2:-}" ] || ip netns del "$ns2" || true
}

serve() {
	ip netns exec "$ns" "$PX_TOP/initramfs/serve/serve.sh" -b "$dir/build" -i br0 "$@" >"$dir/serve.log" 2>&1 3>&- &
	pid=$!
	wait_for 10 grep -q 'started, version' "$dir/serve.log"
}

web_server() {
	cat >"$dir/nginx.conf" <<-CONF
		pid $dir/nginx.pid;
		error_log $dir/nginx.err;
		events {}
		http { access_log $dir/web.log; server { listen 192.0.2.1:80; listen 192.0.2.1:8080;
		root $dir/build/tftpboot;
			location /lab/px/ { alias $dir/build/tftpboot/; } } }
	CONF
	chmod 755 "$dir" "$dir/.." "$dir/../.."
	ip netns exec "$ns" nginx -c "$dir/nginx.conf" -g 'daemon off; user root;' >"$dir/nginx.out" 2>&1 3>&- &
	web=$!
}

boot() {
	run ip netns exec "$ns" "$BOOT" -l "$dir/log" -N tap,id=n,ifname=tap0,script=no,downscript=no "$@" \
		'px: PXE Imager' \
		'px: network: eth0 192.0.2.[0-9]*, server 192.0.2.1' 'px: menu ready' 'Debian .trixie., the demo'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "BIOS by TFTP" {
	long
	network
	serve -r 192.0.2.50,192.0.2.60 -w none
	boot
}

@test "BIOS by HTTP: lpxelinux" {
	long
	network
	web_server
	serve -r 192.0.2.50,192.0.2.60 -w http://192.0.2.1
	boot
	grep -q 'GET /px.cpio.xz' "$dir/web.log"
}

@test "BIOS with 128 MB of RAM, by TFTP and by HTTP" {
	long
	network
	serve -r 192.0.2.50,192.0.2.60 -w none
	boot -m 128
	stop "$pid"
	web_server
	serve -r 192.0.2.50,192.0.2.60 -w http://192.0.2.1
	boot -m 128
	grep -q 'GET /px.cpio.xz' "$dir/web.log"
}

@test "UEFI by TFTP" {
	long
	network
	serve -r 192.0.2.50,192.0.2.60 -w none
	boot -u
}

@test "UEFI by HTTP: GRUB" {
	long
	network
	web_server
	serve -r 192.0.2.50,192.0.2.60 -w http://192.0.2.1
	boot -u
	grep -q 'GET /px.cpio.xz' "$dir/web.log"
	grep -q 'GET /images' "$dir/web.log"
}

@test "UEFI by HTTP from a folder and another port: GRUB" {
	long
	network
	web_server
	serve -r 192.0.2.50,192.0.2.60 -w http://192.0.2.1:8080/lab/px
	boot -u
	grep -q 'GET /lab/px/px.cpio.xz' "$dir/web.log"
	grep -q 'GET /lab/px/images' "$dir/web.log"
}

@test "UEFI HTTP boot: nothing by TFTP, all by the httpd of make serve" {
	network
	serve -r 192.0.2.50,192.0.2.60
	boot -u -q '-fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=no' \
		-q '-fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=no'
	! grep -q 'dnsmasq-tftp: sent' "$dir/serve.log"
}

# a DHCP server on a host of its own that knows nothing of us, and make serve without a range
beside_another() {
	ns2=pxo$$
	ip netns add "$ns2"
	ip -n "$ns2" link add o0 type veth peer name o1 netns "$ns"
	ip -n "$ns2" addr add 192.0.2.2/24 dev o0
	ip -n "$ns2" link set o0 up
	ip -n "$ns" link set o1 master br0 up
	ip netns exec "$ns2" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --interface=o0 \
		--pid-file= \
		--dhcp-range=192.0.2.50,192.0.2.60 --dhcp-leasefile="$dir/leases" --log-facility=- >"$dir/other.log" \
		2>&1 3>&- &
	other=$!
	wait_for 10 grep -q 'started, version' "$dir/other.log"
	serve
}

@test "BIOS beside another DHCP server" {
	long
	network
	beside_another
	boot
}

@test "UEFI beside another DHCP server" {
	long
	network
	beside_another
	boot -u
}
