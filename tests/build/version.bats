#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The version: one script knows it; the binary, the manifest and a source archive say the same.
load ../px

# a clone of this source with kbuild/ as it lies here, committed
setup() {
	export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
	CLONE=$BATS_TEST_TMPDIR/clone
}

clone() {
	[ -e "$PX_TOP/.git" ] || skip "a source archive: no git"
	git -c advice.detachedHead=false clone -q "$PX_TOP" "$CLONE"
	cp -r "$PX_TOP"/kbuild/* "$CLONE/kbuild/"
	commit kbuild/version.sh
}

# commit FILE: a change of it
commit() {
	echo '#' >>"$CLONE/$1"
	git -C "$CLONE" add -A
	git -C "$CLONE" commit -q -m "$1"
}

version() {
	"$CLONE/kbuild/version.sh"
}

@test "the banner, the manifest and build/version name the version that was built" {
	need git
	[ -e "$PX_BUILD/manifest.d/product-pxe-imager" ] || skip "no manifest.d (make busybox)"
	run bash -c '"$1" | head -n 1' - "$PX_BUSYBOX"
	echo "$output"
	built=$(sed -n 's/^product pxe-imager //p' "$PX_BUILD/manifest.d/product-pxe-imager")
	[[ $built =~ ^[0-9A-Za-z.+~-]+$ ]]
	[[ $output == "BusyBox v"*" (PXE Imager $built)"* ]]
	[ "$(cat "$PX_BUILD/version")" = "$built" ]
}

@test "on a tag the version is its number, behind it the number, the commits since and the last one" {
	need git
	clone
	git -C "$CLONE" tag v9.1
	[ "$(version)" = 9.1 ]
	commit applets/Config.in
	[ "$(version)" = "9.1+1.g$(git -C "$CLONE" rev-parse HEAD | cut -c 1-10)" ]
	git -C "$CLONE" tag no-release
	[ "$(version)" = "9.1+1.g$(git -C "$CLONE" rev-parse HEAD | cut -c 1-10)" ]
}

@test "a commit that cannot change the product does not change its version, so nothing is built anew" {
	need git
	clone
	before=$(version)
	commit README.md
	commit tests/px.bash
	[ "$(version)" = "$before" ]
}

@test "what is not committed is called dirty, a file that git does not know yet, too" {
	need git
	clone
	clean=$(version)
	[[ $clean != *dirty ]]
	echo '#' >>"$CLONE/tests/px.bash"
	[ "$(version)" = "$clean" ]
	: >"$CLONE/applets/lib/new.c"
	[ "$(version)" = "$clean+dirty" ]
}

@test "without git the version is that of the source archive, or unknown, never that of a repository around it" {
	need git
	clone
	mkdir -p "$CLONE/inner/kbuild"
	cp "$PX_TOP/kbuild/version.sh" "$CLONE/inner/kbuild/"
	[ "$("$CLONE/inner/kbuild/version.sh")" = unknown ]
	echo 7.2 >"$CLONE/inner/kbuild/version"
	[ "$("$CLONE/inner/kbuild/version.sh")" = 7.2 ]
	echo '7.2"; rm' >"$CLONE/inner/kbuild/version"
	run "$CLONE/inner/kbuild/version.sh"
	[ "$status" -eq 1 ]
	[[ $output == *"is no version"* ]]
}

@test "a new version compiles two files, not everything" {
	[ -e "$PX_BUILD/busybox-tree/busybox" ] || skip "no build (make busybox)"
	run bash -c 'grep -l "include/px_version.h" $(find "$1" -name ".*.o.cmd")' - "$PX_BUILD/busybox-tree"
	echo "$output"
	[ "${#lines[@]}" -eq 2 ]
	# and no compiler command has it: make would then take each as changed
	version=$(sed -n 's/^product pxe-imager //p' "$PX_BUILD/manifest.d/product-pxe-imager")
	run grep -rlF --include='.*.o.cmd' -e "$version" "$PX_BUILD/busybox-tree"
	[ "$status" -eq 1 ]
}

