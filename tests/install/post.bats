# SPDX-License-Identifier: GPL-2.0-or-later
# Post scripts of raw images: they run when the image is written and verified; px-mount gets them at its partitions.
load ../px
load ../menu/menu

MOUNT=$PX_TOP/initramfs/overlay/usr/sbin/px-mount

setup() {
	T=$BATS_TEST_TMPDIR
}

teardown() {
	menu_teardown
	for loop in ${LOOPS:-}; do
		losetup -d "$loop"
	done
}

# post SCRIPT: an unattended installation of a raw image with that Post
post() {
	need_root # the test's own mount namespace
	menu_setup one
	rm "$ROOT/sys/block/vda/serial" # a file has none
	printf 'Image: a\nSource: a.img.gz\nPost: post.sh\n' >"$PX_STUB/images"
	cat >"$PX_STUB/fetch.sh" <<-SH
		case \$url in */post.sh) cat "$T/post.sh"; exit ;; esac
	SH
	echo "$1" >"$T/post.sh"
	unattended px.image=a px.name=lab-07 px.room=B12
}

ended() {
	wait_for 60 grep -qE 'px: (installed|FAILED)' "$LOG"
	cat "$LOG"
}

@test "Post runs after the image, and knows disk, image, server, MAC, name, room and target" {
	post "grep -c '^pxwrite' $PX_STUB/calls >$T/writes; echo \"\$PX_DISK|\$PX_IMAGE|\$PX_SERVER|\$PX_MAC|\$PX_NAME|\$PX_ROOM|\$PX_TARGET\" >$T/env"
	ended
	grep -q 'px: installed a on /dev/vda' "$LOG"
	[ "$(cat "$T/env")" = "/dev/vda|a|192.0.2.1|52:54:00:12:34:56|lab-07|B12|$ROOT/mnt" ]
}

@test "a Post that fails is a failed installation; the disk keeps its image, and that is said" {
	post 'echo "no such key" >&2; exit 7'
	ended
	grep -qF 'px: FAILED: post: post.sh: exit status 7 (disk written and verified, but Post failed)' "$LOG"
	grep -q 'no such key' "$T/out"
	! grep -q '^pxwrite -z' "$PX_STUB/calls"
}

@test "a Post that cannot be had, or is no script, leaves the disk untouched" {
	post '<html>404</html>'
	ended
	grep -q 'px: FAILED: post: post.sh is HTML, not a script (disk untouched)' "$LOG"
	! grep -q '^pxwrite' "$PX_STUB/calls"
}

@test "an image that was not written has no Post run" {
	echo >"$T/post.sh"
	menu_setup one
	printf 'Image: a\nSource: a.img.gz\nPost: post.sh\n' >"$PX_STUB/images"
	echo 'case $url in */post.sh) echo "echo ran >>'"$T"'/ran"; exit ;; esac; exit 4' >"$PX_STUB/fetch.sh"
	echo 'cat >/dev/null; echo state=noboot >&3; echo why=input >&3; exit 9' >"$PX_STUB/write.sh"
	unattended px.image=a
	ended
	grep -q 'px: FAILED: download: .*(disk does not boot)' "$LOG"
	[ ! -e "$T/ran" ]
}

# disk: $T/disk with a FAT (1, EFI in it), ext4 (2, a system) and ext4 (3, none)
disk() {
	need_root
	need losetup mke2fs mkfs.vfat
	local i loop
	mkdir -p "$T/system/etc" "$T/nothing" "$T/target"
	echo 'ID=test' >"$T/system/etc/os-release"
	for i in 1 2 3; do
		truncate -s 16M "$T/part$i"
	done
	mkfs.vfat "$T/part1" >/dev/null
	mke2fs -q -F -t ext4 -d "$T/system" "$T/part2"
	mke2fs -q -F -t ext4 -d "$T/nothing" "$T/part3"
	LOOPS=
	for i in 1 2 3; do
		loop=$(losetup -f --show "$T/part$i")
		LOOPS="$LOOPS $loop"
		ln -s "$loop" "$T/disk$i"
	done
}

px_mount() { # in a mount namespace of its own: WHICH [FOLDER], then what is to be run there
	PX_DISK=$T/disk PX_TARGET=$T/target unshare -m sh -c '"$0" $1 && cd "$PX_TARGET" && eval "$2"' "$MOUNT" "$1" \
		"$2"
}

@test "px-mount finds the system among the partitions, and mounts it for writing" {
	disk
	run px_mount root 'cat etc/os-release; echo changed >etc/hostname'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$T/target" ]
	[ "${lines[1]}" = ID=test ]
	run px_mount 2 'cat etc/hostname'
	[ "${lines[1]}" = changed ]
}

@test "px-mount takes a number, and a folder below the target" {
	disk
	run px_mount '3 data' 'ls data'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$T/target/data" ]
	[ "${lines[1]}" = lost+found ]
}

# example NAME: that Post script on the disk, in a mount namespace of its own; then what is to be looked at, in its root
example() {
	mkdir -p "$T/bin"
	cp "$MOUNT" "$T/bin/px-mount"
	px_install pxfetch
	PX_DISK=$T/disk PX_TARGET=$T/target PX_IMAGE=kiosk PX_MAC=52:54:00:12:34:56 PX_SERVER=192.0.2.1 \
		PX_NAME=${name-lab-07} PX_KEYS_URL=file:$T/keys PX_USER_DATA_URL=file:$T/keys PATH=$T/bin:$PATH \
		unshare -m sh -c 'sh "$0" && cd "$PX_TARGET" && eval "$1"' \
		"$PX_TOP/initramfs/tftproot/example/$1" "$2"
}

@test "the example for names gives each machine its name, a key and host keys of its own" {
	disk
	echo 'ssh-ed25519 AAAA admin' >"$T/keys"
	px_mount 2 'mkdir etc/ssh; echo old >etc/hostname; echo "127.0.1.1 old" >etc/hosts; touch etc/ssh/ssh_host_rsa_key'
	run example name-post.sh 'cat etc/hostname etc/hosts root/.ssh/authorized_keys; ls etc/ssh; stat -c %a root/.ssh'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = $'lab-07\n127.0.1.1 lab-07\nssh-ed25519 AAAA admin\n700' ]
	name='' run example name-post.sh 'cat etc/hostname'
	[ "$output" = px-525400123456 ]
	rm "$T/keys"
	run example name-post.sh :
	[ "$status" -ne 0 ]
}

@test "the example for cloud-init leaves a NoCloud seed with the machine's name" {
	disk
	printf '#cloud-config\nssh_pwauth: false\n' >"$T/keys"
	run example cloud-post.sh 'cat var/lib/cloud/seed/nocloud/*; cat etc/cloud/cloud.cfg.d/99-px-imager.cfg'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = 'instance-id: kiosk-525400123456
local-hostname: lab-07
#cloud-config
ssh_pwauth: false
datasource_list: [ NoCloud, None ]' ]
}

@test "px-mount does not guess: two systems, none, no such number, no such word" {
	disk
	run px_mount 7 :
	[ "$status" -eq 1 ]
	[[ $output == *"no such partition" ]]
	run px_mount esp :
	[ "$status" -eq 1 ]
	[[ $output == *"holds EFI" ]]
	run px_mount swap :
	[ "$status" -eq 1 ]
	px_mount 3 'mkdir etc; echo >etc/os-release'
	run px_mount root :
	[ "$status" -eq 1 ]
	[[ $output == *"say which by its number" ]]
}
