#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The order in the house, as far as a machine can see it: tests/build/house says what each check looks for. Each check
# is also shown to a tree with one offence in it, so that none passes because it sees nothing.
load ../px

setup() {
	need python3
	HOUSE=$PX_TOP/tests/build/house
	SMALL=$BATS_TEST_TMPDIR/small
	mkdir -p "$SMALL/applets/lib" "$SMALL/applets/top" "$SMALL/tests"
	printf '%s\n' '| `applets/*.c` | x | all |' '| `applets/top/` | x | lib (a remark) |' \
		'| `applets/lib/` | x | |' \
		>"$SMALL/CONTRIBUTING.md"
	printf '# Small\n' >"$SMALL/README.md"
	printf 'int px_a(int b) FAST_FUNC;\n' >"$SMALL/applets/lib/a.h"
	printf '#include "lib/a.h"\nint FAST_FUNC px_a(int b)\n{\n\treturn b;\n}\n' >"$SMALL/applets/lib/a.c"
	printf '#include "lib/a.h"\nint main(void)\n{\n\treturn px_a(0);\n}\n' >"$SMALL/applets/top/top.c"
}

in_order() {
	run "$HOUSE" "$1" "$PX_TOP" "${@:2}"
	echo "$output"
	[ "$status" -eq 0 ]
}

# finds CHECK TEXT: CHECK passes small, less the offence, and finds the one that stands in TEXT
finds() {
	run "$HOUSE" "$1" "$SMALL" "${@:3}"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$2"* ]]
}

@test "a small tree without offence is in order" {
	for check in arrows circles functions headings unused denials "lines applets"; do
		set -- $check
		run "$HOUSE" "$1" "$SMALL" ${2:-}
		echo "$output"
		[ "$status" -eq 0 ]
	done
}

@test "a folder of applets/ includes only from the folders that its row in CONTRIBUTING.md names" {
	in_order arrows
	echo '#include "top/top.h"' >>"$SMALL/applets/lib/a.c"
	: >"$SMALL/applets/top/top.h"
	finds arrows 'lib/a.c includes top/top.h'
}

@test "an include that is named from its own folder on is seen, too" {
	echo '#include "../top/top.h"' >>"$SMALL/applets/lib/a.h"
	: >"$SMALL/applets/top/top.h"
	finds arrows 'lib/a.h includes top/top.h'
}

@test "each folder of applets/ has its row in CONTRIBUTING.md" {
	mkdir "$SMALL/applets/new"
	: >"$SMALL/applets/new/new.c"
	finds arrows 'applets/new: '
}

@test "no files of applets/ include each other, over however many steps, headers counted" {
	in_order circles
	echo '#include "lib/b.h"' >>"$SMALL/applets/lib/a.c"
	echo '#include "lib/c.h"' >"$SMALL/applets/lib/b.h"
	echo '#include "lib/a.h"' >"$SMALL/applets/lib/c.h"
	finds circles 'files in a circle: lib/a -> lib/b -> lib/c -> lib/a'
}

@test "no folders of applets/ include from each other" {
	: >"$SMALL/applets/top/types.h"
	echo '#include "top/types.h"' >>"$SMALL/applets/lib/a.c"
	finds circles 'folders in a circle: lib -> top -> lib'
}

@test "no function of applets/ has more than 45 lines" {
	in_order functions
	{ printf 'void f(void)\n{\n' && yes '	;' | head -n 44 && echo '}'; } >"$SMALL/applets/lib/long.c"
	finds functions 'lib/long.c:2: 46 lines: void f(void)'
}

@test "no folder of applets/ holds more than a fifth of its lines" {
	in_order folders
	run "$HOUSE" folders "$SMALL"
	[ "$status" -eq 1 ]
	[[ $output == *"applets/lib: "* ]]
}

@test "no function is declared in a header for one file alone" {
	in_order unused
	echo 'int px_b(void) FAST_FUNC;' >>"$SMALL/applets/lib/a.h"
	finds unused 'px_b is declared for all'
}

@test "what a comment says of a heading of README.md or CONTRIBUTING.md is there" {
	in_order headings
	printf '/* %s, "Large" */\n' README >>"$SMALL/applets/lib/a.c"
	finds headings 'applets/lib/a.c: README.md has no line that begins with "Large"'
}

@test "no line of applets/, kbuild/, initramfs/, debian-strip/ is over 120 columns" {
	in_order lines applets kbuild initramfs debian-strip
	printf '\t%0113d\n' 0 >>"$SMALL/applets/lib/a.c"
	finds lines 'applets/lib/a.c:6: 121 columns' applets
}

# Code in tests/ may be longer: what a stub prints or a test is called cannot always be broken.
@test "no comment of tests/ is over 120 columns" {
	in_order comments tests
	printf '\t# %0112d\n' 0 >"$SMALL/tests/a.sh"
	finds comments 'tests/a.sh:1: 122 columns' tests
}

@test "no test denies something in its midst by a bare exclamation mark, which asserts nothing" {
	in_order denials
	printf '@test "x" {\n\t! true\n\ttrue\n}\n' >"$SMALL/tests/a.bats"
	finds denials 'tests/a.bats:2: asserts nothing: ! true'
}
