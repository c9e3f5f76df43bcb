# SPDX-License-Identifier: GPL-2.0-or-later
# Will it boot here? What pxwrite says of an image before the first byte is written: -e names the machine.
load ../px
load ../write/write

setup() {
	need sfdisk mkfs.vfat mmd mcopy python3
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	[ -z "${LOOPS:-}" ] || loop_gone
}

# code IMAGE: boot code in its first sector
code() {
	printf '\353\376code' | dd of="$1" conv=notrunc status=none
}

# plain_image: img is a GPT of two partitions for Linux, with neither boot code nor an EFI system partition
plain_image() {
	truncate -s 6M img
	printf 'label: gpt\n,1M,L\n,,L\n' | sfdisk -q img
}

# program FILE MACHINE [SIGNATURE-BYTES]: the head of an EFI program (PE32+) for that processor, in hexadecimal
program() {
	python3 - "$@" <<'PY'
import struct, sys
path, machine, signature = sys.argv[1], int(sys.argv[2], 16), int((sys.argv + ['0'])[3])
pe = b'PE\0\0' + struct.pack('<HHIIIHH', machine, 1, 0, 0, 0, 240, 0x22e) + struct.pack('<H', 0x20b) + bytes(106)
pe += struct.pack('<I', 16) + bytes(4 * 8) + struct.pack('<II', 4096, signature) + bytes(11 * 8)
open(path, 'wb').write(b'MZ' + bytes(58) + struct.pack('<I', 192) + bytes(128) + pe + bytes(8192))
PY
}

