#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# kbuild/archive.sh: the one door to Debian's archive, with apt's own tools replaced where the archive must misbehave.
load ../px

setup() {
	need apt-get dpkg-deb flock
	build=$BATS_TEST_TMPDIR/build
	stubs=$BATS_TEST_TMPDIR/stubs
	mkdir "$stubs"
	real=$(command -v apt-get)
	PATH=$stubs:$PATH
}

archive() {
	"$PX_TOP/kbuild/archive.sh" -b "$build" -s trixie "$@"
}

# apt_get SCRIPT: an apt-get that knows of a mirror at a port where nobody listens, and otherwise does SCRIPT
apt_get() {
	cat >"$stubs/apt-get" <<-STUB
		#!/bin/sh
		echo "\$*" >>"$BATS_TEST_TMPDIR/calls"
		case "\$*" in
		indextargets*) echo 'Debian|Debian|http://127.0.0.1:1/debian'; exit ;;
		esac
		$1
	STUB
	chmod +x "$stubs/apt-get"
}

# two versions of a package in the index, of which the mirror has only the older one
two_versions() {
	mkdir -p "$BATS_TEST_TMPDIR/pkg/DEBIAN" "$BATS_TEST_TMPDIR/pkg/usr"
	printf 'Package: pkg\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <n@example.org>\nDescription: a test\n' \
		>"$BATS_TEST_TMPDIR/pkg/DEBIAN/control"
	echo old >"$BATS_TEST_TMPDIR/pkg/usr/file"
	dpkg-deb --root-owner-group -b "$BATS_TEST_TMPDIR/pkg" "$BATS_TEST_TMPDIR/pkg.deb" >/dev/null
	printf '#!/bin/sh\nprintf "Version: 1.0\\nVersion: 1.1\\n"\n' >"$stubs/apt-cache"
	chmod +x "$stubs/apt-cache"
	apt_get "case \"\$*\" in
		*pkg=1.1) echo 'E: Failed to fetch pkg_1.1.deb  404  Not Found'; exit 100 ;;
		*pkg=1.0) cp $BATS_TEST_TMPDIR/pkg.deb . ;;
	esac"
}

@test "a mirror that cannot be reached is an error in one line that names it, and the next run tries again" {
	apt_get "exec $real -oAcquire::Retries=0 \"\$@\""
	for try in 1 2; do
		run archive update
		echo "$output"
		[ "$status" = 1 ]
		[ "${#lines[@]}" = 1 ]
		[[ $output == *"cannot read the indexes of trixie"*"127.0.0.1"* ]]
		[ ! -e "$build/apt-trixie/updated" ]
	done
}

@test "indexes of other sources are not taken for those of the sources there are now" {
	mkdir -p "$build/apt-trixie"
	echo 'deb http://another.example/debian trixie main' >"$build/apt-trixie/sources.list"
	: >"$build/apt-trixie/updated"
	apt_get 'exit 100'
	for try in 1 2; do
		run archive update
		[ "$status" = 1 ]
		[[ $output != *'to go on with'* ]]
	done
}

@test "old indexes of the same sources are used only by the builder's own word, and that is named" {
	apt_get 'exit 0'
	archive update
	touch -d '3 days ago' "$build/apt-trixie/updated"
	apt_get 'echo "E: nobody there" >&2; exit 100'
	run archive update
	[ "$status" = 1 ]
	[[ $output == *"nobody there"*"touch $build/apt-trixie/updated"* ]]
	touch "$build/apt-trixie/updated"
	archive update
}

@test "a version that the index lists and the mirror has not: the next older one is taken, and it is said" {
	two_versions
	run archive deb pkg
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"pkg 1.1: "*"404  Not Found; trying the next older one"* ]]
	[ "$(cat "$build/deb/pkg/usr/file")" = old ]
	[ "$(cat "$build/manifest.d/binary-pkg")" = 'binary pkg 1.0' ]
}

@test "a package that was got is not fetched again, unless its files are gone" {
	two_versions
	archive deb pkg
	: >"$BATS_TEST_TMPDIR/calls"
	archive deb pkg
	run grep -c download "$BATS_TEST_TMPDIR/calls"
	[ "$output" = 0 ]
	rm -r "$build/deb/pkg"
	archive deb pkg
	[ -e "$build/deb/pkg/usr/file" ]
}

@test "a package that does not exist is an error that names it and the suite" {
	apt_get ''
	printf '#!/bin/sh\nexit 100\n' >"$stubs/apt-cache"
	chmod +x "$stubs/apt-cache"
	run archive deb no-such-package
	[ "$status" = 1 ]
	[[ $output == *"no binary package 'no-such-package' in trixie"* ]]
}

@test "two builds that want the same package at once both get it" {
	two_versions
	archive deb pkg 2>/dev/null &
	other=$!
	archive deb pkg 2>/dev/null
	wait "$other"
	[ "$(cat "$build/deb/pkg/usr/file")" = old ]
}
