#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# The menu on the screen and on the serial line of one machine at once: by the keyboard, with two disks.
load ../px

setup() {
	need qemu-system-x86_64 sfdisk zstd python3
	dir=$BATS_TEST_TMPDIR
	monitor=$dir/monitor
	img=$dir/image
	# noise, so that it comes slowly enough to be looked at
	truncate -s 32M "$img"
	printf 'label: gpt\nstart=2048, size=60000\n' | sfdisk -q "$img"
	printf '\353\376' | dd of="$img" conv=notrunc status=none # boot code: what no machine starts from is refused
	dd if=/dev/urandom of="$img" bs=1M seek=1 count=29 conv=notrunc status=none
	{
		printf 'Image: other\nSource: other.zst\nSize: 33554432\n\n'
		printf 'Image: small\nTitle: A small image\nSource: image.zst\nAfter: menu\nSize: 33554432\nSHA256: %s\n' \
			"$(sha256sum "$img" | cut -d ' ' -f 1)"
	} >"$dir/images"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$dir/tftp" "$dir/images" 52:54:00:00:00:01 ''
	zstd -q "$img" -o "$dir/tftp/image.zst"
	truncate -s 64M "$dir/disk0" "$dir/disk1"
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
}

serial_shows() {
	tr -d '\r' <"$dir/log" | sed 's/\x1b\[[0-9;?]*[A-Za-z]/\n/g' | grep -qF -- "$1"
}

vga() {
	"$PX_TOP/tests/boot/demo/vga" "$monitor" "$@"
}

vga_shows() {
	vga text >"$dir/screen"
	grep -qF -- "$1" "$dir/screen"
}

vga_matches() {
	vga text | grep -qE -- "$1"
}

# wait_shows SERIAL|VGA TEXT
wait_shows() {
	wait_for 180 "${1}_shows" "$2" || { echo "$1 does not show: $2" >&2; vga text | grep . >&2; return 1; }
}

# The machine has no other keyboard than the one on USB, and a second network card, of which the driver set knows
# nothing. With PX_PICTURES=docs the network page goes there as network.png.
@test "a USB keyboard takes the menu, the network page names a card without a driver, the serial line says who uses the menu and shows the installation too, the second screen has log and shell" {
	"$PX_TOP/tests/boot/demo/boot.sh" -k -t "$dir/tftp" -D "$dir/disk0" -D "$dir/disk1" -l "$dir/log" -m 256 \
		-q '-machine pc,i8042=off' -q '-device qemu-xhci' -q '-device usb-kbd' -q '-device ne2k_pci' \
		-q "-chardev socket,id=monitor,path=$monitor,server=on,wait=off" -q '-mon chardev=monitor' \
		'px: menu ready' 3>&-
	wait_shows serial 'choose an image'
	wait_shows vga 'choose an image'
	vga keys down
	wait_shows serial 'Somebody uses this menu on the console tty1'
	vga keys end up up up up ret
	wait_shows vga 'PCI id 10ec:8029: no driver here'
	wait_shows vga 'Reached     yes'
	[ -z "${PX_PICTURES:-}" ] || vga picture "$PX_PICTURES/network.png"
	vga keys esc home down ret
	wait_shows vga 'choose a disk for small'
	wait_shows vga 'PXDISK1'
	vga keys end ret
	wait_shows vga 'Type yes and Enter'
	vga keys y e s ret
	wait_shows vga 'Since'
	wait_shows serial 'Since'
	wait_shows serial 'px: installed small on /dev/vdb'
	wait_shows serial 'A small image is installed.'
	wait_shows vga 'A small image is installed.'
	vga keys alt-f2
	wait_shows vga 'Enter: a shell here'
	vga keys ret e c h o spc shift-4 shift-4 ret
	wait_for 20 vga_matches '^[0-9]+$'
	cmp -n 67108864 "$dir/disk0" /dev/zero
	cmp -n 30408704 -i 1048576 "$dir/disk1" "$img"
	[ "$(od -An -tx1 -j 510 -N 2 "$dir/disk1")" = ' 55 aa' ]
}

@test "a UEFI machine whose network comes first is told to boot its local disk, and does" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
	[ -r /usr/share/OVMF/OVMF_CODE_4M.fd ] || lacking "OVMF (package ovmf)"
	"$PX_TOP/tests/boot/demo/small.sh" "$PX_BUILD" trixie "$dir"
	zstd -q -d "$dir/small.img.zst" -o "$dir/small.img"
	# what the menu runs before it restarts, by a program of the site: nobody is at the keyboard
	mkdir -p "$dir/site/etc/px/site.d"
	printf '#!/bin/sh\n/etc/px/local && reboot -f\n' >"$dir/site/etc/px/site.d/local"
	chmod +x "$dir/site/etc/px/site.d/local"
	(cd "$dir/site" && find etc | cpio -o -H newc --quiet) | xz --check=crc32 >"$dir/tftp/site.cpio.xz"
	"$PX_TOP/tests/boot/demo/boot.sh" -u -w 150 -t "$dir/tftp" -l "$dir/log" \
		-d "file=$dir/small.img,format=raw,if=none,id=small" \
		-q '-device virtio-blk-pci,drive=small,bootindex=100' 'next: the local disk' 'px-small: up' 3>&-
}
