#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The build: one binary, static, ours in it; one configuration for both kconfigs.
load ../px

@test "the binary is static and holds our applets" {
	need readelf
	run readelf -d "$PX_BUSYBOX"
	[ "$status" -eq 0 ]
	[[ "$output" == *"no dynamic section"* ]]
	for applet in pximenu pxfetch pxwrite pxread pxsend pxcatalog; do
		"$PX_BUSYBOX" --list | grep -qx "$applet"
	done
}

@test "a wrong option of each applet is exit status 2 or BusyBox's usage, never success" {
	px_install pximenu pxfetch pxwrite pxread pxsend pxcatalog
	for applet in pximenu pxfetch pxwrite pxread pxsend pxcatalog; do
		run "$applet" --no-such-option
		echo "$applet: $status"
		[ "$status" -ne 0 ]
	done
}

@test "the binary tells nothing of the machine it was built on" {
	run grep -c -a "$PX_TOP" "$PX_BUSYBOX"
	[ "$output" = 0 ]
}

@test "BusyBox's own oldconfig kept every option that .config sets" {
	cd "$PX_TOP"
	grep '^CONFIG_[A-Z0-9_]*=' build/busybox-tree/.config | sort >"$BATS_TEST_TMPDIR/theirs"
	# ours only: the Debian tree's and initramfs' symbols are not in BusyBox's Config.in
	grep '^CONFIG_[A-Z0-9_]*=y' .config \
		| grep -vFf <(sed -n 's/^config /CONFIG_/p' debian-strip/Config.in initramfs/Config.in) |
		sort >"$BATS_TEST_TMPDIR/ours"
	run comm -23 "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/theirs"
	echo "$output"
	[ -z "$output" ]
}

@test "every option that kbuild/busybox.config sets is known to this BusyBox and taken" {
	cd "$PX_TOP"
	run comm -23 <(grep '^CONFIG_.*=y' kbuild/busybox.config | sort -u) <(grep '^CONFIG_.*=y' .config | sort)
	echo "$output"
	[ -z "$output" ]
}

@test "all shell scripts are shellcheck clean" {
	need shellcheck
	cd "$PX_TOP"
	[ -e .git ] || skip "a source archive: no git"
	run bash -c 'git ls-files -z | xargs -0 grep -lIE "^#!/bin/sh" | xargs shellcheck -S warning'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the repository names no mirror and no path of a machine" {
	cd "$PX_TOP"
	[ -e .git ] || skip "a source archive: no git"
	run git grep -nIE 'deb\.debian\.[o]rg|snapshot\.debian\.[o]rg|registry\.npmjs\.[o]rg|(^|["'\'' =:(])/(wo[r]k|ro[o]t)/'
	echo "$output"
	[ "$status" -eq 1 ]
}

@test "a package that was looked up since the indexes were read is not looked up again, and one that is gone is" {
	[ -d "$PX_BUILD/deb/syslinux" ] || skip "no $PX_BUILD/deb/syslinux (make tftpboot)"
	suite=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")
	build=$BATS_TEST_TMPDIR/build
	mkdir -p "$build/deb" "$build/apt-$suite"
	cp "$PX_BUILD/apt-$suite/sources.list" "$build/apt-$suite/"
	cp -a "$PX_BUILD/deb"/syslinux "$PX_BUILD/deb"/syslinux.* "$build/deb/"
	: >"$build/apt-$suite/updated"
	touch -d '1 second' "$build/deb/syslinux.newest"
	mkdir -p "$build/manifest.d" "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/apt-cache"
	chmod 755 "$BATS_TEST_TMPDIR/bin/apt-cache"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$PX_TOP/kbuild/archive.sh" -b "$build" -s "$suite" deb syslinux
	echo "$output"
	[ "$status" -eq 0 ]
	[ -s "$build/manifest.d/binary-syslinux" ]
	rm -r "$build/deb/syslinux"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$PX_TOP/kbuild/archive.sh" -b "$build" -s "$suite" deb syslinux
	[ "$status" -ne 0 ]
	[[ $output == *"no binary package 'syslinux'"* ]]
}
