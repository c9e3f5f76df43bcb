#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# Network cards and disk controllers, as QEMU has them: each boots over PXE, finds its server, installs a small image on
# its disk, and boots from that disk. One pair, a USB stick as a target, and starting from a stick and from a card
# always, all of them with PX_LONG=1. What is wrong with a machine: bad-machines.bats.
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need qemu-system-x86_64 zstd
	disk=$BATS_TEST_TMPDIR/disk.img
	root=$BATS_TEST_TMPDIR/tftp
	truncate -s 1G "$disk"
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
}

long() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
}

# small [PARAMETERS]: a TFTP root with the small image
small() {
	"$PX_TOP/tests/boot/demo/small.sh" "$PX_BUILD" trixie "$BATS_FILE_TMPDIR"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$BATS_FILE_TMPDIR/small.stanza" \
		${1+52:54:00:00:00:01 "$1"}
	cp "$BATS_FILE_TMPDIR/small.img.zst" "$root/"
}

boot() {
	run "$BOOT" -l "$BATS_TEST_TMPDIR/log" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

# pair NIC QEMU-OPTIONS...: over PXE through that card onto $disk (drive d), then from it; RAM says how many MB of
# memory
pair() {
	local nic=$1 words=() option
	shift
	small 'px.image=small px.disk=largest px.auto px.timeout=1'
	for option; do words+=(-q "$option"); done
	boot -m "${RAM:-512}" -t "$root" -n "$nic" -q "-drive if=none,id=d,format=raw,cache=unsafe,file=$disk" \
		"${words[@]}" \
		'px: network: eth0 10.0.2.15, server 10.0.2.2' 'px: installed small' 'px-small: up'
}

@test "e1000e and AHCI" {
	long
	pair e1000e '-machine q35' '-device ide-hd,drive=d,bus=ide.0'
}

@test "rtl8139 and IDE" {
	long
	pair rtl8139 '-device ide-hd,drive=d,bus=ide.0'
}

@test "vmxnet3 and VMware's SCSI" {
	long
	pair vmxnet3 '-device pvscsi,id=s' '-device scsi-hd,drive=d,bus=s.0'
}

@test "virtio-net and virtio-scsi" {
	long
	pair virtio-net-pci '-device virtio-scsi-pci,id=s' '-device scsi-hd,drive=d,bus=s.0'
}

@test "e1000 and NVMe, with 128 MB of RAM" {
	RAM=128 pair e1000 '-device nvme,drive=d,serial=PXNVME'
}

@test "pcnet and LSI 53C895A" {
	long
	pair pcnet '-device lsi53c895a,id=s' '-device scsi-hd,drive=d,bus=s.0'
}

@test "i82559 and MegaRAID SAS" {
	long
	pair i82559er '-device megasas,id=s' '-device scsi-hd,drive=d,bus=s.0'
}

# No firmware here starts it over the network (iPXE sees no link): a stick does, with the images of the network's
# server.
@test "igb (Intel 82576), started by a stick, and NVMe" {
	long
	need mmdebstrap mcopy
	PX_QEMU=$("$PX_TOP/tests/boot/demo/newer-qemu.sh" "$PX_BUILD" trixie)
	export PX_QEMU
	small
	sed 's;^\(CONFIG_PX_CONSOLE="\).*;\1console=ttyS0,115200 no_timer_check px.image=small px.disk=/dev/nvme0n1 px.auto px.timeout=1";' \
		"$PX_TOP/.config" >"$BATS_TEST_TMPDIR/config"
	"$PX_TOP/initramfs/pack/usb.sh" "$PX_BUILD" trixie "$BATS_TEST_TMPDIR/config" "$PX_BUILD/tftpboot" \
		"$BATS_TEST_TMPDIR/usb.img"
	local nvme=(-q "-drive if=none,id=d,format=raw,cache=unsafe,file=$disk" -q '-device nvme,drive=d,serial=PXNVME')
	boot -n igb -N "user,id=n,tftp=$root" "${nvme[@]}" \
		-q "-drive if=none,id=u,format=raw,file=$BATS_TEST_TMPDIR/usb.img" \
		-q '-device qemu-xhci' -q '-device usb-storage,drive=u,bootindex=1' \
		'px: medium: /dev/sda1' 'px: network: eth0 10.0.2.15, server 10.0.2.2' 'px: installed small'
	boot "${nvme[@]}" 'px-small: up'
}

@test "virtio-net and LSI SAS 1068" {
	long
	# a SAS disk has a WWN, or the controller does not see it
	pair virtio-net-pci '-device mptsas1068,id=s' '-device scsi-hd,drive=d,bus=s.0,wwn=0x5000c50015ea71aa'
}

# removable ones are written only when named
@test "virtio-net and an SD card" {
	long
	small 'px.image=small px.disk=/dev/mmcblk0 px.auto px.timeout=1'
	boot -t "$root" -q "-drive if=none,id=d,format=raw,cache=unsafe,file=$disk" -q '-device sdhci-pci' \
		-q '-device sd-card,drive=d' \
		'px: installed small' 'px-small: up'
}

@test "virtio-net and a USB stick" {
	small 'px.image=small px.disk=/dev/sda px.auto px.timeout=1'
	boot -t "$root" -q "-drive if=none,id=d,format=raw,cache=unsafe,file=$disk" -q '-device qemu-xhci' \
		-q '-device usb-storage,drive=d' \
		'px: installed small' 'px-small: up'
}

# stick FIRMWARE-OPTION: the stick with the small image on USB, no network; its menu, and nothing is written
stick() {
	small
	"$PX_TOP/initramfs/pack/usb.sh" "$PX_BUILD" trixie "$PX_TOP/.config" "$root" "$BATS_TEST_TMPDIR/usb.img"
	boot "$@" -D "$disk" -q "-drive if=none,id=u,format=raw,snapshot=on,file=$BATS_TEST_TMPDIR/usb.img" \
		-q '-device qemu-xhci' -q '-device usb-storage,drive=u,bootindex=9' 'px: medium: /dev/sda1' \
		'px: menu ready' \
		'A small system'
	cmp -n 1073741824 "$disk" /dev/zero
}

@test "a BIOS machine without a network boots the stick and lists the images on it" {
	stick
}

@test "a UEFI machine with Secure Boot boots the stick and lists the images on it" {
	long
	stick -s
}

# card KIND: the card on IDE, with a site's own files, 96 MB of RAM, the catalog from the network
card() {
	local build=$BATS_TEST_TMPDIR/build site=$BATS_TEST_TMPDIR/site file
	mkdir -p "$build/tftpboot" "$site/etc/px/site.d"
	for file in "$PX_BUILD"/*; do
		case $file in
		*/tftpboot | */px-*) ;;
		*/root) cp -a "$file" "$build/" ;; # measured and packed: no link
		*) ln -s "$file" "$build/" ;;
		esac
	done
	ln -s "$PX_BUILD/tftpboot/vmlinuz" "$build/tftpboot/"
	printf '#!/bin/sh\necho site: here\n' >"$site/etc/px/site.d/here"
	chmod 755 "$site/etc/px/site.d/here"
	"$PX_TOP/initramfs/pack/site.sh" "$build" "$site"
	"$PX_TOP/initramfs/pack/card.sh" "$1" "$build" trixie "$PX_TOP/.config"
	small
	boot -m 96 -q "-drive if=ide,format=raw,snapshot=on,file=$build/px-$1.img" \
		-q "-netdev user,id=n,tftp=$root" -q '-device e1000,netdev=n' \
		'site: here' 'px: network: eth0 10.0.2.15' 'px: menu ready' 'A small system'
}

@test "a machine with 96 MB of RAM runs from a card with ext2 and a site's own files" {
	long
	card ext2
}

@test "a machine with 96 MB of RAM runs from a card with squashfs and a site's own files" {
	card squashfs
}

@test "an initramfs packed with zstd (PX_INITRAMFS_ZSTD) starts and installs, with 128 MB of RAM" {
	long
	need cpio
	[ -e "$PX_BUILD/root/etc/px/complete" ] || skip "no $PX_BUILD/root (make initramfs)"
	small 'px.image=small px.disk=largest px.auto px.timeout=1'
	rm "$root/px.cpio.xz"
	"$PX_TOP/initramfs/pack/cpio.sh" "$PX_BUILD/root" "$root/px.cpio.xz" "$(stat -c %Y "$PX_BUILD/tree")" zstd
	boot -m 128 -t "$root" -n virtio-net-pci -q "-drive if=virtio,format=raw,cache=unsafe,file=$disk" \
		'px: network: eth0 10.0.2.15, server 10.0.2.2' 'px: installed small' 'px-small: up'
}
