#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# A machine is saved over HTTP to nginx, and a second, empty one is installed from what came.
load ../px
load ../fetch/fetch

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need qemu-system-x86_64 zstd nginx ss
	cd "$BATS_TEST_TMPDIR"
	FETCH_DIR=$BATS_TEST_TMPDIR/servers
	mkdir -p "$FETCH_DIR/temp" www/up
	chmod 777 . www www/up
}

teardown() {
	cd /
	fetch_stop
}

# machine PARAMETERS: a TFTP root whose catalog is empty
machine() {
	: >images
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$BATS_TEST_TMPDIR/tftp" images 52:54:00:00:00:01 "$1"
}

@test "a disk is saved over HTTP, unchanged, and a second machine that had nothing boots from its image (PX_LONG)" {
	[ "${PX_LONG:-}" = 1 ] || skip "PX_LONG=1 boots it"
	[ -s "$PX_BUILD/demo/debian.img.zst" ] || skip "no build/demo/debian.img.zst (make demo)"
	start_dav "$BATS_TEST_TMPDIR/www" "$BATS_TEST_TMPDIR/www/up/.temp"
	url=http://10.0.2.2:$PORT/up
	zstd -dq --sparse "$PX_BUILD/demo/debian.img.zst" -o source
	truncate -s +64M source
	before=$(sha256sum <source)
	machine "px.auto px.timeout=0 px.capture=$url/ px.capture.name=lab px.disk=/dev/vda px.after=menu"
	run "$BOOT" -w 900 -t "$BATS_TEST_TMPDIR/tftp" -D source -l log 'px: saving /dev/vda' 'px: saved /dev/vda as lab'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(sha256sum <source)" = "$before" ]
	ls -l www/up
	[ -s www/up/lab.stanza ]
	truncate -s "$(stat -c %s source)" empty
	machine "px.auto px.timeout=0 px.catalog=$url/lab.stanza px.image=lab px.disk=/dev/vda"
	run "$BOOT" -w 900 -t "$BATS_TEST_TMPDIR/tftp" -D empty -l log 'px: installed lab on /dev/vda' 'login:'
	echo "$output"
	[ "$status" -eq 0 ]
}
