#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxread -n: what lies in each partition, and what speaks against an image of it.
load ../px

setup() {
	px_install pxread
	need python3
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	cd /
	[ ! -e "$BATS_TEST_TMPDIR/mnt" ] || umount "$BATS_TEST_TMPDIR/mnt" 2>/dev/null || true
}

# says STATUS FILE FILESYSTEM KEYWORD [WORDS]: of a source without a table
says() {
	run pxread -n "$2"
	echo "$output"
	[ "$status" -eq "$1" ]
	[[ $output == "$2"$'\t0\t'"$(stat -c %s "$2")"$'\t'"$3"$'\t'"$4"$'\t'*"${5:-}"* ]]
}

# used FILE: the file system in it is mounted, written to, and FILE.used is what lies there then
used() {
	need_root
	mkdir -p mnt
	mount -o loop "$1" mnt 2>/dev/null || skip "cannot mount $1"
	echo words >mnt/file
	sync
	cp "$1" "$1.used"
	umount mnt
}

# poke FILE OFFSET BYTES: as printf wants them
poke() {
	printf "$3" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

@test "ext2 and ext4: clean when unmounted; mounted, to be replayed or with errors it is dirty" {
	need mkfs.ext4 mkfs.ext2
	truncate -s 16M ext4 ext2
	mkfs.ext4 -q -F ext4
	mkfs.ext2 -q -F ext2
	says 0 ext4 ext4 clean
	says 0 ext2 ext2 clean
	cp ext4 errors
	poke errors 1024+58 '\003'
	says 10 errors ext4 dirty e2fsck
	poke ext2 1024+58 '\000'
	says 10 ext2 ext2 dirty
	used ext4
	says 0 ext4 ext4 clean
	says 10 ext4.used ext4 dirty 'not unmounted'
}

@test "XFS: its log ends with unmount, or it is dirty; a log that cannot be found is no clean one" {
	need mkfs.xfs
	truncate -s 320M xfs
	mkfs.xfs -q xfs
	says 0 xfs XFS clean
	used xfs
	says 0 xfs XFS clean
	says 10 xfs.used XFS dirty 'not unmounted'
	poke xfs 48 '\377\377\377\377'
	says 10 xfs XFS unreadable
}

@test "FAT: the boot sector's flag and FAT[1]'s" {
	need mkfs.vfat
	for bits in 12:2M 16:32M 32:64M; do
		rm -f fat
		truncate -s "${bits#*:}" fat
		mkfs.vfat -F "${bits%:*}" fat >/dev/null
		says 0 fat "FAT${bits%:*}" clean
		cp fat boot
		[ "${bits%:*}" = 32 ] && at=0x41 || at=0x25
		poke boot $at '\001'
		says 10 boot "FAT${bits%:*}" dirty
		[ "${bits%:*}" != 12 ] || continue
		reserved=$(od -An -tu2 -j 14 -N 2 fat) bytes=$(od -An -tu2 -j 11 -N 2 fat)
		[ "${bits%:*}" = 32 ] && { at=7 value='\007'; } || { at=3 value='\177'; }
		poke fat $((reserved * bytes + at)) "$value"
		says 10 fat "FAT${bits%:*}" dirty
	done
}

@test "NTFS: clean, dirty, and kept open by a Windows that hibernates" {
	need mkntfs
	truncate -s 64M ntfs
	mkntfs -F -q ntfs >/dev/null 2>&1
	says 0 ntfs NTFS clean
	python3 "$PX_TOP/tests/read/ntfs.py" ntfs dirty open closed torn
	says 10 dirty NTFS dirty chkdsk
	says 10 open NTFS hibernated 'shutdown /s'
	says 0 closed NTFS clean
	says 10 torn NTFS unreadable
}

@test "encrypted, members of arrays, swap and what nobody knows: a keyword each" {
	need mkswap
	truncate -s 8M luks bitlocker lvm md1.2 md1.0 swap asleep nothing btrfs
	poke luks 0 'LUKS\xba\xbe'
	says 10 luks LUKS encrypted px.capture.raw
	printf -- '-FVE-FS-' | dd of=bitlocker bs=1 seek=3 conv=notrunc status=none
	says 10 bitlocker BitLocker encrypted
	poke lvm 536 'LVM2 001'
	says 10 lvm 'LVM2 member' member
	poke md1.2 4096 '\xfc\x4e\x2b\xa9'
	says 10 md1.2 'md RAID member 1.2' member
	poke md1.0 '(8 << 20) - 8192' '\xfc\x4e\x2b\xa9'
	says 10 md1.0 'md RAID member 1.0' member
	poke btrfs 65600 '_BHRfS_M'
	poke btrfs 65536+136 '\002'
	says 10 btrfs btrfs member
	mkswap -q swap
	says 0 swap swap swap
	poke asleep 4086 'S1SUSPEND'
	says 10 asleep swap hibernated
	says 0 nothing - plain
}

@test "partitions of a GPT and of an MBR, logical ones too, each with its own name and place" {
	need sfdisk mkfs.ext4
	truncate -s 64M gpt mbr
	printf 'label: gpt\nstart=2048, size=16384\nstart=40960, size=32768\n' | sfdisk -q gpt
	truncate -s 16M fs
	mkfs.ext4 -q -F fs
	dd if=fs of=gpt bs=512 seek=40960 conv=notrunc status=none
	run pxread -n gpt
	[ "$status" -eq 0 ]
	[ "$output" = "$(printf 'gpt1\t1048576\t8388608\t-\tplain\t\ngpt2\t20971520\t16777216\text4\tclean\t')" ]
	printf 'label: dos\nstart=2048, size=2048\nstart=8192, size=100000, type=5\nstart=10240, size=4096\nstart=40960, size=32768\n' |
		sfdisk -q mbr
	dd if=fs of=mbr bs=512 seek=40960 conv=notrunc status=none
	poke mbr 40960*512+1024+58 '\000'
	run pxread -n mbr
	echo "$output"
	[ "$status" -eq 10 ]
	[[ ${lines[0]} == $'mbr1\t1048576\t1048576\t-\tplain\t'* ]]
	[[ ${lines[1]} == $'mbr5\t5242880\t2097152\t-\tplain\t'* ]]
	[[ ${lines[2]} == $'mbr6\t20971520\t16777216\text4\tdirty\t'* ]]
	[ "${#lines[@]}" -eq 3 ]
}

@test "a table that cannot be read is no clean bill: 9; a packed image and an empty file are refused" {
	need sfdisk zstd
	truncate -s 8M gpt
	printf 'label: gpt\nstart=2048, size=4096\n' | sfdisk -q gpt
	poke gpt 600 'xx'
	run pxread -n gpt
	[ "$status" -eq 9 ]
	[[ $output == *'which partitions there are cannot be told'* ]]
	zstd -q gpt
	run pxread -n gpt.zst
	[ "$status" -eq 2 ]
	: >empty
	run pxread -n empty
	[ "$status" -eq 3 ]
}

@test "a chain of logical partitions without an end, and values that reach anywhere, end" {
	need sfdisk
	truncate -s 8M mbr
	printf 'label: dos\nstart=2048, size=8192, type=5\nstart=4096, size=2048\n' | sfdisk -q mbr
	poke mbr 2048*512+446+16 '\000\000\000\000\005\000\000\000\000\000\000\000\000\010\000\000' # the next table is this one
	poke mbr 2048*512+510 '\x55\xaa'
	run timeout 20 pxread -n mbr
	[ "$status" -eq 0 ]
	for name in 'XFSB' '\353\122\220NTFS    ' '\353\130\220MSDOS5.0\377\377\377\377\377'; do
		head -c 1M /dev/urandom >noise
		poke noise 0 "$name"
		run timeout 20 pxread -n noise
		[ "$status" -le 10 ]
	done
}
