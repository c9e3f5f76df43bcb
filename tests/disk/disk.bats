#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# disk/disk.h: which disks there are, who has them, what is on them, and why one cannot be the target.
load ../px
load ../disk/disk

setup_file() {
	drivers disk/disk
	export DISK=$BATS_FILE_TMPDIR/px-disk
	export FAKE=$BATS_FILE_TMPDIR/root
	"$PX_TOP/tests/fakeroot" "$FAKE"
	"$DISK" all "$FAKE" loops >"$BATS_FILE_TMPDIR/all"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	PATH=$PATH:/usr/sbin:/sbin
}

teardown() {
	[ ! -d mnt ] || umount mnt 2>/dev/null || true
	[ ! -f swapped ] || swapoff "$(cat swapped)" || true
	unloop
}

# disk_line DISK: what the library says about one of the fake root
disk_line() {
	output=$(grep "^/dev/$1 " "$BATS_FILE_TMPDIR/all")
}

# refuse WORDS DISK NEED SECTOR [named] [data]: in the fake root
refuse() {
	run -0 "$DISK" refuse "$FAKE" "/dev/$2" "${@:3}"
	says "$1"
}

# what FILE: the flags column of a regular file as target
what() {
	"$DISK" get "" "$PWD/$1" file | cut -f8
}

# written FILE [OFFSET]: the day on which e2fsprogs says that the filesystem there was written last
written() {
	LC_ALL=C TZ=UTC date -u -d "$(LC_ALL=C TZ=UTC dumpe2fs -h "$1?offset=${2:-0}" 2>/dev/null |
		sed -n 's/^Last write time: *//p')" +%Y-%m-%d
}

image() {
	rm -f image
	truncate -s "${1:-33554432}" image
}

@test "the list has whole disks in the order of people, and nothing else" {
	run -0 "$DISK" list "$FAKE"
	[ "$(cut -f1 <<<"$output" | tr '\n' ' ')" = "/dev/mmcblk0 /dev/nvme0n1 /dev/nvme10n1 /dev/sda /dev/sdb /dev/sdc /dev/sdd /dev/sde /dev/sdf /dev/sdg /dev/sdaa /dev/vda " ]
}

@test "loop devices with a file behind them are listed only when asked for" {
	run -0 "$DISK" list "$FAKE" loops
	[ "$(grep -c '^/dev/loop' <<<"$output")" = 1 ]
	says $'/dev/loop1\t1048576\t512\tloop'
}

@test "each transport is told apart" {
	while read -r name transport; do
		disk_line "$name"
		says " transport=$transport "
	done <<-EOF
		sda ata
		sdb usb
		sdc scsi
		sde scsi
		nvme0n1 nvme
		vda virtio
		mmcblk0 mmc
		loop1 loop
	EOF
}

@test "model, serial number and wwn come from where each kind of disk has them" {
	disk_line sda
	says "model=WDC WD5000AAKX-0 serial=WD-WCC2E1234567 wwn=0x50014ee2b1234567 "
	disk_line sdf
	says "model=HGST HUS726T4TALA6L4 serial=V6K1234S "
	disk_line sdb
	says "model=Ultra Fit serial=4C530001230203117382 wwn= "
	disk_line nvme0n1
	says "model=SAMSUNG MZVLB512HBJQ serial=S4GENX0N123456 wwn=eui.002538b12345678a "
	disk_line vda
	says "serial=vol-0123 "
	disk_line mmcblk0
	says "model=BJTD4R serial=0x1a2b3c4d "
	disk_line sdaa
	says " wwn= "
}

@test "by-path is udev's ID_PATH" {
	while read -r name path; do
		disk_line "$name"
		says " by-path=$path "
	done <<-EOF
		sda pci-0000:00:1f.2-ata-1
		sdb pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0
		sde pci-0000:00:05.0-scsi-0:0:0:1
		nvme0n1 pci-0000:01:00.0-nvme-1
		vda pci-0000:00:04.0
		mmcblk0 platform-fe320000.mmc
	EOF
}

@test "sizes and sectors, read-only, rotational and removable are what sysfs says" {
	disk_line sdf
	says " size=4000787030016 sector=4096 physical=4096 "
	says " ro=0 rot=1 rm=0 usb=0 "
	disk_line sde
	says " ro=1 "
	disk_line sdb
	says " rot=0 rm=1 usb=1 "
}

@test "two paths to one disk are both there and flagged, others are not" {
	[ "$(grep ' twin=1 ' "$BATS_FILE_TMPDIR/all" | cut -d' ' -f1 | tr '\n' ' ')" = "/dev/sdc /dev/sdd " ]
}

