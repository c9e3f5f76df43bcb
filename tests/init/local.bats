#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Booting the local disk by UEFI firmware (etc/px/local): made-up variables, real partition tables.
load ../px
load init

setup() {
	fake_machine
	need xxd hexdump
}

GUID=8be4df61-93ca-11d2-aa0d-00e098032b8c

# entry NUMBER ATTRIBUTE NODE...: a boot entry of the firmware; nodes in hexadecimal
entry() {
	local name=$1 active=$2
	shift 2
	{
		printf '\7\0\0\0'"\\$active"'\0\0\0\0\0D\0\0\0'
		printf '%s' "$@" 7fff0400 | xxd -r -p
	} >"$root/sys/firmware/efi/efivars/Boot$name-$GUID"
}

@test "UEFI firmware is told to boot its first entry that is a disk, no network, stick, program or inactive one" {
	stub mountpoint ''
	efivars=$root/sys/firmware/efi/efivars
	mkdir -p "$efivars"
	pci=02010c00d041030a0000000001010600
	entry 0000 1 04071400c9bdb87cebf8344faaea3ee4af6516a1 0406140021aa2c4614760345836e8ab6f4662331
	entry 0001 1 "${pci}0003" 030b2500525400000001000000000000000000000000000000000000000000000000000001
	entry 0002 1 "${pci}0004" 030506000100
	entry 0003 0 "${pci}0005" 04012a00010000000008000000000000
	entry 001A 1 "${pci}0006" 04012a00010000000008000000000000
	entry 0004 1 "${pci}0007"
	printf '\7\0\0\0\0\0\1\0\2\0\3\0\x1a\0\4\0' >"$efivars/BootOrder-$GUID"
	run sh "$PX_TOP/initramfs/overlay/etc/px/local"
	[ "$status" -eq 0 ]
	[[ $output == *'boots its entry Boot001A next'* ]]
	[ "$(od -An -tx1 "$efivars/BootNext-$GUID")" = ' 07 00 00 00 1a 00' ]
}

@test "on a BIOS, or without an entry for a disk, nothing is told to the firmware" {
	run sh "$PX_TOP/initramfs/overlay/etc/px/local"
	[ "$status" -eq 1 ]
	stub mountpoint ''
	efivars=$root/sys/firmware/efi/efivars
	mkdir -p "$efivars"
	entry 0001 1 030b2500525400000001000000000000000000000000000000000000000000000000000001
	printf '\7\0\0\0\1\0\x77\0' >"$efivars/BootOrder-$GUID"
	run sh "$PX_TOP/initramfs/overlay/etc/px/local"
	[ "$status" -eq 1 ]
	[ ! -e "$efivars/BootNext-$GUID" ]
}

# --- the disk that was installed

PCI=02010c00d041030a0000000001010600
LOCAL=$PX_TOP/initramfs/overlay/etc/px/local

# GPT disk /dev/DISK with a Linux partition and behind it an EFI system partition; sets NODE, what names that in a
# device path
disk() {
	need sfdisk
	truncate -s 64M "$root/dev/$1"
	printf 'label: gpt\nstart=2048, size=2048, uuid=%s\nstart=8192, size=16384, type=uefi, uuid=%s\n' \
		0FC63DAF-8483-4772-8E79-3D69D8477DE4 "${2:-A1B2C3D4-E5F6-4789-ABCD-0123456789AB}" |
		sfdisk -q "$root/dev/$1"
	NODE=04012a000200000000200000000000000040000000000000d4c3b2a1f6e58947abcd0123456789ab0202
}

firmware() {
	stub mountpoint ''
	efivars=$root/sys/firmware/efi/efivars
	mkdir -p "$efivars"
	entry 0000 1 "${PCI}0003" 030b2500525400000001000000000000000000000000000000000000000000000000000001
	entry 0001 1 "${PCI}0004" # another disk
	printf '\7\0\0\0\0\0\1\0' >"$efivars/BootOrder-$GUID"
}

next() {
	od -An -tx1 "$efivars/BootNext-$GUID"
}

@test "the entry that names the installed disk's EFI system partition comes next, wherever it stands in the boot order" {
	disk vda
	firmware
	entry 000B 1 "$NODE" 04040600660000007fff0400
	run sh "$LOCAL" /dev/vda
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(next)" = ' 07 00 00 00 0b 00' ]
	[ "$(ls "$efivars" | wc -l)" -eq 5 ]
}

@test "a disk that the firmware has no entry for gets one, for the loader that lies on it; the boot order stays" {
	disk nvme0n1
	firmware
	cp "$efivars/BootOrder-$GUID" "$BATS_TEST_TMPDIR/order"
	stub mount 'for where; do :; done; mkdir -p "$where/EFI/debian"; : >"$where/EFI/debian/shimx64.efi"'
	run sh "$LOCAL" /dev/nvme0n1
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q "^mount -t vfat -o ro $root/dev/nvme0n1p2 " "$calls"
	[ "$(next)" = ' 07 00 00 00 02 00' ]
	cmp "$efivars/BootOrder-$GUID" "$BATS_TEST_TMPDIR/order"
	wide() { printf %s "$1" | iconv -t UTF-16LE | xxd -p | tr -d '\n'; }
	file=$(wide '\EFI\debian\shimx64.efi')0000
	path=${NODE}0404$(printf %02x $((${#file} / 2 + 4)))00${file}7fff0400
	[ "$(xxd -p "$efivars/Boot0002-$GUID" | tr -d '\n')" = \
		"0700000001000000$(printf %02x $((${#path} / 2)))00$(wide 'PXE Imager')0000$path" ]
}

@test "the entry that was made for an image is made over for the next image, so that they do not grow" {
	disk vda
	firmware
	run sh "$LOCAL" /dev/vda
	[[ $output == *'made Boot0002, /EFI/BOOT/BOOTX64.EFI'* ]]
	disk vda 11111111-2222-4333-8444-555555555555
	run sh "$LOCAL" /dev/vda
	[[ $output == *'made Boot0002, /EFI/BOOT/BOOTX64.EFI'* ]]
	xxd -p "$efivars/Boot0002-$GUID" | tr -d '\n' | grep -q 1111111122223343844455555555
	[ "$(ls "$efivars" | grep -c '^Boot00')" -eq 3 ]
}

@test "a disk without a GPT or without an EFI system partition leaves it to the boot order" {
	truncate -s 8M "$root/dev/vda"
	firmware
	run sh "$LOCAL" /dev/vda
	[ "$status" -eq 0 ]
	[ "$(next)" = ' 07 00 00 00 01 00' ]
	printf 'label: gpt\nstart=2048\n' | sfdisk -q "$root/dev/vda"
	rm "$efivars/BootNext-$GUID"
	run sh "$LOCAL" /dev/vda
	[ "$(next)" = ' 07 00 00 00 01 00' ]
}
