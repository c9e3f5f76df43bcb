#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The build as a whole: what is up to date is left alone, and the same sources give the same bytes.
load ../px

setup() {
	cd "$PX_TOP"
	SUITE=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' .config)
}

built() {
	[ -e "$PX_BUILD/$1" ] || skip "no $PX_BUILD/$1 (make)"
	[ "$PX_BUILD" -ef build ] || skip "the build is not in $PX_TOP/build"
}

# what FILE... are: content and times
state() {
	stat -c '%n %i %Y %s' "$@"
}

@test "make after make does nothing" {
	built busybox
	run make -q busybox
	echo "$output"
	[ "$status" = 0 ]
	built tftpboot.done
	run make -q
	echo "$output"
	[ "$status" = 0 ]
}

@test "a stage that is run again though nothing changed leaves what it made alone" {
	built tftpboot.done
	made="$PX_BUILD/busybox $PX_BUILD/rootdir.tar $PX_BUILD/px.cpio.xz $(find "$PX_BUILD/tftpboot" -type f)"
	# shellcheck disable=SC2086
	before=$(state $made)
	for stage in kbuild/busybox.sh debian-strip/tree.sh initramfs/pack/initramfs.sh initramfs/pack/tftpboot.sh; do
		run "$stage" build "$SUITE" .config
		echo "$stage: $output"
		[ "$status" = 0 ]
		[ -z "$output" ]
	done
	# shellcheck disable=SC2086
	diff <(echo "$before") <(state $made)
}

@test "a build in another folder gives the same bytes" {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes: set PX_LONG=1"
	built tftpboot.done
	mkdir "$BATS_TEST_TMPDIR/other"
	git ls-files -z | cpio -0 -pdm --quiet "$BATS_TEST_TMPDIR/other"
	cp .config "$BATS_TEST_TMPDIR/other/"
	kbuild/version.sh >"$BATS_TEST_TMPDIR/other/kbuild/version" # there is no git there
	run make -C "$BATS_TEST_TMPDIR/other"
	[ "$status" = 0 ] || { echo "$output"; false; }
	for f in busybox rootdir.tar px.cpio.xz; do
		cmp "$PX_BUILD/$f" "$BATS_TEST_TMPDIR/other/build/$f"
	done
	diff -r "$PX_BUILD/tftpboot" "$BATS_TEST_TMPDIR/other/build/tftpboot"
}

@test "a static library is built anew when the way to build it changed, and BusyBox then links again" {
	built musl/lib/liblz4.a
	other=$BATS_TEST_TMPDIR/build
	mkdir -p "$other/src" "$other/busybox-tree"
	ln -s "$PX_BUILD/apt-$SUITE" "$other/"
	cp -a "$PX_BUILD/musl" "$other/"
	cp -a "$PX_BUILD"/src/lz4* "$other/src/"
	: >"$other/busybox-tree/busybox"
	echo CONFIG_PX_LIBLZ4=y >"$BATS_TEST_TMPDIR/config"
	run kbuild/libraries.sh "$other" "$SUITE" "$BATS_TEST_TMPDIR/config"
	echo "$output"
	[ "$status" = 0 ]
	[ -z "$output" ]
	[ -e "$other/busybox-tree/busybox" ]
	cp "$other/src/lz4.version" "$other/musl/lz4.built" # as of another recipe
	run kbuild/libraries.sh "$other" "$SUITE" "$BATS_TEST_TMPDIR/config"
	[[ $output == *"LIB     lz4"* ]]
	[ ! -e "$other/busybox-tree/busybox" ]
}
