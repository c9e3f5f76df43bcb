#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/upstream/: patches for BusyBox that apply to Debian's source, and tests in BusyBox's own form that fail without
# them. With PX_LONG=1 a small BusyBox is built twice (a minute).
load ../px

setup() {
	need patch
	SOURCE=$PX_BUILD/src/busybox
	[ -d "$SOURCE" ] || skip "no $SOURCE (make busybox)"
}

# patched NAME: a copy of Debian's source with all patches in it, in $BATS_TEST_TMPDIR/NAME
patched() {
	cp -r "$SOURCE" "$BATS_TEST_TMPDIR/$1"
	for patch in "$PX_TOP"/docs/upstream/*.patch; do
		patch -d "$BATS_TEST_TMPDIR/$1" -p1 --fuzz=0 --no-backup-if-mismatch -s <"$patch"
	done
}

# small FOLDER: a BusyBox with what the tests are about
small() {
	make -C "$1" allnoconfig
	for option in BUSYBOX ZCAT GUNZIP UNXZ XZCAT XZ WGET TFTP FEATURE_TFTP_GET FEATURE_TFTP_BLOCKSIZE FEATURE_SEAMLESS_GZ \
		FEATURE_SEAMLESS_XZ NC NC_SERVER NC_110_COMPAT NC_EXTRA USLEEP HTTPD FEATURE_HTTPD_CGI \
		LFS LONG_OPTS DESKTOP SHOW_USAGE; do
		sed -i "s/^# CONFIG_$option is not set/CONFIG_$option=y/" "$1/.config"
	done
	yes '' | make -C "$1" oldconfig
	make -C "$1" -j 2 busybox
	rm -rf "$1/testsuite/wget" # older cases, which ask a server on the Internet
}

testsuite() {
	(cd "$1/testsuite" && ./runtest zcat unxz wget tftp httpd)
}

@test "each patch for BusyBox applies by itself, brings a test, and is not part of our build" {
	for patch in "$PX_TOP"/docs/upstream/*.patch; do
		patch -d "$SOURCE" -p1 --fuzz=0 --dry-run <"$patch"
		grep -q '^+++ b/testsuite/.*\.tests$' "$patch"
		grep -q '^Subject: \[PATCH\] ' "$patch"
		grep -qF "(${patch##*/})" "$PX_TOP/docs/upstream/README.md"
		run grep -rlF "${patch##*/}" "$PX_TOP/kbuild"
		[ -z "$output" ]
	done
}

@test "BusyBox's testsuite passes with the patches, and without them fails in every case that is about a bug" {
	[ -n "${PX_LONG:-}" ] || skip "builds BusyBox twice: set PX_LONG=1"
	patched with
	cp -r "$SOURCE" "$BATS_TEST_TMPDIR/without"
	mkdir -p "$BATS_TEST_TMPDIR/without/testsuite"
	for name in zcat unxz wget tftp httpd; do
		cp "$BATS_TEST_TMPDIR/with/testsuite/$name.tests" "$BATS_TEST_TMPDIR/without/testsuite/"
	done
	chmod +x "$BATS_TEST_TMPDIR"/with*/testsuite/*.tests
	for tree in with without; do
		small "$BATS_TEST_TMPDIR/$tree" >"$BATS_TEST_TMPDIR/$tree.log" 2>&1
	done
	run testsuite "$BATS_TEST_TMPDIR/with"
	echo "$output"
	[ "$status" -eq 0 ]
	passed=$(grep -c '^PASS: ' <<<"$output")
	[ "$passed" -eq 17 ]
	run grep -E '^(FAIL|SKIPPED|UNTESTED)' <<<"$output"
	[ -z "$output" ]
	run testsuite "$BATS_TEST_TMPDIR/without"
	echo "$output"
	# what was right before stays so: zcat, unxz, chunks, a range, and a page by its name that are right
	[ "$(grep -c '^PASS: ' <<<"$output")" -eq 5 ]
	[ "$(grep -c '^FAIL: ' <<<"$output")" -eq 12 ]
}
