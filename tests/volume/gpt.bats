#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# volume/gpt.h: what an image is, and its partition table fitted to the disk.
load ../px
load ../disk/disk

setup_file() {
	drivers volume/gpt
	export GPT=$BATS_FILE_TMPDIR/px-gpt
	PATH=$PATH:/usr/sbin:/sbin
	need sgdisk sfdisk
	# once: sgdisk sleeps a second whenever it has written
	truncate -s 64M "$BATS_FILE_TMPDIR/gpt.img"
	sgdisk -n2:2048:+10M -t2:ef00 -n1:32768:+20M "$BATS_FILE_TMPDIR/gpt.img" >/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	PATH=$PATH:/usr/sbin:/sbin
}

teardown() { unloop; }

look() { run -0 "$GPT" look "$1"; }

# mend IMAGE DISK_BYTES SECTOR [grow]
mend() {
	rm -f disk
	truncate -s "$2" disk
	cp disk before
	run "$GPT" mend "$1" disk "$3" $4
}

# approved [LOOP]: sgdisk has nothing to say against the table (without one it makes its own, and approves of that)
approved() {
	sgdisk -v "${1:-disk}" >sgdisk.out 2>&1
	grep -q 'No problems found' sgdisk.out && ! grep -q 'Creating new GPT' sgdisk.out || {
		cat sgdisk.out
		return 1
	}
}

# judge [LOOP]: both tools call the table right
judge() {
	approved "$@"
	run -0 sfdisk --verify "${1:-disk}"
	says "No errors detected"
}

gpt_image() { cp "$BATS_FILE_TMPDIR/gpt.img" image; }

# gpt_full: one partition that takes all but the tables
gpt_full() {
	truncate -s 64M image
	printf 'label: gpt\nfirst-lba: 34\nstart=2048,size=126976\n' | sfdisk -q image
}

mbr_image() {
	truncate -s 32M image
	printf 'label: dos\n%s\n' "${1:-start=2048,size=20480
start=40960,size=8192,bootable}" | sfdisk -q image
}

@test "a GPT of sgdisk is seen, with its end and its EFI system partition" {
	gpt_image
	look image
	expect words "GPT, 2 partitions, 512-byte sectors"
	expect end $((32768 * 512 + 20 * 1048576))
	expect efi 1
	expect bios 0
	expect refuse -
	labels image bios-code
	look image
	expect bios 1
}

@test "a GPT moved to larger disks of odd sizes satisfies sgdisk and sfdisk" {
	gpt_image
	for bytes in $((64 << 20)) 99999744 $((67108864 + 512)) $((3 << 30)); do
		mend image "$bytes" 512
		[ "$status" = 0 ]
		expect grown 0
		judge
		sgdisk -i 1 disk | grep -q 'Last sector: 73727 '
	done
}

@test "a GPT on a disk over 2 TiB keeps the protective MBR's size at its cap" {
	gpt_image
	mend image $((3 << 40)) 512 grow
	[ "$status" = 0 ]
	judge
	[ "$(od -An -tx4 -j458 -N4 disk | tr -d ' ')" = ffffffff ]
}

@test "the last partition by position grows to the last whole MiB, whatever its number" {
	gpt_image
	mend image 99999744 512 grow
	[ "$status" = 0 ]
	expect grown 1
	expect from $((20 << 20))
	expect to $((79 << 20))
	judge
	sgdisk -i 1 disk | grep -q 'Last sector: 194559 '
	sgdisk -i 2 disk | grep -q 'Last sector: 22527 '
}

@test "growing where nothing is free changes no partition and says so" {
	gpt_full
	mend image $((64 << 20)) 512 grow
	[ "$status" = 0 ]
	expect grown 0
	expect note "nothing free behind the last partition: it keeps its size"
	expect changed 0
	judge
	cmp image disk
}

@test "a table of 200 entries and one of 16 are fitted, too" {
	for n in 200 16 129; do
		rm -f image
		truncate -s 32M image
		printf 'label: gpt\ntable-length: %s\nstart=4096,size=8192\nstart=20480,size=20480\n' $n | sfdisk -q image
		mend image $((64 << 20)) 512 grow
		[ "$status" = 0 ]
		expect grown 2
		run -0 sfdisk -d disk
		says "last-lba"
		run -0 sfdisk --verify disk
		says "No errors detected"
		approved
	done
}

@test "entries that lie elsewhere in the first MiB are kept there" {
	truncate -s 64M image
	sgdisk -j 40 -n1:2048:+10M image >/dev/null
	mend image $((80 << 20)) 512 grow
	[ "$status" = 0 ]
	expect grown 1
	judge
	sgdisk -p disk | grep -q 'Main partition table begins at sector 40 '
}

