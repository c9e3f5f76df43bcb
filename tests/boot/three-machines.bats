#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# A room: three machines at once from make serve, nobody at any of them. Planned by pxroom, installed, reported, turned
# over by the server, and booted from their disks, although the network comes first in their firmware.
load ../px
load network

MACHINES='1 2 3'

setup() {
	need_root
	need qemu-system-x86_64 sfdisk zstd ip dnsmasq python3 curl
	dir=$BATS_TEST_TMPDIR ns=pxmenu$$
	# shellcheck disable=SC2086 # words
	bridge_network "$ns" $(printf 'tap%s ' $MACHINES)
}

teardown() {
	for m in $MACHINES; do
		[ ! -s "$dir/log$m.pid" ] || kill "$(cat "$dir/log$m.pid")" 2>/dev/null || true
	done
	[ -z "${boots:-}" ] || stop $boots
	[ -z "${server:-}" ] || stop "$server"
	ip netns del "$ns" || true
}

# boot_code WORDS: a boot sector's code that says them on the serial line and stops: xor ax,ax; mov ds,ax; mov si,words;
# lodsb; test al,al; jz on; mov dx,3f8h; out dx,al; jmp lodsb; on: hlt
boot_code() {
	printf '\061\300\216\330\276\026\174\254\204\300\164\006\272\370\003\356\353\365\364\353\375\220%s\r\n\0' "$1"
}

# image NAME: an 8 MiB disk of its own as build/tftpboot/NAME.zst, and its stanza
image() {
	truncate -s 8M "$dir/$1"
	printf 'label: gpt\nstart=2048, size=12000\n' | sfdisk -q "$dir/$1"
	boot_code "disk of $1 boots" | dd of="$dir/$1" conv=notrunc status=none
	{ cat "$PX_BUSYBOX"; head -c 4M /dev/zero | tr '\0' "$1"; } \
		| dd of="$dir/$1" bs=1M count=5 seek=1 conv=notrunc \
		iflag=fullblock status=none
	printf 'Image: %s\nSource: %s.zst\nSize: 8388608\nSHA256: %s\n\n' "$1" "$1" \
		"$(sha256sum "$dir/$1" | cut -d ' ' -f 1)"
}

# one image for each machine: M for machine M
tftp_root() {
	root=$dir/build/tftpboot
	mkdir "$dir/build"
	ln -s "$PX_BUSYBOX" "$dir/build/busybox"
	for m in $MACHINES; do image "$m"; done >"$dir/images"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$dir/images"
	for m in $MACHINES; do zstd -q "$dir/$m" -o "$root/$m.zst"; done
}

# What is typed and what it says also goes into the file that PX_TRANSCRIPT names: docs/room.md has it.
pxroom() {
	{ echo "\$ pxroom $*"; "$PX_TOP/initramfs/serve/pxroom" -r "$root" -d "$dir/build/room" "$@"; } |
		tee -a "${PX_TRANSCRIPT:-/dev/null}"
	return "${PIPESTATUS[0]}"
}

@test "a room of three is planned, installed, reported and turned over, and boots its disks after the network" {
	tftp_root
	ip netns exec "$ns" "$PX_TOP/initramfs/serve/serve.sh" -b "$dir/build" -i br0 -r 192.0.2.50,192.0.2.60 \
		>"$dir/serve.log" 2>&1 3>&- &
	server=$!
	wait_for 10 grep -q 'started, version' "$dir/serve.log"
	for m in $MACHINES; do
		pxroom names "52:54:00:00:00:0$m" "lab-$m" B12
		pxroom plan -p px.timeout=1 "$m" smallest "lab-$m"
	done
	pxroom status B12
	boots=''
	for m in $MACHINES; do
		truncate -s 64M "$dir/disk$m"
		ip netns exec "$ns" "$PX_TOP/tests/boot/demo/boot.sh" -l "$dir/log$m" -M "52:54:00:00:00:0$m" \
			-D "$dir/disk$m" -m 256 -q '-boot order=nc' \
			-N "tap,id=n,ifname=tap$m,script=no,downscript=no" "px: installed $m on /dev/vda" \
			"disk of $m boots" >"$dir/out$m" 2>&1 3>&- &
		boots="$boots $!"
	done
	for b in $boots; do wait "$b" || { cat "$dir"/out* "$dir/serve.log" >&2; false; }; done
	for m in $MACHINES; do
		cmp -n 6144000 -i 1048576 "$dir/disk$m" "$dir/$m"
		[ "$(od -An -tx1 -j 510 -N 2 "$dir/disk$m")" = ' 55 aa' ]
		grep -q '^  LOCALBOOT 0$' "$root/pxelinux.cfg/01-52-54-00-00-00-0$m"
		grep -q "is installed, it boots its disk from now on" "$dir/serve.log"
		grep '"done"' "$dir/build/room/log.jsonl" | grep '"52:54:00:00:00:0'"$m"'"' |
			grep '"mirror":"http://192.0.2.1/'"$m.zst"'"' | grep -q '"name":"lab-'"$m"'","room":"B12"'
	done
	ip netns exec "$ns" curl -sf http://192.0.2.1/px/metrics | grep -c '^px_state{.*} 3$' | grep -qx 3
	pxroom again lab-1
	grep -q px.image=1 "$root/pxelinux.cfg/01-52-54-00-00-00-01"
	pxroom cancel lab-1
	[ "$(pxroom status B12 | grep -c ' done  .* done$')" = 2 ]
}
