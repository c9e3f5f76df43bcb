#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `make dist`: the source as it is committed, the same bytes from every clone, which build without git.
load ../px

# a clone of this source with kbuild/ as it lies here, committed
setup() {
	export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
	need git xz
	[ -e "$PX_TOP/.git" ] || skip "a source archive: no git"
	CLONE=$BATS_TEST_TMPDIR/clone
	git -c advice.detachedHead=false clone -q "$PX_TOP" "$CLONE"
	cp -r "$PX_TOP"/kbuild/* "$CLONE/kbuild/"
	git -C "$CLONE" add -A
	git -C "$CLONE" commit -q --allow-empty -m kbuild
}

# dist CLONE OUT: the archive's path
dist() {
	"$1/kbuild/dist.sh" "$2"
}

# unpack ARCHIVE: into a folder that is not in a clone; its path
unpack() {
	tar -C "$BATS_TEST_TMPDIR" -xf "$1"
	echo "$BATS_TEST_TMPDIR/$(basename "$1" .tar.xz)"
}

@test "two clones, another umask and another time zone give the same bytes, and the sums fit" {
	one=$(dist "$CLONE" "$BATS_TEST_TMPDIR/one")
	(umask 077 && git clone -q "$CLONE" "$BATS_TEST_TMPDIR/clone2")
	git -C "$BATS_TEST_TMPDIR/clone2" config tar.umask 0077
	two=$(TZ=Pacific/Auckland LC_ALL=C dist "$BATS_TEST_TMPDIR/clone2" "$BATS_TEST_TMPDIR/two")
	cmp "$one" "$two"
	cmp "$BATS_TEST_TMPDIR/one/dist/SHA256SUMS" "$BATS_TEST_TMPDIR/two/dist/SHA256SUMS"
	(cd "$BATS_TEST_TMPDIR/one/dist" && sha256sum -c SHA256SUMS)
	[ "$(basename "$one")" = "pxe-imager-$("$CLONE/kbuild/version.sh").tar.xz" ]
}

@test "the archive holds every committed file with its mode, the version, and nothing else" {
	folder=$(unpack "$(dist "$CLONE" "$BATS_TEST_TMPDIR/out")")
	diff <({ git -C "$CLONE" ls-files; echo kbuild/version; } | sort) \
		<(cd "$folder" && find . ! -type d -printf '%P\n' | sort)
	[ -x "$folder/kbuild/busybox.sh" ]
	[ "$("$folder/kbuild/version.sh")" = "$("$CLONE/kbuild/version.sh")" ]
}

@test "what is not committed is named and nothing is made" {
	echo '#' >>"$CLONE/tests/px.bash"
	run dist "$CLONE" "$BATS_TEST_TMPDIR/out"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"not committed: tests/px.bash"* ]]
	[ -z "$(find "$BATS_TEST_TMPDIR/out" -type f)" ]
}

@test "make in the unpacked archive knows all its stages" {
	need make
	folder=$(unpack "$(dist "$CLONE" "$BATS_TEST_TMPDIR/out")")
	cp "$PX_TOP/.config" "$folder/"
	run make -C "$folder" -n busybox
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"kbuild/busybox.sh build"* ]]
	[[ $output == *"$("$CLONE/kbuild/version.sh")"* ]]
	run make -C "$folder" help
	[[ $output == *"make dist "* ]]
}

@test "the unpacked archive builds, without git, the bytes that the clone builds" {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes: set PX_LONG=1"
	folder=$(unpack "$(dist "$CLONE" "$BATS_TEST_TMPDIR/out")")
	cp "$PX_TOP/.config" "$folder/"
	cp "$PX_TOP/.config" "$CLONE/"
	for top in "$folder" "$CLONE"; do # Debian's sources, which need not be fetched again
		mkdir "$top/build"
		cp -a "$PX_BUILD"/apt-* "$PX_BUILD/src" "$top/build/"
		make -C "$top" busybox
	done
	cmp "$folder/build/busybox" "$CLONE/build/busybox"
	"$folder/build/busybox" | grep -qF "(PXE Imager $("$CLONE/kbuild/version.sh"))"
}