@test "who has one path of a disk has the other one, too" {
	"$PX_TOP/tests/fakeroot" root sdc sdd
	printf '31 1 8:32 / /srv rw shared:1 - xfs /dev/sdc rw\n' >>root/proc/self/mountinfo
	run -0 "$DISK" get root /dev/sdd
	says "inuse=by way of /dev/sdc: mounted on /srv"
}

@test "a mounted partition, LVM on another and the medium of the running system are found" {
	disk_line vda
	says " boot=0 "
	says " inuse=mounted on /boot with a blank; dm-0 (vg-root) "
	disk_line sdg
	says " boot=1 "
	says " inuse=mounted on /run/live/medium "
}

@test "the disk below the root of the running system, through LVM, is the boot medium" {
	"$PX_TOP/tests/fakeroot" root vda dm-0
	dev=$(cat root/sys/block/dm-0/dev)
	printf '1 0 %s / / rw shared:1 - ext4 /dev/mapper/vg-root rw\n' "$dev" >root/proc/self/mountinfo
	run -0 "$DISK" get root /dev/vda
	says "boot,inuse=dm-0 (vg-root)"
	run -0 "$DISK" refuse root /dev/vda 0 0 named data
	says "the running system is on it: dm-0 (vg-root): boot from the network or another medium"
}

@test "without mountinfo, /proc/mounts does" {
	"$PX_TOP/tests/fakeroot" root vda
	rm root/proc/self/mountinfo
	printf '/dev/vda1 /mnt\\040x\033[2J ext4 rw 0 0\n' >root/proc/mounts
	run -0 "$DISK" refuse root /dev/vda 0 0
	says "in use: mounted on /mnt x?[2J; dm-0: unmount it first"
}

@test "bytes that would steer a terminal and tabs are replaced in the list" {
	run -0 "$DISK" get "$FAKE" /dev/sdaa
	says $'\tSamsung?SSD?[31m\tS1D5NSBF?\t-\t'
	[ "$(tr -cd '\t' <<<"$output" | wc -c)" = 7 ]
}

@test "a partition is refused and its disk named; what is no disk is refused" {
	while read -r path words; do
		run "$DISK" get "$FAKE" "$path"
		[ "$status" = 10 ]
		says "$path: $words"
	done <<-EOF
		/dev/vda2 is a partition: name the whole disk, /dev/vda
		/dev/md0 is no whole disk
		/dev/sr0 is no whole disk
		/dev/mmcblk0boot0 is no whole disk
		/dev/sdz has no size
		/dev/none No such file or directory
		/dev is no disk
	EOF
	run "$DISK" get "" "$FAKE/dev/sda"
	[ "$status" = 10 ]
	says "is a file, no disk"
}

@test "a symlink to a disk is followed" {
	mkdir -p "$FAKE/dev/disk/by-id"
	ln -sf ../../nvme0n1 "$FAKE/dev/disk/by-id/nvme-x"
	run -0 "$DISK" get "$FAKE" /dev/disk/by-id/nvme-x
	says $'/dev/nvme0n1\t'
}

@test "each refusal says why and what to do" {
	refuse "in use: mounted on /boot with a blank; dm-0 (vg-root): unmount it first" vda 0 0
	refuse "the running system is on it" sdg 0 0 named data
	refuse "read-only" sde 0 0 named data
	refuse "too small: it has 512110190592 bytes, the image needs 512110190593" nvme0n1 512110190593 512
	refuse "sectors of 4096 bytes, the image is made for 512" sdf 1 512
	refuse "on USB: name it to use it" sdb 0 0 data
	refuse fine sdb 0 0 named
	refuse fine nvme0n1 512110190592 512
	refuse fine sdf 1 4096
}

@test "a disk that holds data is refused unless it may be lost, a blank one is not" {
	"$PX_TOP/tests/fakeroot" root sda nvme0n1
	labels root/dev/sda md-0.90
	run -0 "$DISK" refuse root /dev/sda 0 0
	says "it holds data (md RAID member 0.90): -f or px.force overwrites it"
	run -0 "$DISK" refuse root /dev/sda 0 0 data
	says fine
	run -0 "$DISK" refuse root /dev/nvme0n1 0 0
	says fine
}