# esp_image FAT-BITS [PATH=FILE...]: img is a GPT with an EFI system partition from 1 MiB on that holds these
esp_image() {
	local bits=$1 mib=8 sectors=8 pair path
	shift
	[ "$bits" = 12 ] || sectors=1
	[ "$bits" != 16 ] || mib=20
	[ "$bits" != 32 ] || mib=40
	rm -f img fat
	truncate -s $((mib + 3))M img
	printf 'label: gpt\nstart=1MiB,size=%sMiB,type=U\n' $mib | sfdisk -q img
	truncate -s ${mib}M fat
	mkfs.vfat -F "$bits" -s $sectors fat >/dev/null
	for pair; do
		path=${pair%%=*}
		[[ $path != */* ]] || mmd -D s -i fat ::EFI ::EFI/BOOT 2>/dev/null || true
		mcopy -i fat "${pair#*=}" "::$path"
	done
	dd if=fat of=img bs=1M seek=1 conv=notrunc status=none
}

# look MACHINE [OPTION...]: pxwrite -n of img, by a pipe, packed
look() {
	rm -f disk
	truncate -s 100M disk
	run sh -c 'zstd -qc img | pxwrite -n -p 3 -e "$@" disk 3>said' sh "$@"
	echo "$output"
	cat said
}

# warned KEYWORD TEXT, refused TEXT, content: how it ended
warned() {
	[ "$status" -eq 0 ]
	[[ $output == *"pxwrite: warning: "*"$2"* ]]
	grep -q "^warning=$1 " said
}

refused() {
	[ "$status" -eq 10 ]
	[[ $output == *"$1"*"if that is meant so: -e any)"* ]]
	grep -qx why=refused said
}

content() {
	[ "$status" -eq 0 ]
	[[ $output != *warning* ]]
}

@test "a table without boot code is refused for a BIOS before the first byte, and written with -e any" {
	plain_image
	truncate -s 10M disk
	run pxwrite -e bios -i img disk
	untouched disk "$(truncate -s 10M zeros; sha256_of zeros)" 10
	[[ $output == *"no boot code in its first sector"* ]]
	run pxwrite -f -e bios -i img disk
	[ "$status" -eq 10 ]
	run pxwrite -e any -i img disk
	[ "$status" -eq 0 ]
	code img
	look bios
	content
}

@test "what a BIOS may not start is a warning: no active partition, or an EFI system partition instead of code" {
	truncate -s 8M img
	printf 'label: dos\nstart=2048,size=8192,type=83\n' | sfdisk -q img
	code img
	look bios
	warned no-active "no active partition"
	sfdisk -q -A img 1
	look bios
	content
	esp_image 12
	look bios
	warned no-code "by UEFI only"
}

@test "an image without an EFI system partition is refused for UEFI when it has no boot code either, or Secure Boot is on" {
	plain_image
	look uefi
	refused "no EFI system partition"
	code img
	look uefi
	warned no-esp "it may start by a BIOS"
	look secure
	refused "no EFI system partition"
}

@test "the fallback loader is found in FAT of 12, 16 and 32 bits, behind the first MiB of a packed image" {
	program x64 8664
	head -c 1500 /dev/urandom >filler
	for bits in 12 16 32; do
		esp_image $bits $(printf 'FILE%s.BIN=filler ' $(seq 40)) EFI/BOOT/BOOTX64.EFI=x64
		look uefi
		content
		esp_image $bits A.TXT=filler
		look uefi
		warned no-loader "has no EFI/BOOT/BOOTX64.EFI"
		esp_image $bits
		look uefi
		refused "EFI system partition is empty"
	done
}

@test "a loader for another processor, none at all, an unsigned one with Secure Boot: refused" {
	program arm aa64
	program x64 8664
	program signed 8664 1000
	program ia32 14c
	head -c 5000 /dev/urandom >noise
	esp_image 16 EFI/BOOT/BOOTAA64.EFI=arm
	look uefi
	refused "EFI loader is for ARM (64 bits)"
	esp_image 16 EFI/BOOT/BOOTX64.EFI=arm
	look uefi
	refused "EFI loader is for ARM (64 bits)"
	esp_image 16 EFI/BOOT/BOOTIA32.EFI=ia32
	look uefi
	warned other-cpu "x86 (32 bits)"
	esp_image 16 EFI/BOOT/BOOTX64.EFI=noise
	look uefi
	refused "is no EFI program"
	esp_image 16 EFI/BOOT/BOOTX64.EFI=x64
	look secure
	refused "Secure Boot is on, and the image's EFI/BOOT/BOOTX64.EFI is not signed"
	esp_image 16 EFI/BOOT/BOOTX64.EFI=signed EFI/BOOT/BOOTAA64.EFI=arm
	look secure
	content
}

@test "a loader in FAT that is no EFI system partition is looked at, too: firmware may start it, or not for the same reasons" {
	program arm aa64
	program x64 8664
	program signed 8664 1000
	for kind in EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 mbr; do
		for loader in x64 arm signed; do
			esp_image 16 EFI/BOOT/BOOTX64.EFI=$loader
			if [ "$kind" = mbr ]; then
				dd if=/dev/zero of=img bs=1M count=1 conv=notrunc status=none
				truncate -s 21M img # no second GPT
				printf 'label: dos\nstart=1MiB,size=20MiB,type=e\n' | sfdisk -q img
			else
				sfdisk -q --part-type img 1 $kind
			fi
			look secure
			case $loader in
			x64) refused "Secure Boot is on, and the image's EFI/BOOT/BOOTX64.EFI is not signed" ;;
			arm) refused "EFI loader is for ARM (64 bits)" ;;
			signed) content ;;
			esac
		done
	done
}

@test "what has code for a BIOS, too, is not refused for its EFI loader without Secure Boot" {
	program arm aa64
	esp_image 16 EFI/BOOT/BOOTAA64.EFI=arm
	code img
	look uefi
	warned other-cpu "EFI loader is for ARM"
}

@test "Debian's signed shim is a signed program for this processor" {
	shim=$PX_BUILD/tftpboot/shimx64.efi
	[ -e "$shim" ] || skip "no $shim: make tftpboot"
	esp_image 32 "EFI/BOOT/BOOTX64.EFI=$shim"
	look secure
	content
}

@test "an image that is no system is never refused: a file system without a table, data" {
	need mke2fs
	truncate -s 8M img
	mke2fs -q -F img
	look uefi
	warned no-esp "no EFI system partition"
	look bios
	warned no-code "no boot code"
	junk img 3M
	for machine in bios uefi secure; do
		look $machine -f
		[ "$status" -eq 0 ]
		none grep -q '^warning=no-' said
	done
}

@test "where not all that is needed is there, nothing is said: a loader behind 16 MiB, folders that make no sense" {
	program x64 8664
	truncate -s 30M img
	printf 'label: gpt\nstart=20MiB,size=8MiB,type=U\n' | sfdisk -q img
	truncate -s 8M fat
	mkfs.vfat -F 12 -s 8 fat >/dev/null
	dd if=fat of=img bs=1M seek=20 conv=notrunc status=none
	look uefi
	content
	run pxwrite -n -e uefi -i img disk # of a raw file any part can be seen
	[ "$status" -eq 10 ]
	esp_image 12 EFI/BOOT/BOOTX64.EFI=x64
	python3 - <<'PY'
image = bytearray(open('img', 'rb').read())
at = image.index(b'EFI        ', 1 << 20)
image[at + 26:at + 28] = b'\xf0\xff'
open('img', 'wb').write(image)
PY
	look uefi
	content
}

@test "a stick, a file or a loop device is for another machine: without -e nothing is refused, and with -n it is said" {
	plain_image
	truncate -s 10M disk
	run pxwrite -i img disk
	[ "$status" -eq 0 ]
	[[ $output != *warning* ]]
	run pxwrite -n -f -i img disk
	[ "$status" -eq 0 ]
	[[ $output == *"warning: this machine was started by"* ]]
}

# firmware VALUE: pxwrite -n of img on a machine whose variable SecureBoot is that
firmware() {
	run unshare -m sh -eu -c 'mount -t tmpfs tmpfs /sys/firmware
		mkdir -p /sys/firmware/efi/efivars
		printf "\6\0\0\0\\$1" >/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
		exec pxwrite -n -f -i img disk' sh "$1"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "whether Secure Boot is on is read from the firmware's variable" {
	need_root
	need unshare
	program x64 8664
	esp_image 16 EFI/BOOT/BOOTX64.EFI=x64
	truncate -s 100M disk
	firmware 1
	[[ $output == *"warning: Secure Boot is on, and the image's EFI/BOOT/BOOTX64.EFI is not signed"* ]]
	firmware 0
	[[ $output != *"Secure Boot"* ]]
}

@test "-e takes bios, uefi, secure and any, and says nothing about a pipe" {
	truncate -s 10M disk
	run pxwrite -e openfirmware -i /dev/null disk
	[ "$status" -eq 2 ]
	[[ $output == *"not one of bios, uefi, secure, any"* ]]
	run pxwrite -e any - </dev/null
	[ "$status" -eq 2 ]
}