@test "a GPT whose entries lie past the first MiB is left as it is, and its backup is spoken of" {
	truncate -s 64M image
	sgdisk -j 4096 -n1:8192:+10M image >/dev/null
	look image
	expect words "GPT with its entries behind the first MiB, 512-byte sectors"
	mend image $((80 << 20)) 512 grow
	[ "$status" = 0 ]
	expect changed 0
	expect tail 0+0
	says "its backup stays where the image ends (sgdisk -e moves it)"
	run -0 sgdisk -p disk
	says "8192           28671 "
	mend image $((80 << 20)) 4096
	[ "$status" = 1 ]
	says "GPT is for sectors of 512 bytes, the disk has 4096"
}

@test "a GPT whose entries lie past the first MiB and whose header is damaged is broken" {
	truncate -s 64M image
	sgdisk -j 4096 -n1:8192:+10M image >/dev/null
	printf X | dd of=image bs=1 seek=$((512 + 60)) conv=notrunc status=none
	look image
	says "broken partition table: its header's checksum is wrong"
}

@test "a GPT with sectors of 4096 bytes is told from the image and fitted to such a disk" {
	need_root
	need losetup
	truncate -s 64M image
	dev=$(loop image -b 4096)
	printf 'label: gpt\nfirst-lba: 6\nstart=256,size=2560\nstart=4096,size=2560\n' | sfdisk -q "$dev"
	unloop
	look image
	expect words "GPT, 2 partitions, 4096-byte sectors"
	expect sector 4096
	mend image $((200 << 20)) 512
	[ "$status" = 1 ]
	says "GPT is for sectors of 4096 bytes, the disk has 512"
	mend image $((200 << 20)) 4096 grow
	[ "$status" = 0 ]
	expect grown 2
	judge "$(loop disk -b 4096)"
}

@test "libblkid finds the partitions of a mended and grown table, GPT and MBR" {
	need partx
	gpt_image
	mend image 99999744 512 grow
	run -0 partx -g -r -o NR,START,SECTORS disk
	[ "$output" = $'1 32768 161792\n2 2048 20480' ]
	rm image
	mbr_image
	mend image 99999744 512 grow
	run -0 partx -g -r -o NR,START,SECTORS disk
	[ "$output" = $'1 2048 20480\n2 40960 153600' ]
}

@test "the backup alone, the primary zeroed, is a table that sgdisk restores" {
	gpt_image
	mend image 99999744 512 grow
	dd if=/dev/zero of=disk bs=512 seek=1 count=33 conv=notrunc status=none
	run sgdisk -p disk
	says "32768          194559 "
	says " 2048           22527 "
}

@test "an image for 512-byte sectors is refused on a disk with 4096, GPT and MBR alike" {
	gpt_image
	mend image $((200 << 20)) 4096
	[ "$status" = 1 ]
	says "GPT is for sectors of 512 bytes, the disk has 4096"
	rm image
	mbr_image
	mend image $((200 << 20)) 4096
	[ "$status" = 1 ]
	says "MBR is for sectors of 512 bytes, the disk has 4096"
	cmp disk before
}

@test "a GPT on a disk one sector too small is refused, one sector more is enough" {
	gpt_full
	mend image $(((129024 + 33) * 512 - 512)) 512
	[ "$status" = 1 ]
	says "the partitions need a disk of $(((129024 + 33) * 512)) bytes"
	truncate -s $(((129024 + 33) * 512)) disk
	run -0 "$GPT" mend image disk 512
	truncate -s $(((129024 + 33) * 512)) disk # the test driver put all of the image there
	approved
}

# cut SECTORS-AND-BYTES-SHORT PROOF: of an image whose last partition is all but the end of it
cut_by() {
	run "$GPT" cut image $(((40960 + 8192) * 512 - $1)) "$2"
	[ "$status" = 0 ]
}

@test "an image that ends before its last partition does is not whole, by a sector as by half of it" {
	mbr_image
	for proof in none part; do
		for short in 512 1024 4095 4096 8000000; do
			cut_by $short $proof
			expect cut "its last partition"
			expect need $(((40960 + 8192) * 512))
		done
		for short in 0 1 511; do # the rest of a sector is written as zeros
			cut_by $short $proof
			expect cut -
		done
	done
	cut_by 8000000 whole
	expect cut -
}