@test "RAID members of every version, accepted by mdadm, are named wherever the disk ends" {
	need mdadm
	for bytes in 33554432 33500672; do
		for version in 0.90 1.0 1.1 1.2; do
			image $bytes
			labels image md-$version
			run -0 mdadm --examine image
			[[ "$output" =~ Version\ :\ $version ]]
			[[ "$output" =~ Checksum\ :.*correct ]]
			[[ $version != 1.[12] ]] || version+=' "lab:0" written 2026-11-01'
			[ "$(what image)" = "data=md RAID member $version" ]
		done
	done
}

@test "ZFS at either end, firmware RAID, LUKS and an ISO are named" {
	while read -r label words; do
		image
		labels image "$label"
		[ "$(what image)" = "data=$words" ]
	done <<-EOF
		zfs ZFS
		zfs-tail ZFS
		imsm Intel RAID member
		ddf DDF RAID member
		luks LUKS
		iso ISO 9660
	EOF
}

@test "tables are named with what is in their partitions" {
	need sfdisk mkfs.ext4 mkfs.vfat mkswap
	image $((64 << 20))
	[ "$(what image)" = "-" ]
	printf 'label: gpt\nstart=2048,size=8192\nstart=10240,size=65536\nstart=75776,size=8192\n' | sfdisk -q image
	[ "$(what image)" = "data=GPT, 3 partitions" ]
	mkfs.vfat -F 16 -s 1 --offset 2048 image 4096 >/dev/null
	mkfs.ext4 -q -E offset=5242880 image 32M
	truncate -s 4M swap
	mkswap -q swap >/dev/null
	dd if=swap of=image bs=512 seek=75776 conv=notrunc status=none
	[ "$(what image)" = "data=GPT, 3 partitions, FAT16, ext4 written $(written image 5242880), swap" ]
	printf 'label: dos\nstart=2048,size=8192\n' | sfdisk -q --wipe never --wipe-partitions never image
	[ "$(what image)" = "data=MBR, 1 partition, FAT16" ]
}

@test "a filesystem is named with its label and the day on which it was written last" {
	need mkfs.ext4 mkfs.vfat mkfs.xfs mkfs.btrfs mkswap mksquashfs xorriso
	image
	mkfs.ext4 -q -L lab-root image
	[ "$(what image)" = "data=ext4 \"lab-root\" written $(written image)" ]
	# 2040-01-01: s_wtime has 8 bits more at 628
	printf '\200\176\252\203' | dd of=image bs=1 seek=$((1024 + 48)) conv=notrunc status=none
	[ "$(what image)" = 'data=ext4 "lab-root" written 2040-01-01' ]
	printf '\0\0\0\0' | dd of=image bs=1 seek=$((1024 + 48)) conv=notrunc status=none
	[ "$(what image)" = 'data=ext4 "lab-root"' ] # a machine without a clock
	printf '\1' | dd of=image bs=1 seek=$((1024 + 628)) conv=notrunc status=none
	[ "$(what image)" = 'data=ext4 "lab-root" written 2106-02-07' ]
	printf 'a\033[2J\tb' | dd of=image bs=1 seek=$((1024 + 120)) conv=notrunc status=none
	[[ "$(what image)" = 'data=ext4 "a?[2J?bt"'* ]]
	for bits in 12 16 32; do
		image
		mkfs.vfat -F $bits -n LABSTICK image >/dev/null 2>&1
		[ "$(what image)" = "data=FAT$bits \"LABSTICK\"" ]
		mkfs.vfat -F $bits image >/dev/null 2>&1
		[ "$(what image)" = "data=FAT$bits" ]
	done
	image
	mkswap -q -L lab-swap image
	[ "$(what image)" = 'data=swap "lab-swap"' ]
	image $((320 << 20))
	mkfs.xfs -q -L lab-xfs image
	[ "$(what image)" = 'data=XFS "lab-xfs"' ]
	image $((320 << 20))
	label='a label of btrfs, which may have 255 bytes'
	mkfs.btrfs -q -L "$label" image
	[ "$(what image)" = "data=btrfs \"${label:0:32}\"" ]
	mkdir folder
	mksquashfs folder squashfs -quiet -no-progress -mkfs-time 1793491200 >/dev/null
	[ "$(what squashfs)" = "data=squashfs written 2026-11-01" ]
	xorriso -report_about FATAL -outdev iso -volid 'Lab 13' -volume_date m 2026110112000000 -map folder /folder
	[ "$(what iso)" = 'data=ISO 9660 "Lab 13" written 2026-11-01' ]
}

