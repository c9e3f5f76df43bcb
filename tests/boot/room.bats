#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# The flip on each boot path, with PX_LONG=1 (three-machines.bats has BIOS by HTTP in every run): a machine whose
# firmware has the network before the disk is planned, installs, and boots its disk from then on.
load ../px
load network

BOOT=$PX_TOP/tests/boot/demo/boot.sh
MAC=52:54:00:00:00:01

setup() {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes: set PX_LONG=1"
	need_root
	need qemu-system-x86_64 ip dnsmasq zstd
	dir=$BATS_TEST_TMPDIR ns=pxf$$
	mkdir "$dir/build"
	ln -s "$PX_BUSYBOX" "$dir/build/busybox"
	bridge_network "$ns" tap0
	root=$dir/build/tftpboot
	[ -e "$BATS_FILE_TMPDIR/small.stanza" ] ||
		"$PX_TOP/tests/boot/demo/small.sh" "$PX_BUILD" trixie "$BATS_FILE_TMPDIR"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$BATS_FILE_TMPDIR/small.stanza"
	cp "$BATS_FILE_TMPDIR/small.img.zst" "$root/"
	truncate -s 1G "$dir/disk"
}

teardown() {
	[ ! -s "$dir/log.pid" ] || kill "$(cat "$dir/log.pid")" 2>/dev/null || true
	[ -z "${SERVERS:-}" ] || stop $SERVERS
	[ -z "${ns:-}" ] || ip netns del "$ns" || true
}

serve() {
	ip netns exec "$ns" "$PX_TOP/initramfs/serve/serve.sh" -b "$dir/build" -i br0 -r 192.0.2.50,192.0.2.60 "$@" \
		>"$dir/serve.log" 2>&1 3>&- &
	SERVERS=$!
	wait_for 10 grep -q 'started, version' "$dir/serve.log"
}

pxroom() {
	"$PX_TOP/initramfs/serve/pxroom" -r "$root" -d "$dir/build/room" "$@"
}

# boot FATAL OPTIONS... -- PATTERNS...
boot() {
	run ip netns exec "$ns" "$BOOT" -l "$dir/log" -M $MAC -N tap,id=n,ifname=tap0,script=no,downscript=no -w 400 \
		-x "Kernel panic|px: FAILED|$1" "${@:2}"
	echo "$output"
	[ "$status" -eq 0 ]
}

# flips OPTIONS...: of the firmware
flips() {
	boot 'px: menu ready' "$@" 'px: installing small' 'px: installed small' 'px-small: up'
	pxroom status | grep -q ' done  .* done$'
	# once more from the start: the firmware's variables are forgotten
	boot 'px: PXE Imager' "$@" 'px-small: up'
}

@test "BIOS by TFTP" {
	mkdir -p "$dir/build/room"
	serve -w none
	ip netns exec "$ns" env PX_ROOM_DIR="$dir/build/room" "$PX_BUSYBOX" httpd -f -p 192.0.2.1:80 -h "$root" 3>&- &
	SERVERS="$SERVERS $!"
	"$PX_BUSYBOX" sh "$PX_TOP/initramfs/serve/pxroom" -r "$root" -d "$dir/build/room" keep >"$dir/keep.log" 2>&1 3>&- &
	SERVERS="$SERVERS $!"
	mkdir -p "$root/px"
	pxroom plan -p 'px.timeout=1 px.report=http://192.0.2.1/px/event' small largest $MAC
	flips -D "$dir/disk" -q '-boot order=nc'
}

@test "BIOS whose LOCALBOOT is left out: chain.c32" {
	serve
	pxroom plan -l chain -p px.timeout=1 small largest $MAC
	flips -D "$dir/disk" -q '-boot order=nc'
}

# the disk comes behind the network in the firmware's order
uefi() {
	flips -u -d "file=$dir/disk,format=raw,if=none,id=x,cache=unsafe" \
		-q '-device virtio-blk-pci,drive=x,bootindex=100' "$@"
}

@test "UEFI: GRUB by TFTP, the rest by HTTP" {
	serve
	pxroom plan -p px.timeout=1 small largest $MAC
	uefi
}

@test "UEFI HTTP boot" {
	serve
	pxroom plan -p px.timeout=1 small largest $MAC
	uefi -q '-fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=no' \
		-q '-fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=no'
}

@test "BIOS: a machine that is told to boot its disk once does, and the boot after that is everybody's again" {
	serve
	local words='px.image=small px.disk=largest px.auto px.timeout=1 px.after=local'
	sed -i "0,/^ *APPEND.*/s//& $words/; s/^PROMPT.*/PROMPT 0/" "$root/pxelinux.cfg/default"
	boot 'px: menu ready' -D "$dir/disk" -q '-boot order=nc' 'px: installing small' 'px: installed small' 'px-small: up'
	grep -q "$MAC : it boots its disk, this once" "$dir/serve.log"
	wait_for 20 grep -q "$MAC : it boots its disk now; the next boot is as before" "$dir/serve.log"
	[ ! -e "$root/pxelinux.cfg/01-52-54-00-00-00-01" ]
}
