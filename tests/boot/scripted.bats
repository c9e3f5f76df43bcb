#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# The shipped examples of scripted images in QEMU: installed over PXE, until the box boots from its disk. With
# PX_LONG=1: install/scripted has every step of it without QEMU.
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh
SUITE=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")

setup() {
	need qemu-system-x86_64 zstd
	disk=$BATS_TEST_TMPDIR/disk.img
	root=$BATS_TEST_TMPDIR/tftp
	log=$BATS_TEST_TMPDIR/log
}

teardown() {
	[ ! -s "$log.pid" ] || kill "$(cat "$log.pid")" 2>/dev/null || true
}

long() {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes: set PX_LONG=1"
}

# image EXAMPLE ARCHIVE: a TFTP root whose catalog has it; the archive's proof is in BUILD/demo
image() {
	printf 'Image: %s\nInit: example/%s-init.sh\nArchive: %s.tar.zst\nPost: example/%s-post.sh\n' "$1" "$1" "$2" \
		"$1" |
		cat - "$PX_BUILD/demo/$2.tar.proof" >"$BATS_TEST_TMPDIR/images"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$BATS_TEST_TMPDIR/images" 52:54:00:00:00:01 \
		"px.image=$1 px.disk=$3 px.auto px.timeout=1"
	ln -f "$PX_BUILD/demo/$2.tar.zst" "$root/"
}

@test "Debian as a scripted image is installed with ext4 and extlinux and boots from its disk" {
	long
	need_root
	"$PX_TOP/tests/boot/scripted/debian.sh" "$PX_BUILD" "$SUITE"
	image ext4 debian smallest
	truncate -s 1G "$disk"
	run "$BOOT" -t "$root" -D "$disk" -l "$log" -w 500 'px: running the Init' 'px: unpacking' 'px: installed ext4' \
		'px-demo login:'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "Debian as a scripted image is installed with GPT, ESP and systemd-boot and boots under UEFI" {
	long
	need_root
	[ -e /usr/share/OVMF/OVMF_CODE_4M.fd ] || lacking "OVMF (package ovmf)"
	"$PX_TOP/tests/boot/scripted/debian.sh" "$PX_BUILD" "$SUITE"
	image uefi debian smallest
	truncate -s 2G "$disk"
	run "$BOOT" -t "$root" -D "$disk" -l "$log" 'px: installed uefi'
	echo "$output"
	[ "$status" -eq 0 ]
	run "$BOOT" -D "$disk" -m 1024 -l "$log" -w 300 \
		-q "-drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd" \
		-q "-drive if=pflash,format=raw,snapshot=on,file=/usr/share/OVMF/OVMF_VARS_4M.fd" 'px-demo login:'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a router image is installed on a CF card and boots with a serial console and little memory" {
	long
	"$PX_TOP/tests/boot/scripted/router.sh" "$PX_BUILD" "$SUITE"
	image router router smallest
	truncate -s 64M "$disk"
	run "$BOOT" -t "$root" -n e1000 -d "file=$disk,format=raw,if=ide,cache=unsafe" -l "$log" 'px: installed router'
	echo "$output"
	[ "$status" -eq 0 ]
	# The least that Debian's kernel starts with is 72 MiB (16 and the 56 of init_size in its header), with anything
	# in the initramfs 76; boards of 64 MB want a kernel of their own in the archive.
	run "$BOOT" -d "file=$disk,format=raw,if=ide,cache=unsafe" -m 80 -l "$log" 'router: up, /dev/sda2'
	echo "$output"
	[ "$status" -eq 0 ]
}