@test "the rest of a GPT at the disk's end is data, and so is one byte at either end" {
	need sfdisk
	image
	printf 'label: gpt\nstart=2048,size=8192\n' | sfdisk -q image
	dd if=/dev/zero of=image bs=1M count=1 conv=notrunc status=none
	[ "$(what image)" = "data=backup of a GPT" ]
	image
	printf x | dd of=image bs=1 seek=1000000 conv=notrunc status=none
	[ "$(what image)" = "data=unknown data" ]
	image
	printf x | dd of=image bs=1 seek=33554431 conv=notrunc status=none
	[ "$(what image)" = "data=unknown data" ]
}

@test "a loop device, real sysfs: size, sectors, data, mount, swap and loop on top of it" {
	need_root
	need losetup mkfs.ext4 mkswap swapon
	truncate -s 64M image
	dev=$(loop image)
	run -0 "$DISK" get "" "$dev"
	[ "$output" = "$dev"$'\t67108864\t512\tloop\t-\t-\t-\t-' ]
	run -0 "$DISK" get "" "$PWD/image" file
	says "inuse=${dev#/dev/}"
	mkfs.ext4 -q "$dev"
	mkdir mnt
	mount "$dev" mnt
	run -0 "$DISK" refuse "" "$dev" 0 0 named data
	says "in use: mounted on $PWD/mnt: unmount it first"
	umount mnt
	run -0 "$DISK" refuse "" "$dev" 0 0 named
	says "it holds data (ext4 written $(written image))"
	upper=$(loop "$dev")
	run -0 "$DISK" refuse "" "$dev" 0 0 named data
	says "in use: ${upper#/dev/}: detach it first"
	unloop_one "$upper"
	mkswap "$dev" >/dev/null
	swapon "$dev"
	echo "$dev" >swapped
	run -0 "$DISK" refuse "" "$dev" 0 0 named data
	says "in use: swap: swapoff first"
	swapoff "$dev"
	rm swapped
	run -0 "$DISK" refuse "" "$dev" 0 0 named data
	says fine
}

@test "a loop device with sectors of 4096 bytes says so" {
	need_root
	need losetup
	truncate -s 8M image
	dev=$(loop image -b 4096)
	run -0 "$DISK" refuse "" "$dev" 1 512
	says "sectors of 4096 bytes, the image is made for 512"
}

@test "LVM's own label is named" {
	need_root
	need losetup pvcreate
	truncate -s 32M image
	dev=$(loop image)
	pvcreate -qq -ff -y "$dev"
	[ "$("$DISK" get "" "$dev" | cut -f8)" = "data=LVM2 member" ]
}

@test "a disk that cannot be read is called unreadable, not blank" {
	"$PX_TOP/tests/fakeroot" root sda
	truncate -s 1000 root/dev/sda # sysfs promises more
	run -0 "$DISK" get root /dev/sda
	says "data=unreadable"
}

@test "a root without sysfs is an empty list with a message" {
	mkdir empty
	run -0 "$DISK" list empty
	says "empty/sys/block: No such file or directory"
}

@test "disks that do not answer are given up after ten seconds, all at the same time, the others are listed" {
	need strace
	"$PX_TOP/tests/fakeroot" root sda sdf nvme0n1
	labels root/dev/nvme0n1 zfs
	run -0 timeout 60 strace -f -qq -o trace -P "$PWD/root/dev/sda" -P "$PWD/root/dev/sdf" -e trace=pread64 \
		-e inject=pread64:signal=SIGSTOP "$DISK" list root
	says $'/dev/nvme0n1\t512110190592\t512\tnvme\tSAMSUNG MZVLB512HBJQ\tS4GENX0N123456\teui.002538b12345678a\tdata=ZFS'
	says $'WD-WCC2E1234567\t0x50014ee2b1234567\tdata=unreadable'
	says $'V6K1234S\t0x5000cca0bc123456\tdata=unreadable'
	# both were silent before the first was given up
	[ "$(sed '/killed by SIGKILL/q' trace | grep -c 'stopped by SIGSTOP')" = 2 ] || { cat trace; false; }
}

@test "a disk whose look dies is called unreadable, not blank" {
	need strace
	"$PX_TOP/tests/fakeroot" root sda
	run -0 timeout 60 strace -f -qq -o trace -P "$PWD/root/dev/sda" -e trace=pread64 -e inject=pread64:signal=SIGKILL "$DISK" list root
	says "data=unreadable"
	run -0 timeout 60 strace -f -qq -o trace -P "$PWD/root/dev/sda" -e trace=pread64 -e inject=pread64:error=EIO "$DISK" list root
	says "data=unreadable"
}
