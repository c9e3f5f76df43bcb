#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of README.md and docs/: each is run here, or by the test that tests/build/commands.list names.
load ../px

LIST=$PX_TOP/tests/build/commands.list

@test "each command of README.md, docs/ and the manual pages is run by a test" {
	need python3
	run "$PX_TOP/tests/build/commands" check "$PX_TOP" "$LIST"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a command without a test, one that is in no document, and a test that is gone are found" {
	need python3
	small=$BATS_TEST_TMPDIR/small
	mkdir -p "$small/tests"
	cp -r "$PX_TOP/README.md" "$PX_TOP/docs" "$small/"
	cp -r "$PX_TOP/tests"/{boot,build,catalog,fetch,install,read,serve,verify,write} "$small/tests/"
	printf '\n    pxfetch --new\n' >>"$small/docs/uki.md"
	{ echo 'pxfetch --old => here'; cat "$LIST"; } >"$BATS_TEST_TMPDIR/list"
	sed -i '/^@test "make after make does nothing"/d' "$small/tests/build/make.bats"
	run "$PX_TOP/tests/build/commands" check "$small" "$BATS_TEST_TMPDIR/list"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ $output == *"docs/uki.md: no test is named for: pxfetch --new"* ]]
	[[ $output == *"a command that is in no document: pxfetch --old"* ]]
	[[ $output == *"build/make.bats has no test of that name: make after make does nothing"* ]]
}

# a source folder with a build that is up to date, and what the documents take as given
source_folder() {
	mkdir "$BATS_TEST_TMPDIR/src"
	cd "$PX_TOP"
	git ls-files -z -- Makefile Config.in .gitignore kbuild initramfs applets/Config.in debian-strip |
		cpio -0 -pdm --quiet "$BATS_TEST_TMPDIR/src"
	cp .config "$BATS_TEST_TMPDIR/src/"
	cd "$BATS_TEST_TMPDIR/src"
	mkdir -p build/tftpboot/pxelinux.cfg build/tftpboot/grub tree/etc
	ln -s "$PX_BUSYBOX" build/busybox
	cp initramfs/tftproot/images build/tftpboot/images
	cp initramfs/tftproot/pxelinux/default build/tftpboot/pxelinux.cfg/
	cp -r initramfs/tftproot/example build/tftpboot/
	truncate -s 8M disk.img
	mke2fs -q -F disk.img
	echo lab >tree/etc/hostname
	openssl req -x509 -newkey rsa:2048 -nodes -keyout our.key -out our-ca.pem -subj /CN=ours 2>"$BATS_TEST_TMPDIR/log"
	cp initramfs/tftproot/images images
	"$PX_BUSYBOX" pxread -o lab.img.zst disk.img
	export HOME=$BATS_TEST_TMPDIR PX_MAC=52:54:00:12:34:56 PX_TARGET=$PWD/tree
	mkdir "$HOME/.ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id_ed25519"
}

# make as after a make: what is built is up to date. ssh-keygen's password is empty here: the documents let it ask.
make() {
	command make -s -o build/busybox -o build/network -o build/tftpboot.done -o tftpboot "$@"
}

ssh-keygen() {
	command ssh-keygen -q -N '' "$@"
}

@test "the commands that can be run anywhere do what they are there for, document by document" {
	need python3 git cpio mke2fs openssl ssh-keygen zstd ip
	px_install pxwrite pxread pxcatalog pxfetch
	source_folder
	eval "$("$PX_TOP/tests/build/commands" here "$PX_TOP" "$LIST")"
	[ "$blocks" -gt 15 ]
	for ((block = 1; block <= blocks; block++)); do
		declare -f "block_$block"
		rm -f lab.img.zst.new asks
		(set -eu; "block_$block") || { echo "failed: block $block"; false; }
	done
	run "$PX_BUSYBOX" pxcatalog list build/tftpboot/images
	echo "$output"
	[[ $output == *"debian-13-lab"*"Debian 13, lab"* ]]
	[[ $output == *"first"*"My first image"* ]]
	run "$PX_BUSYBOX" pxcatalog list images
	[[ $output == *lab*Lab* ]]
	[ -s images.sig ]
	[ -s build/tftpboot/images.sig ]
	[ "$(cat tree/etc/hostname)" = lab-123456 ]
	grep -q '^set px="px.image=debian-13-lab px.disk=smallest px.auto"$' build/tftpboot/grub/01-52-54-00-12-34-56
	# the first APPEND only
	run grep -v '^#' build/tftpboot/pxelinux.cfg/01-52-54-00-12-34-56
	[ "$(grep -c px.auto <<<"$output")" -eq 1 ]
	[[ $(grep px.auto <<<"$output") == "  APPEND "*" quiet px.image=debian-13-lab px.disk=smallest px.auto" ]]
	xz -dc build/tftpboot/site.cpio.xz | cpio -t --quiet | grep -qx etc/px/ca.pem
	[ -s db.key ]
}

@test "no line of a document is over 120 columns, tables excepted" {
	too_long() {
		(cd "$1" && LC_ALL=C.UTF-8 awk 'length > 120 && !/^\|/ { print FILENAME ":" FNR ": " length; bad = 1 }
			END { exit bad }' ./*.md docs/*.md docs/*/*.md)
	}
	run too_long "$PX_TOP"
	echo "$output"
	[ "$status" -eq 0 ]
	mkdir -p "$BATS_TEST_TMPDIR/a/docs/man"
	printf '%0121d\n' 0 >"$BATS_TEST_TMPDIR/a/README.md"
	printf '| %0121d\n' 0 >"$BATS_TEST_TMPDIR/a/docs/a.md"
	: >"$BATS_TEST_TMPDIR/a/docs/man/a.md"
	run too_long "$BATS_TEST_TMPDIR/a"
	[ "$status" -eq 1 ]
	[ "$output" = './README.md:1: 121' ]
}

@test "each document is named in README.md, and each link of a document leads to a file" {
	cd "$PX_TOP"
	for doc in docs/*.md docs/man/px*.md; do
		case $doc in docs/man/px-* | docs/man/pxe-imager*) continue ;; esac # the applets' are in its table
		grep -qF "($doc)" README.md || { echo "README.md does not name $doc"; false; }
	done
	for doc in *.md docs/*.md docs/upstream/*.md; do
		grep -oE '\]\([^)#:]+[)#]' "$doc" | sed 's/^](//; s/[)#]$//' | while read -r link; do
			[ -e "$(dirname "$doc")/$link" ] || { echo "$doc: no $link"; false; }
		done
	done
}
