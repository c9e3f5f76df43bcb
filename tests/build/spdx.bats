#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every source file says in a line for machines what its licence is.
load ../px

setup() {
	need git
	[ -e "$PX_TOP/.git" ] || skip "a source archive: no git"
}

@test "every source file names its licence (kbuild/spdx.sh -w gives it to new ones)" {
	run "$PX_TOP/kbuild/spdx.sh"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a file without is found and given the line behind its first one, and only once" {
	git -c advice.detachedHead=false clone -q "$PX_TOP" "$BATS_TEST_TMPDIR/clone"
	cd "$BATS_TEST_TMPDIR/clone"
	cp "$PX_TOP/kbuild/spdx.sh" kbuild/
	printf '#!/bin/sh\necho\n' >tests/script
	printf 'int x;\n' >applets/lib/new.c
	printf 'data\n' >tests/data.list
	git add -A
	run kbuild/spdx.sh
	[ "$status" -eq 1 ]
	[[ $output == *applets/lib/new.c* ]]
	[[ $output == *tests/script* ]]
	[[ $output != *data.list* ]]
	kbuild/spdx.sh -w
	[ "$(sed -n 2p tests/script)" = '# SPDX-License-Identifier: GPL-2.0-or-later' ]
	[ "$(sed -n 1p applets/lib/new.c)" = '/* SPDX-License-Identifier: GPL-2.0-or-later */' ]
	cp tests/script before
	kbuild/spdx.sh -w
	cmp tests/script before
}
