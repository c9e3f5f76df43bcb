#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Manual pages, usage texts, tables of the documentation and code say the same: tests/build/pages holds them against
# each other, and is shown a tree with one difference each time, so that it does not pass because it sees nothing.
load ../px

setup_file() {
	command -v go-md2man >/dev/null || return 0
	export PX_BUSYBOX=${PX_BUSYBOX:-$PX_BUILD/busybox}
	mkdir "$BATS_FILE_TMPDIR/build"
	cp "$PX_BUILD/version" "$BATS_FILE_TMPDIR/build/"
	"$PX_TOP/kbuild/man.sh" "$BATS_FILE_TMPDIR/build"
}

setup() {
	need python3 go-md2man
	MAN=$BATS_FILE_TMPDIR/build/man
	SMALL=$BATS_TEST_TMPDIR/small
}

# small: a copy of what is compared, to spoil; MAN is a copy, too
small() {
	mkdir -p "$SMALL"
	(cd "$PX_TOP" && tar -cf - README.md docs applets initramfs) | tar -C "$SMALL" -xf -
	cp -r "$MAN" "$SMALL/man"
	cp "$BATS_FILE_TMPDIR/build/version" "$SMALL/"
	MAN=$SMALL/man
}

same() {
	run "$PX_TOP/tests/build/pages" "$1" "$PX_TOP" "${@:2}"
	echo "$output"
	[ "$status" -eq 0 ]
}

# differs CHECK TEXT...: in the spoiled tree CHECK finds each TEXT and nothing else
differs() {
	local check=$1 busybox=
	shift
	[ "$check" != options ] || busybox=${BUSYBOX:-$PX_BUSYBOX}
	run "$PX_TOP/tests/build/pages" "$check" "$SMALL" "$MAN" $busybox
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq $# ]
	for line; do
		[[ $output == *"$line"* ]]
	done
}

# spoil FILE SED: and see that it has changed
spoil() {
	cp "$SMALL/$1" "$BATS_TEST_TMPDIR/before"
	sed -i "$2" "$SMALL/$1"
	! cmp -s "$SMALL/$1" "$BATS_TEST_TMPDIR/before"
}

@test "each option that an applet takes is in its usage and its manual page, and none that it does not take" {
	same options "$MAN" "$PX_BUSYBOX"
	small
	spoil applets/pxsend.c 's/"^qVT:p:i:C:c:"/"^qVxT:p:i:C:c:"/'
	differs options 'pxsend -x: not in usage' 'pxsend -x: not in synopsis' 'pxsend -x: not in page'
}

@test "an option that is missing in a page, in a usage's list or in its first lines is found" {
	small
	spoil man/pxread.8 '/^\\fB\\-2/s/2/3/'
	differs options 'pxread -2: not in page' 'pxread -3: not in code' 'pxread -3: not in usage' \
		'pxread -3: not in synopsis'
	cp "$BATS_FILE_TMPDIR/build/man/pxread.8" "$MAN/"
	BUSYBOX=$BATS_TEST_TMPDIR/busybox
	printf '#!/bin/sh\n"%s" "$@" 2>&1 | sed "/^\t-2/d"\n' "$PX_BUSYBOX" >"$BUSYBOX"
	chmod +x "$BUSYBOX"
	differs options 'pxread -2: not in usage'
	printf '#!/bin/sh\n"%s" "$@" 2>&1 | sed "s/.-q2H. //"\n' "$PX_BUSYBOX" >"$BUSYBOX"
	differs options 'pxread -2: not in synopsis' 'pxread -H: not in synopsis' 'pxread -q: not in synopsis'
}

@test "each command of pxcatalog is in its usage and its page" {
	small
	spoil applets/pxcatalog.c 's/index_in_strings("add\\0/&drop\\0/'
	differs options 'pxcatalog drop: not in usage' 'pxcatalog drop: not in page'
}