# gpt_ends_with TYPE [ATTRIBUTE BIT]: Linux, then that
gpt_ends_with() {
	rm -f image
	truncate -s 32M image
	sgdisk -n1:2048:+10M -n2:24576:+4M -t2:"$1" ${2:+-A 2:set:$2} image >/dev/null
}

@test "a GPT's last partition does not grow when firmware or an installer looks for it, and what would have to move is said" {
	while read -r type words; do
		gpt_ends_with "$type"
		mend image $((64 << 20)) 512 grow
		[ "$status" = 0 ]
		expect grown 0
		expect note "partition 2, the last one, is $words and keeps its size: it would have to move to the disk's end before partition 1 can grow"
		approved
	done <<-EOF
		ef00 an EFI system partition
		ef02 a BIOS boot partition
		0c01 a Microsoft reserved partition
		2700 a Windows recovery partition
		4100 a PReP boot partition
		ab00 an Apple recovery partition
	EOF
	gpt_ends_with 0700 0
	mend image $((64 << 20)) 512 grow
	expect grown 0
	says "is one that its maker calls required and keeps its size"
	gpt_ends_with 8300
	mend image $((64 << 20)) 512 grow
	expect grown 2
}

@test "the only partition of a table does not grow when it is an ESP, and nothing is said to move" {
	truncate -s 32M image
	sgdisk -n1:2048:+10M -t1:ef00 image >/dev/null
	mend image $((64 << 20)) 512 grow
	expect grown 0
	expect note "partition 1, the last one, is an EFI system partition and keeps its size"
}

@test "an MBR's last partition does not grow when firmware or an installer looks for it" {
	for type in ef 41 27 12 de 84; do
		rm -f image
		mbr_image "start=2048,size=20480
start=40960,size=8192,type=$type"
		mend image $((64 << 20)) 512 grow
		[ "$status" = 0 ]
		expect grown 0
		expect changed 0
		says "keeps its size: it would have to move to the disk's end before partition 1 can grow"
	done
}

@test "the last partition of an MBR grows, its table satisfies sfdisk" {
	mbr_image
	look image
	expect words "MBR, 2 partitions"
	expect end $(((40960 + 8192) * 512))
	mend image 99999744 512 grow
	[ "$status" = 0 ]
	expect grown 2
	run -0 sfdisk --verify disk
	says "No errors detected"
	run -0 sfdisk -d disk
	[[ "$output" =~ start=\ *40960,\ size=\ *$((95 * 2048 - 40960)),\ type=83,\ bootable ]]
}

@test "an MBR grows to 2 TiB and no further" {
	mbr_image
	mend image $((3 << 40)) 512 grow
	[ "$status" = 0 ]
	expect to $(((1 << 41) - 40960 * 512))
	run -0 sfdisk -d disk
	says "size=  4294926336"
}

@test "an extended partition at the end does not grow, and that is said" {
	mbr_image 'start=2048,size=20480
start=40960,size=20480,type=5
start=43008,size=4096'
	mend image $((64 << 20)) 512 grow
	[ "$status" = 0 ]
	expect grown 0
	expect changed 0
	says "the last partition is an extended one"
}

@test "an MBR made for sectors of 4096 bytes grows on such a disk" {
	need_root
	need losetup
	truncate -s 32M image
	dev=$(loop image -b 4096)
	printf 'label: dos\nstart=256,size=2048\n' | sfdisk -q "$dev"
	unloop
	mend image $((200 << 20)) 4096 grow
	[ "$status" = 0 ]
	expect to $((199 << 20))
	dev=$(loop disk -b 4096)
	run -0 sfdisk --verify "$dev"
	says "No errors detected"
	run -0 sfdisk -d "$dev"
	says "size=       50944"
}

@test "an MBR without grow is left alone to the byte" {
	mbr_image
	mend image $((64 << 20)) 512
	[ "$status" = 0 ]
	expect changed 0
	cmp -n $((32 << 20)) image disk
}

@test "a hybrid MBR is reported and left as it is" {
	gpt_image
	sgdisk -h 1 image >/dev/null
	look image
	expect words "hybrid MBR and GPT, 2 partitions, 512-byte sectors"
	mend image $((100 << 20)) 512 grow
	[ "$status" = 0 ]
	expect changed 0
	expect tail 0+0
	says "hybrid partition table: left as it is"
}

