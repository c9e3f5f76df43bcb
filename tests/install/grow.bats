# SPDX-License-Identifier: GPL-2.0-or-later
# The file system of a partition that has grown: the program that makes it grow, and how pximenu calls it.
load ../px
load ../menu/menu

GROW=$PX_TOP/initramfs/overlay/etc/px/grow

setup() {
	T=$BATS_TEST_TMPDIR
}

teardown() {
	menu_teardown
	! mountpoint -q "$T/mnt" || umount "$T/mnt"
	[ -z "${LOOP:-}" ] || losetup -d "$LOOP"
}

# partition SIZE: $T/disk1, a block device of that size; $FILE is behind it
partition() {
	need_root
	need losetup mke2fs e2fsck resize2fs blkid dumpe2fs
	FILE=$T/fs
	truncate -s "$1" "$FILE"
	LOOP=$(losetup -f --show "$FILE")
	ln -s "$LOOP" "$T/disk1"
}

blocks() {
	dumpe2fs -h "$LOOP" 2>/dev/null | sed -n 's/^Block count: *//p'
}

@test "ext4 takes the room that its partition has got, and is right afterwards" {
	partition 64M
	mke2fs -q -F -t ext4 -b 4096 "$LOOP" 16M
	run "$GROW" "$T/disk" 1
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(blocks)" -eq 16384 ]
	e2fsck -fn "$LOOP"
}

# grows_mounted TYPE MKFS...: a file of 8 MiB in it is the same afterwards, and there is room for what was not before
grows_mounted() {
	local type=$1
	shift
	partition 700M
	"$@" "$LOOP" >/dev/null 2>&1
	mkdir "$T/mnt"
	mount -t "$type" "$LOOP" "$T/mnt" || skip "this kernel mounts no $type"
	head -c 8388608 /dev/urandom >"$T/data"
	cp "$T/data" "$T/mnt"
	[ "$(df --output=size -BM "$T/mnt" | tail -n 1 | tr -dc 0-9)" -lt 400 ]
	umount "$T/mnt"
	run "$GROW" "$T/disk" 1
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == *": its $type has grown" ]]
	mount -t "$type" "$LOOP" "$T/mnt"
	cmp "$T/data" "$T/mnt/data"
	[ "$(df --output=size -BM "$T/mnt" | tail -n 1 | tr -dc 0-9)" -gt 600 ]
	umount "$T/mnt"
}

@test "xfs takes the room that its partition has got" {
	need mkfs.xfs xfs_growfs
	grows_mounted xfs mkfs.xfs -q -f -d size=320m
	xfs_repair -n "$LOOP"
}

@test "btrfs takes the room that its partition has got" {
	need mkfs.btrfs btrfs
	grows_mounted btrfs mkfs.btrfs -q -f -b 320m
	btrfs check --readonly "$LOOP"
}

@test "an xfs that cannot be mounted does not grow, and that is said" {
	need mkfs.xfs xfs_growfs
	partition 400M
	mkfs.xfs -q -f -d size=320m "$LOOP"
	dd if=/dev/zero of="$LOOP" bs=512 seek=1 count=3 conv=notrunc status=none # what is free, inodes, lists
	run "$GROW" "$T/disk" 1
	echo "$output"
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"its file system has not grown" ]]
}

@test "a partition of a disk whose name ends in a digit is found" {
	partition 64M
	mke2fs -q -F -t ext2 -b 4096 "$LOOP" 16M
	ln -s "$LOOP" "$T/nvme0n1p1"
	"$GROW" "$T/nvme0n1" 1
	[ "$(blocks)" -eq 16384 ]
}

@test "an ext4 that e2fsck will not mend by itself does not grow, and that is said" {
	partition 64M
	mke2fs -q -F -t ext4 -b 4096 "$LOOP" 16M
	debugfs -w -R 'clri <2>' "$LOOP" 2>/dev/null # the root folder is gone
	run "$GROW" "$T/disk" 1
	echo "$output"
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"its file system has not grown" ]]
	[ "$(blocks)" -eq 4096 ]
}

@test "what is no file system that can grow stays as it is" {
	partition 16M
	mkswap "$LOOP"
	sum=$(sha256sum <"$FILE")
	run "$GROW" "$T/disk" 1
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == *"swap: stays as it is" ]]
	[ "$(sha256sum <"$FILE")" = "$sum" ]
}

# menu WRITE-STUB: an unattended installation whose pxwrite says grown=2
menu_with_grow() {
	menu_setup one
	mkdir -p "$ROOT/etc/px"
	printf 'echo "$*" >"%s/grown"\n%s\n' "$T" "$1" >"$ROOT/etc/px/grow"
	echo 'echo grown=2 >&3' >"$PX_STUB/write.sh"
	unattended px.image=debian-13-lab
}

@test "pximenu has the file system grown after the image, on the partition that pxwrite names" {
	menu_with_grow ''
	wait "$MENU"
	grep -q 'px: installed debian-13-lab on /dev/vda' "$LOG"
	[ "$(cat "$T/grown")" = '/dev/vda 2' ]
}

@test "a file system that did not grow is said and is no failure of the image" {
	menu_with_grow 'echo "/dev/vda2: its file system has not grown" >&2; exit 1'
	wait "$MENU"
	grep -q 'px: warning: /dev/vda2: its file system has not grown' "$LOG"
	grep -q 'px: installed debian-13-lab on /dev/vda' "$LOG"
}

@test "without a partition that has grown nothing of this runs" {
	menu_setup one
	mkdir -p "$ROOT/etc/px"
	echo ': >"'"$T"'/grown"' >"$ROOT/etc/px/grow"
	unattended px.image=debian-13-lab
	wait "$MENU"
	[ ! -e "$T/grown" ]
}

@test "warnings of pxwrite reach the log, the progress page and the done page" {
	menu_setup one
	echo 'echo "warning=table the table is broken" >&3; while [ ! -e "$PX_STUB/go" ]; do sleep 0.1; done' \
		>"$PX_STUB/write.sh"
	cmdline px.auto px.timeout=0 px.image=kiosk px.after=menu
	terminal 80 24 xterm
	wait_screen 'the table is broken'
	grep -q 'px: warning: the table is broken' "$LOG"
	: >"$PX_STUB/go"
	wait_screen 'is installed.'
	shows 'the table is broken'
}
