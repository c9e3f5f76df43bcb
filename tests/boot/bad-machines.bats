#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# Machines that something is wrong with: each says on its console what it is; none hangs without a word, none writes to
# a disk. One of each kind always, all of them with PX_LONG=1. (What the menu and the network script make of it without
# QEMU: disk/hint, menu/screens, init/init, init/network.)
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh
SUITE=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")

setup() {
	need qemu-system-x86_64 zstd
	root=$BATS_TEST_TMPDIR/tftp
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
}

long() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
}

# small [PARAMETERS]: a TFTP root with the small image
small() {
	"$PX_TOP/tests/boot/demo/small.sh" "$PX_BUILD" "$SUITE" "$BATS_FILE_TMPDIR"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$BATS_FILE_TMPDIR/small.stanza" \
		${1+52:54:00:00:00:01 "$1"}
	cp "$BATS_FILE_TMPDIR/small.img.zst" "$root/"
}

# boot OPTIONS PATTERN...: nothing is fatal but that a pattern does not come
boot() {
	run "$BOOT" -l "$BATS_TEST_TMPDIR/log" -x '' "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

# direct INITRAMFS OPTIONS PATTERN...: without a loader
direct() {
	boot -q "-kernel $PX_BUILD/tftpboot/vmlinuz" -q "-initrd $1" -q '-append console=ttyS0,115200' "${@:2}"
}

said() {
	tr -d '\r' <"$BATS_TEST_TMPDIR/log" | grep -aqE -- "$1"
}

@test "a network card without a driver is named by its PCI id" {
	direct "$PX_BUILD/tftpboot/px.cpio.xz" -q '-device ne2k_pci' 'no driver for the network card .PCI id 10ec:8029.'
}

@test "a network on which no DHCP server answers is named, on the menu's page, too" {
	long
	direct "$PX_BUILD/tftpboot/px.cpio.xz" -q '-netdev user,id=n,ipv4=off' -q '-device virtio-net-pci,netdev=n' \
		'px: network: no DHCP answer on eth0 in 60 s' \
		'The list of images is not here yet.*no DHCP answer on eth0'
}

@test "an unattended machine without a disk says so" {
	long
	small 'px.image=small px.disk=largest px.auto px.timeout=1'
	boot -t "$root" 'px: FAILED: .*there is no disk'
	! said 'Kernel panic'
}

@test "a disk controller without a driver is named by its PCI id" {
	truncate -s 64M "$BATS_TEST_TMPDIR/disk"
	small 'px.image=small px.disk=largest px.auto px.timeout=1'
	boot -t "$root" -q '-device am53c974,id=s' -q "-drive if=none,id=d,format=raw,file=$BATS_TEST_TMPDIR/disk" \
		-q '-device scsi-hd,drive=d,bus=s.0' 'px: FAILED: .*PCI id 1022:2020'
}

@test "an initramfs that was cut says so, from the first MB on" {
	for bytes in ${PX_LONG:+2000000} 1000000; do
		head -c $bytes "$PX_BUILD/tftpboot/px.cpio.xz" >"$BATS_TEST_TMPDIR/cut"
		direct "$BATS_TEST_TMPDIR/cut" 'px: this system is incomplete' 'cut short or damaged'
		none said 'Kernel panic'
	done
}

@test "an initramfs that pxelinux got a part of says so" {
	long
	small
	head -c 5000000 "$PX_BUILD/tftpboot/px.cpio.xz" >"$root/px.cpio.xz"
	boot -t "$root" 'px: this system is incomplete' 'cut short or damaged'
}

# (pxelinux's own lines about it are on the screen only)
@test "an initramfs cut before that panics, with the reason in the kernel's words, and in GRUB's" {
	long
	[ -r /usr/share/OVMF/OVMF_CODE_4M.fd ] || lacking "OVMF (package ovmf)"
	small
	head -c 200000 "$PX_BUILD/tftpboot/px.cpio.xz" >"$root/px.cpio.xz"
	boot -t "$root" 'Initramfs unpacking failed' 'Kernel panic'
	boot -u -t "$root" 'If the kernel panics or cannot be' 'Initramfs unpacking failed' 'Kernel panic'
}

@test "too little RAM is named by the system, and where that cannot start, by the kernel" {
	direct "$PX_BUILD/tftpboot/px.cpio.xz" -m 104 'px: this system is incomplete' 'needs [0-9]* MB' 'Add memory'
	direct "$PX_BUILD/tftpboot/px.cpio.xz" -m 80 'Kernel panic - not syncing: System is deadlocked on memory'
}

# There the firmware keeps memory for itself and loads the kernel: GRUB can say more than pxelinux, and sooner.
@test "too little RAM is named under UEFI, by GRUB, where the firmware cannot load the kernel" {
	long
	[ -r /usr/share/OVMF/OVMF_CODE_4M.fd ] || lacking "OVMF (package ovmf)"
	small
	boot -u -m 112 -t "$root" 'loaded, that file came incomplete, or there is less than 128 MB of memory' \
		'cannot load image' 'Press any key'
}

@test "a site.cpio.xz that came cut is named" {
	small
	mkdir -p "$BATS_TEST_TMPDIR/site/etc" "$BATS_TEST_TMPDIR/build/tftpboot"
	head -c 300000 "$PX_BUILD/px.cpio.xz" >"$BATS_TEST_TMPDIR/site/etc/data"
	"$PX_TOP/initramfs/pack/site.sh" "$BATS_TEST_TMPDIR/build" "$BATS_TEST_TMPDIR/site"
	head -c 200000 "$BATS_TEST_TMPDIR/build/tftpboot/site.cpio.xz" >"$root/site.cpio.xz"
	boot -t "$root" 'px: site.cpio.xz could not be unpacked'
}

# target PARAMETERS DEVICE: .config with more kernel parameters for a stick or card
target() {
	sed "s;^\(CONFIG_PX_CONSOLE=\"\).*;\1console=ttyS0,115200 no_timer_check px.image=small px.disk=$1 px.auto px.force px.timeout=1\";" \
		"$PX_TOP/.config" >"$BATS_TEST_TMPDIR/config"
}

@test "the stick that was booted is refused as a target, with px.force too" {
	small
	target /dev/sda
	"$PX_TOP/initramfs/pack/usb.sh" "$PX_BUILD" "$SUITE" "$BATS_TEST_TMPDIR/config" "$root" \
		"$BATS_TEST_TMPDIR/usb.img"
	sum=$(sha256sum <"$BATS_TEST_TMPDIR/usb.img")
	boot -q "-drive if=none,id=u,format=raw,file=$BATS_TEST_TMPDIR/usb.img" -q '-device qemu-xhci' \
		-q '-device usb-storage,drive=u,bootindex=9' 'px: medium: /dev/sda1' \
		'px: FAILED: .*the running system is on it'
	[ "$(sha256sum <"$BATS_TEST_TMPDIR/usb.img")" = "$sum" ]
}

@test "the card that the system runs from is refused as a target, with px.force too" {
	long
	small
	target /dev/sda
	"$PX_TOP/initramfs/pack/card.sh" squashfs "$PX_BUILD" "$SUITE" "$BATS_TEST_TMPDIR/config"
	mv "$PX_BUILD/px-squashfs.img" "$BATS_TEST_TMPDIR/card.img"
	sum=$(sha256sum <"$BATS_TEST_TMPDIR/card.img")
	boot -q "-drive if=ide,format=raw,file=$BATS_TEST_TMPDIR/card.img" -q "-netdev user,id=n,tftp=$root" \
		-q '-device e1000,netdev=n' 'px: FAILED: .*the running system is on it'
	[ "$(sha256sum <"$BATS_TEST_TMPDIR/card.img")" = "$sum" ]
}