@test "each field of the catalog is in docs/images.md and px-images(5), and none that the code does not take" {
	same fields "$MAN"
	small
	spoil applets/catalog/fields.c '/{ "Spread"/d'
	differs fields 'Image: Spread: not in code'
	cp "$PX_TOP/applets/catalog/fields.c" "$SMALL/applets/catalog/"
	spoil docs/images.md '/^| `Serial`/d'
	differs fields 'Catalog: Serial: not in documentation'
	cp "$PX_TOP/docs/images.md" "$SMALL/docs/"
	spoil man/px-images.5 's/^\\fBForce/\\fBFarce/'
	differs fields 'Machine: Force: not in page' 'Machine: Farce: not in code' 'Machine: Farce: not in documentation'
}

@test "each kernel parameter is in docs/unattended.md and px-cmdline(7), and none that nothing reads" {
	same parameters "$MAN"
	small
	spoil applets/menu/settings.c 's/patience\\0boot/patience\\0hurry\\0boot/'
	differs parameters 'px.hurry: not in documentation' 'px.hurry: not in page'
	cp "$PX_TOP/applets/menu/settings.c" "$SMALL/applets/menu/"
	echo 'if has px.quick; then :; fi' >>"$SMALL/initramfs/overlay/init"
	differs parameters 'px.quick: not in documentation' 'px.quick: not in page'
	cp "$PX_TOP/initramfs/overlay/init" "$SMALL/initramfs/overlay/"
	spoil docs/unattended.md 's/^| `px.ui=/| `px.face=/'
	differs parameters 'px.ui: not in documentation' 'px.face: not in code' 'px.face: not in page'
}

@test "each command that pxroom takes is in its page, and none that it does not take" {
	same room "$MAN"
	small
	spoil initramfs/serve/pxroom 's/^\tplan | again/\tplan | rest | again/'
	differs room 'pxroom rest: not in page'
	cp "$PX_TOP/initramfs/serve/pxroom" "$SMALL/initramfs/serve/"
	spoil man/pxroom.8 's/  wake \[/  wink [/'
	differs room 'pxroom wake: not in page' 'pxroom wink: not in code'
}

@test "README's table of exit status is that of lib/status.h" {
	same status
	mkdir -p "$SMALL/applets/lib"
	cp "$PX_TOP/README.md" "$SMALL/"
	sed 's/PX_DATA = 9/PX_DATA = 12/' "$PX_TOP/applets/lib/status.h" >"$SMALL/applets/lib/status.h"
	run "$PX_TOP/tests/build/pages" status "$SMALL"
	[ "$status" -eq 1 ]
	[ "$output" = "exit status 12: not in documentation
exit status 9: not in code" ]
}

@test "a page is made anew of the usage and the tables: what changes there changes here" {
	small
	spoil docs/unattended.md 's/^| `px.shell` | a shell/| `px.shell` | a conch/'
	BUSYBOX=$BATS_TEST_TMPDIR/busybox
	printf '#!/bin/sh\n"%s" "$@" 2>&1 | sed "s/Read SOURCE twice/Read SOURCE thrice/"\n' "$PX_BUSYBOX" >"$BUSYBOX"
	chmod +x "$BUSYBOX"
	PX_BUSYBOX=$BUSYBOX "$PX_TOP/kbuild/man.sh" "$SMALL" "$SMALL"
	grep -q '^Read SOURCE thrice and compare$' "$MAN/pxread.8"
	grep -q '^a conch before anything else$' "$MAN/px-cmdline.7"
}

@test "a page that asks for what is not there is an error, and the page that was there stays" {
	small
	echo '@options pxnothing@' >>"$SMALL/docs/man/pxsend.1.md"
	before=$(sha256sum "$MAN/pxsend.1")
	run "$PX_TOP/kbuild/man.sh" "$SMALL" "$SMALL"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"@options pxnothing@ gives nothing"* ]]
	[ "$before" = "$(sha256sum "$MAN/pxsend.1")" ]
}

@test "mandoc finds no fault in a page, and each has its line for apropos" {
	need mandoc
	for page in "$MAN"/*; do
		# what is style: short lines, capitals, paragraphs behind headings
		run bash -c 'mandoc -Tlint -W warning "$1" | grep -v "skipping paragraph macro"' - "$page"
		echo "$output"
		[ -z "$output" ]
		name=$(basename "$page")
		sed -n '/^\.SH NAME/,/^\.SH S/p' "$page" | grep -q "^${name%.*} *\\\\*- [a-z]"
	done
}
