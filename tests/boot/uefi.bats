#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# The same TFTP root on UEFI machines, without and with Secure Boot: shim, GRUB, the menu, an installation, and the
# installed system. BIOS is menu.bats.
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need qemu-system-x86_64
	[ -r /usr/share/OVMF/OVMF_CODE_4M.secboot.fd ] || lacking "OVMF (package ovmf)"
	disk=$BATS_TEST_TMPDIR/disk.img
	root=$BATS_TEST_TMPDIR/tftp
	truncate -s 2G "$disk"
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
}

# machine IMAGE [PARAMETERS]: a TFTP root for the machine 52:54:00:00:00:01; IMAGE is small or debian-demo
machine() {
	local dir=$PX_BUILD/demo file
	if [ "$1" = small ]; then
		dir=$BATS_TEST_TMPDIR
		"$PX_TOP/tests/boot/demo/small.sh" "$PX_BUILD" trixie "$dir"
	fi
	file=${1%-demo}
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$dir/$file.stanza" ${2+52:54:00:00:00:01 "$2"}
	cp "$dir/$file.img.zst" "$root/"
}

# boot -u|-s OPTIONS PATTERN...: until the console has said all of it (the firmware comes before the disk)
boot() {
	run "$BOOT" "$1" -D "$disk" -l "$BATS_TEST_TMPDIR/log" "${@:2}"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a UEFI machine boots over PXE to the menu, knows its server, and its disk stays as it is" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set (boot/netboot has a UEFI machine's menu)"
	machine small
	boot -u -t "$root" 'px: network: [a-z0-9]+ 10.0.2.15, server 10.0.2.2' 'px: menu ready' 'A small system'
	cmp -n 2147483648 "$disk" /dev/zero
}

@test "a UEFI machine with Secure Boot on boots over PXE, installs an image unattended and boots into it" {
	machine small 'px.image=small px.disk=/dev/vda px.auto px.timeout=1 loglevel=7'
	boot -s -t "$root" '[Ss]ecure boot enabled' 'px: installed small' 'px-small: up'
}

# unsigned: the small image, whose loader is no longer signed (its PE header says so), in place of the signed one
unsigned() {
	cd "$BATS_TEST_TMPDIR"
	zstd -qd small.img.zst
	mcopy -i small.img@@1M ::EFI/BOOT/BOOTX64.EFI loader
	python3 -c 'import struct, sys
data = bytearray(open("loader", "rb").read())
certificates = struct.unpack_from("<I", data, 60)[0] + 168
assert data[certificates:certificates + 8] != bytes(8)
data[certificates:certificates + 8] = bytes(8)
open("loader", "wb").write(data)'
	mcopy -o -i small.img@@1M loader ::EFI/BOOT/BOOTX64.EFI
	zstd -qf -3 small.img
	sed -i -e "s/^SHA256: .*/SHA256: $(sha256sum <small.img | cut -c 1-64)/" \
		-e "s/^Source-SHA256: .*/Source-SHA256: $(sha256sum <small.img.zst | cut -c 1-64)/" tftp/images
	cp small.img.zst tftp/
}

@test "a machine knows whether Secure Boot is on: an unsigned loader is refused there, and installed and started elsewhere" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set (tests/write/boot.bats has the rule, the machine's word is taken)"
	need mcopy python3 zstd
	machine small 'px.image=small px.disk=/dev/vda px.auto px.timeout=1'
	unsigned
	boot -s -w 800 -t "$root" -x 'Kernel panic' 'px: FAILED: write: .*Secure Boot is on' 'BOOTX64.EFI is not signed'
	cmp -n 2147483648 "$disk" /dev/zero
	boot -u -w 800 -t "$root" 'px: installed small' 'px-small: up'
}

@test "GRUB's entry for the disk starts the one that the firmware has behind the network, with Secure Boot, too" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
	local firmware
	machine small ''
	printf 'set default=local\nset timeout=0\n' >"$root/grub/01-52-54-00-00-00-01"
	zstd -q -d -f "$root/small.img.zst" -o "$disk"
	for firmware in -u -s; do
		run "$BOOT" $firmware -t "$root" -l "$BATS_TEST_TMPDIR/log" -x 'px: PXE Imager|UiApp' \
			-d "file=$disk,format=raw,if=none,id=d,snapshot=on" \
			-q '-device virtio-blk-pci,drive=d,bootindex=100' 'px-small: up'
		echo "$output"
		[ "$status" -eq 0 ]
	done
}

@test "UEFI machines with and without Secure Boot install Debian and boot into it" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set (a smaller image is tested)"
	machine debian-demo 'px.image=debian-demo px.disk=/dev/vda px.auto px.timeout=1'
	boot -u -t "$root" -w 600 'px: installed debian-demo' 'px-demo login:'
	rm "$disk"
	truncate -s 2G "$disk"
	boot -s -t "$root" -w 600 'px: installed debian-demo' 'px-demo login:'
}