@test "every single bit of a GPT's header and of its used entries that flips makes it broken, never mended" {
	gpt_image
	run -0 python3 - "$GPT" <<-'EOF'
		import subprocess, sys
		image = bytearray(open("image", "rb").read(1 << 20))
		bad = 0
		for bit in [8 * 512 + b for b in range(92 * 8)] + [8 * 1024 + b for b in range(0, 256 * 8, 13)]:
		    flipped = bytearray(image)
		    flipped[bit // 8] ^= 1 << bit % 8
		    open("flipped", "wb").write(flipped)
		    out = subprocess.run([sys.argv[1], "look", "flipped"], capture_output=True, text=True, check=True).stdout
		    if "words=broken partition table" not in out:
		        print("bit", bit, out)
		        bad += 1
		sys.exit(bad != 0)
	EOF
}

@test "a protective MBR alone, and a GPT without one, are broken tables" {
	gpt_image
	cp image alone
	dd if=/dev/zero of=alone bs=512 seek=1 count=1 conv=notrunc status=none
	look alone
	expect words "broken partition table: a protective MBR, but no GPT"
	dd if=/dev/zero of=image bs=512 count=1 conv=notrunc status=none
	look image
	expect words "broken partition table: a GPT without its protective MBR"
	mend image $((100 << 20)) 512 grow
	[ "$status" = 0 ]
	expect changed 0
	says "left as it is"
}

@test "containers that qemu-img makes are refused by name" {
	need qemu-img
	truncate -s 8M raw
	for pair in "qcow2:a qcow2 image" "vmdk:a VMDK image" "vdi:a VDI image" "vpc:a VHD image" "vhdx:a VHDX image" "qed:a QED image" \
		"parallels:a Parallels image"; do
		qemu-img convert -O "${pair%%:*}" raw image || continue
		look image
		expect refuse "${pair#*:}"
		says "remedy=make it raw"
		rm image
	done
	qemu-img convert -O vmdk -o subformat=monolithicFlat raw image.vmdk
	look image.vmdk
	expect refuse "the descriptor of a VMDK image"
}

@test "archives, pages, scripts and data compressed twice are refused by name" {
	need python3
	mkdir d && head -c 5000 /dev/urandom >d/f
	tar cf tar d
	python3 -c 'import zipfile; zipfile.ZipFile("zip", "w").write("d/f")'
	(cd d && echo f | cpio -oH newc 2>/dev/null) >cpio || printf '070701000' >cpio
	printf '\n <!DOCTYPE HTML>\n<title>404</title>' >html
	printf '<HTML>' >html2
	printf '#!/bin/sh\nexit\n' >script
	printf 'Not found\n' >plain
	printf '<?xml version="1.0"?><bmap>' >xml
	gzip -c d/f >gzip
	xz -c d/f >xz
	bzip2 -c d/f >bzip2
	printf '\050\265\057\375....' >zstd
	printf '%%PDF-1.4\n\1\2' >pdf
	cp "$PX_BUSYBOX" elf
	: >empty
	while read -r file words; do
		look "$file"
		[[ "$(field refuse)" == "$words" ]] || { echo "$file: $output"; false; }
		[ "$(field remedy)" != - ]
	done <<-EOF
		tar a tar archive
		zip a zip archive
		cpio a cpio archive
		html an HTML page
		html2 an HTML page
		script a script
		plain text
		xml an XML file
		gzip gzip data inside of compressed data
		xz xz data inside of compressed data
		bzip2 bzip2 data inside of compressed data
		zstd zstd data inside of compressed data
		pdf a PDF document
		elf a program
		empty empty
	EOF
}

@test "an ISO without a table is refused, isohybrid ones are not and are never mended" {
	truncate -s 16M image
	labels image iso
	look image
	expect refuse "an ISO image without a partition table"
	printf 'label: dos\nstart=64,size=20000,type=17,bootable\n' | sfdisk -q --wipe never image
	look image
	expect words "isohybrid ISO 9660, 1 partition, 512-byte sectors"
	expect refuse -
	mend image $((64 << 20)) 512 grow
	[ "$status" = 0 ]
	expect changed 0
	says "isohybrid image: left as it is"
}

@test "a filesystem without a table is named, FAT's boot sector is not taken for a table" {
	need mkfs.ext4 mkfs.vfat
	truncate -s 64M image
	mkfs.ext4 -q image
	look image
	expect words "ext4 without a partition table"
	expect refuse -
	while read -r bits sectors; do
		rm image
		truncate -s 64M image
		mkfs.vfat -F "$bits" -s "$sectors" image >/dev/null
		look image
		expect words "FAT$bits without a partition table"
	done <<-EOF
		12 64
		16 4
		32 1
	EOF
	truncate -s 0 image
	truncate -s 1M image
	look image
	expect words "all zeros"
}
