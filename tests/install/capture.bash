# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of saving a disk share: nginx with dav, a disk with two partitions, programs that see it as /dev/vda.
#
#	load ../px
#	load ../menu/menu
#	load ../fetch/fetch
#	load capture

capture_setup() {
	need python3 nginx ss sfdisk mkfs.ext4 mkfs.vfat debugfs zstd
	FETCH_DIR=$BATS_TEST_TMPDIR/servers
	PX_STUB=$BATS_TEST_TMPDIR/stub
	ROOT=$BATS_TEST_TMPDIR/root
	WWW=$BATS_TEST_TMPDIR/www
	export ROOT PX_STUB PX_BUSYBOX
	unset http_proxy
	mkdir -p "$FETCH_DIR/temp" "$PX_STUB" "$WWW/up"
	: >"$PX_STUB/calls"
	chmod 777 "$BATS_TEST_TMPDIR" "$WWW" "$WWW/up"
	"$PX_TOP/tests/fakeroot" -m one "$ROOT"
	printf '#!/bin/sh\necho "$0 was called" >>"%s/calls"\n' "$PX_STUB" >"$ROOT/sbin/reboot"
	chmod +x "$ROOT/sbin/reboot"
	cp "$PX_TOP/tests/menu/images" "$WWW/images"
	LOG=$ROOT/var/log/px.log
	DISK=$ROOT/dev/vda
	truncate -s 1G "$DISK"
	echo $((1 << 21)) >"$ROOT/sys/block/vda/size"
	px_install pximenu pxfetch pxsend pxcatalog
	capture_programs
	start_dav "$WWW" "$WWW/up/.temp" 'location /limited/ { client_max_body_size 10k; }
		location /closed/ { limit_except GET { deny all; } }'
	URL=http://127.0.0.1:$PORT
}

# pxread and partclone are told /dev/vda, which is another disk on the machine that tests
capture_programs() {
	local fs
	cat >"$BATS_TEST_TMPDIR/bin/pxread" <<-'SH'
		#!/bin/sh
		echo "pxread $*" >>"$PX_STUB/calls"
		for disk; do :; done
		[ "$disk" = /dev/vda ] || exit 99
		n=$#
		for word; do
			shift
			case $word in /dev/vda) word=$ROOT/dev/vda ;; esac
			set -- "$@" "$word"
		done
		[ ! -e "$PX_STUB/read.sh" ] || . "$PX_STUB/read.sh"
		exec "$PX_BUSYBOX" pxread "$@"
	SH
	chmod +x "$BATS_TEST_TMPDIR/bin/pxread"
}

# partition NUMBER START_MIB FILE: what is in FILE goes onto the disk, and stands beside it under the kernel's name
partition() {
	cp --sparse=always "$3" "$DISK$1"
	dd if="$3" of="$DISK" bs=1M seek="$2" conv=notrunc,sparse status=none
}

# an EFI system partition of 32 MiB, an ext4 of 64 with a file in it and stale data in its free space, a gap with a
# few bytes between, and stale data behind the last partition
make_disk() {
	truncate -s 32M esp
	mkfs.vfat -F 16 esp >/dev/null
	truncate -s 64M ext
	mkfs.ext4 -q -F -O ^metadata_csum_seed ext
	seq 200000 >file
	debugfs -w -R 'write file file' ext 2>/dev/null
	printf 'label: gpt\nstart=2048, size=65536, type=U\nstart=69632, size=131072\n' | sfdisk -q "$DISK"
	partition 1 1 esp
	partition 2 34 ext
	stale 60000000 # in free space of the second
	stale 35000000 # the gap
	stale 900000000 # behind all
}

# stale OFFSET: 64 KiB that no zstd makes smaller
stale() {
	head -c 65536 /dev/urandom | dd of="$DISK" bs=1M oflag=seek_bytes seek="$1" conv=notrunc iflag=fullblock status=none
}

# capture PARAMETER...: an unattended run in the background
capture() {
	rm -f "$ROOT/run/px/auto.done"
	cmdline px.auto px.timeout=0 "px.catalog=$URL/images" px.capture.name=lab "$@"
	timeout 100 pximenu -r "$ROOT" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	MENU=$!
}

ended() {
	wait_for 90 grep -qE 'px: (saved|FAILED)' "$LOG" || { cat "$LOG" >&2; return 1; }
	cat "$LOG"
}

nothing_sent() {
	[ -z "$(ls "$WWW/up")" ]
	! grep -q '^PUT' "$FETCH_DIR/access"
}

capture_teardown() {
	cd /
	[ -z "${MENU:-}" ] || stop "$MENU"
	fetch_stop
	[ ! -S "${TMUX_SOCKET:-}" ] || tmux_do kill-server || true
}
