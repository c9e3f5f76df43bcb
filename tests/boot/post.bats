#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# Post of a raw image in QEMU, with PX_LONG=1: install/post has the scripts without it.
load ../px

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes: set PX_LONG=1"
	need qemu-system-x86_64 zstd
	disk=$BATS_TEST_TMPDIR/disk.img root=$BATS_TEST_TMPDIR/tftp log=$BATS_TEST_TMPDIR/log
	[ -e "$PX_BUILD/demo/debian.img.zst" ] || lacking "demo image (make demo)"
}

teardown() {
	[ ! -s "$log.pid" ] || kill "$(cat "$log.pid")" 2>/dev/null || true
}

# root POST: a TFTP root whose image has that script
tftp_root() {
	printf 'Image: debian\nSource: debian.img.zst\nPost: post.sh\n' >"$BATS_TEST_TMPDIR/images"
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$BATS_TEST_TMPDIR/images" 52:54:00:00:00:01 \
		"px.image=debian px.disk=smallest px.auto px.timeout=1 px.name=lab-07"
	ln -f "$PX_BUILD/demo/debian.img.zst" "$root/"
	echo 'ssh-ed25519 AAAA admin' >"$root/authorized_keys"
	echo '#cloud-config' >"$root/user-data"
	cp "$PX_TOP/initramfs/tftproot/example/$1" "$root/post.sh"
	# QEMU's own network has TFTP and no HTTP
	sed -i 's,http://\$PX_SERVER,tftp://$PX_SERVER,' "$root/post.sh"
	truncate -s 4G "$disk"
}

@test "a raw Debian is installed with a name, a key and host keys of its own, and boots with them" {
	tftp_root name-post.sh
	run "$BOOT" -t "$root" -D "$disk" -l "$log" -w 500 'px: running the Post script post.sh' \
		'px: installed debian' 'lab-07 login:'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a raw Debian is installed with a seed for cloud-init" {
	need losetup
	need_root
	tftp_root cloud-post.sh
	run "$BOOT" -t "$root" -D "$disk" -l "$log" -w 500 'px: running the Post script post.sh' 'px: installed debian' \
		'login:'
	echo "$output"
	[ "$status" -eq 0 ]
	loop=$(losetup -fP --show -r "$disk")
	mkdir "$BATS_TEST_TMPDIR/mnt"
	for part in "$loop"p*; do
		mount -o ro,noload "$part" "$BATS_TEST_TMPDIR/mnt" 2>/dev/null || continue
		cat "$BATS_TEST_TMPDIR/mnt/var/lib/cloud/seed/nocloud/meta-data" >>"$BATS_TEST_TMPDIR/seed" 2>/dev/null || true
		umount "$BATS_TEST_TMPDIR/mnt"
	done
	losetup -d "$loop"
	grep -qx 'local-hostname: lab-07' "$BATS_TEST_TMPDIR/seed"
}

@test "a Post that fails is a failed installation, and the disk is called written and verified" {
	tftp_root name-post.sh
	printf 'echo "no such key" >&2\nexit 7\n' >"$root/post.sh"
	run "$BOOT" -t "$root" -D "$disk" -l "$log" -w 500 -x 'Kernel panic' \
		'px: FAILED: post: post.sh: exit status 7 .disk written and verified, but Post failed.'
	echo "$output"
	[ "$status" -eq 0 ]
}
