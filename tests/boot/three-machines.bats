#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# Three machines at once from one server (make serve's dnsmasq), nobody at any of them.
load ../px

MACHINES='1 2 3'

setup() {
	need_root
	need qemu-system-x86_64 sfdisk zstd ip dnsmasq python3
	dir=$BATS_TEST_TMPDIR ns=pxmenu$$
	ip netns add "$ns"
	ip -n "$ns" link add br0 type bridge
	ip -n "$ns" addr add 192.0.2.1/24 dev br0
	for m in $MACHINES; do
		ip -n "$ns" tuntap add "tap$m" mode tap
		ip -n "$ns" link set "tap$m" master br0
		ip -n "$ns" link set "tap$m" up
	done
	for i in lo br0; do ip -n "$ns" link set "$i" up; done
}

teardown() {
	for m in $MACHINES; do
		[ ! -s "$dir/log$m.pid" ] || kill "$(cat "$dir/log$m.pid")" 2>/dev/null || true
	done
	[ -z "${boots:-}" ] || stop $boots
	[ -z "${server:-}" ] || stop "$server"
	[ -z "${reports:-}" ] || stop "$reports"
	ip netns del "$ns" || true
}

# image NAME: an 8 MiB disk of its own as build/tftpboot/NAME.zst, and its stanza
image() {
	truncate -s 8M "$dir/$1"
	printf 'label: gpt\nstart=2048, size=12000\n' | sfdisk -q "$dir/$1"
	printf '\353\376' | dd of="$dir/$1" conv=notrunc status=none # boot code: what no machine starts from is refused
	{ cat "$PX_BUSYBOX"; head -c 4M /dev/zero | tr '\0' "$1"; } \
		| dd of="$dir/$1" bs=1M count=5 seek=1 conv=notrunc \
		iflag=fullblock status=none
	printf 'Image: %s\nSource: %s.zst\nSize: 8388608\nSHA256: %s\n\n' "$1" "$1" \
		"$(sha256sum "$dir/$1" | cut -d ' ' -f 1)"
}

# one file for each machine, as on a real network: image M for machine M
tftp_root() {
	root=$dir/build/tftpboot
	mkdir "$dir/build"
	for m in $MACHINES; do image "$m"; done >"$dir/images"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$dir/images" 52:54:00:00:00:00 \
		"px.image=M px.disk=smallest px.auto px.timeout=1 px.after=poweroff px.report=http://192.0.2.1:$1/lab"
	for m in $MACHINES; do
		sed "s/px.image=M/px.image=$m/" "$root/pxelinux.cfg/01-52-54-00-00-00-00" \
			>"$root/pxelinux.cfg/01-52-54-00-00-00-0$m"
		zstd -q "$dir/$m" -o "$root/$m.zst"
	done
}

@test "three machines install at once from one server, each its own image, and report it" {
	mkdir "$dir/reports"
	ip netns exec "$ns" "$PX_TOP/tests/report/report_server" -a 192.0.2.1 "$dir/reports" 3>&- &
	reports=$!
	wait_for 10 test -s "$dir/reports/ports"
	read -r _ port <"$dir/reports/ports"
	tftp_root "$port"
	ip netns exec "$ns" "$PX_TOP/initramfs/serve/serve.sh" -b "$dir/build" -i br0 -r 192.0.2.50,192.0.2.60 \
		>"$dir/serve.log" 2>&1 3>&- &
	server=$!
	wait_for 10 grep -q 'started, version' "$dir/serve.log"
	boots=''
	for m in $MACHINES; do
		truncate -s 64M "$dir/disk$m"
		ip netns exec "$ns" "$PX_TOP/tests/boot/demo/boot.sh" -l "$dir/log$m" -M "52:54:00:00:00:0$m" \
			-D "$dir/disk$m" \
			-m 256 \
			-N "tap,id=n,ifname=tap$m,script=no,downscript=no" "px: installed $m on /dev/vda" 'Power down' \
			>"$dir/out$m" 2>&1 \
			3>&- &
		boots="$boots $!"
	done
	for b in $boots; do wait "$b" || { cat "$dir"/out* >&2; false; }; done
	for m in $MACHINES; do
		cmp -n 6144000 -i 1048576 "$dir/disk$m" "$dir/$m"
		[ "$(od -An -tx1 -j 510 -N 2 "$dir/disk$m")" = ' 55 aa' ]
		grep '"done"' "$dir/reports/events" | grep '"52:54:00:00:00:0'"$m"'"' | grep -q "\"image\":\"$m\""
	done
}
