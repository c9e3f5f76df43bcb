#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# A whole installation by https: catalog, image and reports come and go by TLS, and the machine knows the server by the
# CA in its site.cpio.xz; a server with another CA gets nowhere near the disk.
load ../px
load ../fetch/fetch
load ../fetch/https

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set (tests/fetch/https.bats needs no machine)"
	need qemu-system-x86_64 nginx openssl zstd sfdisk
	cd "$BATS_TEST_TMPDIR"
	FETCH_DIR=$BATS_TEST_TMPDIR/servers PKI=$BATS_TEST_TMPDIR root=$BATS_TEST_TMPDIR/tftp
	mkdir -p "$FETCH_DIR/root"
	: >"$FETCH_DIR/sites"
	make_ca ca
	make_cert server ca IP:10.0.2.2 # what a machine in QEMU calls this one
	tls_site SERVER server
	truncate -s 64M disk
	truncate -s 8M image
	printf 'label: gpt\nstart=2048, size=12000\n' | sfdisk -q image
	printf '\353\376' | dd of=image conv=notrunc status=none # boot code: what no machine starts from is refused
	dd if="$PX_BUSYBOX" of=image bs=1M seek=1 count=2 conv=notrunc status=none
	zstd -q image -o "$FETCH_DIR/root/image.zst"
	printf 'Image: small\nSource: image.zst\nSize: 8388608\nSHA256: %s\n' "$(sha256sum image | cut -d ' ' -f 1)" \
		>"$FETCH_DIR/root/images"
	start_sites
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
	fetch_stop
}

# machine CA: a TFTP root whose own catalog is empty, with that CA in site.cpio.xz
machine() {
	: >none
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" none 52:54:00:00:00:01 \
		"px.catalog=https://10.0.2.2:$SERVER_PORT/images px.image=small px.disk=/dev/vda px.auto px.timeout=1"
	mkdir -p site/etc/px
	cp "$1" site/etc/px/ca.pem
	"$PX_TOP/initramfs/pack/site.sh" -o "$root/site.cpio.xz" "$PX_BUILD" site
}

@test "a machine installs by https from a server that the CA in site.cpio.xz has signed" {
	machine ca.pem
	run "$BOOT" -t "$root" -D disk -l log 'px: installed small'
	echo "$output"
	[ "$status" -eq 0 ]
	cmp -i 1048576 -n 4194304 disk image # the table before it is fitted to the disk
	grep -q 'GET /images .* TLSv1.3' "$FETCH_DIR/access"
	grep -q 'GET /image.zst .* TLSv1.3' "$FETCH_DIR/access"
}

@test "with another CA in it the catalog is refused, in words, and the disk stays as it is" {
	make_ca other
	machine other.pem
	run "$BOOT" -t "$root" -D disk -l log -x 'px: installed|Kernel panic' 'no certificate in /etc/px/ca.pem has signed it'
	echo "$output"
	[ "$status" -eq 0 ]
	cmp -n 67108864 disk /dev/zero
}
