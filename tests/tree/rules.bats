#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-strip: rules that take packages and files out, and the check that what is left holds together.

load ../px

setup() {
	strip=$PX_TOP/debian-strip/strip.sh
	verify=$PX_TOP/debian-strip/verify.sh
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/usr/bin" "$tree/usr/lib/x86_64-linux-gnu" "$tree/usr/share/doc/a"
	echo doc >"$tree/usr/share/doc/a/copyright"
	echo keep >"$tree/usr/bin/keep"
}

# a program that needs a library, as a tree would hold them
make_program() {
	need gcc
	echo 'int f(void) { return 0; }' >"$BATS_TEST_TMPDIR/f.c"
	gcc -shared -fPIC -nostdlib -o "$tree/usr/lib/x86_64-linux-gnu/libpxtest.so.1" \
		-Wl,-soname,libpxtest.so.1 "$BATS_TEST_TMPDIR/f.c"
	echo 'int f(void); void _start(void) { f(); }' >"$BATS_TEST_TMPDIR/p.c"
	gcc -nostdlib -fPIE -pie -Wl,--dynamic-linker=/lib64/ld.so -o "$tree/usr/bin/prog" "$BATS_TEST_TMPDIR/p.c" \
		"$tree/usr/lib/x86_64-linux-gnu/libpxtest.so.1"
	mkdir -p "$tree/usr/lib64"
	ln -s usr/lib64 "$tree/lib64"
	: >"$tree/usr/lib64/ld.so"
}

@test "every line of every list is a comment or a rule with its reason" {
	for list in "$PX_TOP"/debian-strip/*.list "$PX_TOP"/debian-strip/drivers/*.list; do
		run grep -nEv \
			'^(#.*|[[:space:]]*|include [a-z]+|[^#[:space:]]+( [-A-Z0-9_]+)?[[:space:]]+#[[:space:]]*[^[:space:]].*)$' "$list"
		[ "$status" = 1 ] || { echo "$list: $output"; false; }
	done
}

@test "every rule that takes something names the option that keeps it, or none, and each of these options has rules" {
	cd "$PX_TOP/debian-strip"
	awk '/^[^#]/ { print $2 }' *purge.list *shrink.list | sort -u >"$BATS_TEST_TMPDIR/named"
	run grep -vxE 'PX_KEEP_[A-Z0-9_]+|-' "$BATS_TEST_TMPDIR/named"
	[ "$status" = 1 ]
	sed -n 's/^config \(PX_KEEP_.*\)/\1/p' Config.in | sort >"$BATS_TEST_TMPDIR/offered"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/offered")" -ge 10 ]
	diff "$BATS_TEST_TMPDIR/offered" <(grep -vx -- - "$BATS_TEST_TMPDIR/named")
}

@test "what an option keeps is not taken; the other rules are in force" {
	mkdir "$BATS_TEST_TMPDIR/files"
	echo usr/bin/keep >"$BATS_TEST_TMPDIR/files/pkg"
	printf '%s\n' 'usr/share/doc/* PX_KEEP_DOC # not read here' 'usr/bin/o* - # never' >"$BATS_TEST_TMPDIR/list"
	echo 'pkg PX_KEEP_PKG # not needed' >"$BATS_TEST_TMPDIR/purge"
	echo >"$tree/usr/bin/other"
	"$strip" -k 'PX_KEEP_DOC PX_KEEP_PKG ' shrink "$tree" "$BATS_TEST_TMPDIR/list"
	"$strip" -k 'PX_KEEP_DOC PX_KEEP_PKG ' purge "$tree" "$BATS_TEST_TMPDIR/files" "$BATS_TEST_TMPDIR/purge"
	[ -e "$tree/usr/share/doc/a/copyright" ]
	[ -e "$tree/usr/bin/keep" ]
	[ ! -e "$tree/usr/bin/other" ]
	[ "$("$strip" -k 'PX_KEEP_DOC' rules "$BATS_TEST_TMPDIR/list")" = "usr/bin/o*	never" ]
	echo >"$tree/usr/bin/other"
	"$strip" -k 'PX_KEEP_DOCS' shrink "$tree" "$BATS_TEST_TMPDIR/list" # another option of nearly that name
	[ ! -e "$tree/usr/share/doc" ]
	"$strip" -k '' purge "$tree" "$BATS_TEST_TMPDIR/files" "$BATS_TEST_TMPDIR/purge"
	[ ! -e "$tree/usr/bin/keep" ]
}

@test "a shrink rule removes what it matches, the empty folders too, and says how much" {
	echo 'usr/share/doc/*  # not read here' >"$BATS_TEST_TMPDIR/list"
	run "$strip" shrink "$tree" "$BATS_TEST_TMPDIR/list"
	[ "$status" = 0 ]
	[[ $output == *"1 KiB"*"usr/share/doc/"*"not read here"* ]]
	[ ! -e "$tree/usr/share" ]
	[ -e "$tree/usr/bin/keep" ]
}

@test "a shrink rule with ! keeps what a later one would take" {
	echo other >"$tree/usr/share/doc/a/README"
	printf '%s\n' '!usr/share/doc/a/copyright # the law' 'usr/share/doc/* # not read here' >"$BATS_TEST_TMPDIR/list"
	"$strip" shrink "$tree" "$BATS_TEST_TMPDIR/list"
	[ -e "$tree/usr/share/doc/a/copyright" ]
	[ ! -e "$tree/usr/share/doc/a/README" ]
}

@test "a rule that matches nothing is an error that names list and rule" {
	echo 'usr/share/nothing/*  # gone long ago' >"$BATS_TEST_TMPDIR/list"
	run "$strip" shrink "$tree" "$BATS_TEST_TMPDIR/list"
	[ "$status" = 1 ]
	[[ $output == *"/list: nothing in the tree matches 'usr/share/nothing/*'"* ]]
}

@test "a rule without a reason is an error that names the line" {
	printf '%s\n' '# a comment' 'usr/share/doc/*' >"$BATS_TEST_TMPDIR/list"
	run "$strip" shrink "$tree" "$BATS_TEST_TMPDIR/list"
	[ "$status" = 1 ]
	[[ $output == *"list:2: not 'RULE [OPTION] # REASON'"* ]]
	[ -e "$tree/usr/share/doc/a/copyright" ]
}

@test "purge removes a package's files and nothing else, a name with spaces too" {
	mkdir "$BATS_TEST_TMPDIR/files"
	echo x >"$tree/usr/bin/two words"
	printf '%s\n' 'usr/share/doc/a/copyright' 'usr/bin/two words' 'usr/bin/was/never/there' \
		>"$BATS_TEST_TMPDIR/files/pkg"
	echo 'pkg # not needed' >"$BATS_TEST_TMPDIR/list"
	"$strip" purge "$tree" "$BATS_TEST_TMPDIR/files" "$BATS_TEST_TMPDIR/list"
	[ ! -e "$tree/usr/bin/two words" ]
	[ ! -e "$tree/usr/share" ]
	[ -e "$tree/usr/bin/keep" ]
}

@test "a tree and a folder of lists that are named from where one stands are found, and one that is not there is an error" {
	cd "$BATS_TEST_TMPDIR"
	mkdir files
	echo usr/bin/keep >files/pkg
	echo 'pkg # not needed' >list
	"$strip" purge tree files list
	[ ! -e "$tree/usr/bin/keep" ]
	run "$strip" purge nowhere files list
	[ "$status" != 0 ]
}

@test "purging a package that nothing brings is an error, unless the list is optional" {
	mkdir "$BATS_TEST_TMPDIR/files"
	echo 'gone # not needed' >"$BATS_TEST_TMPDIR/list"
	run "$strip" purge "$tree" "$BATS_TEST_TMPDIR/files" "$BATS_TEST_TMPDIR/list"
	[ "$status" = 1 ]
	[[ $output == *"no package 'gone'"* ]]
	"$strip" purge "$tree" "$BATS_TEST_TMPDIR/files" "$BATS_TEST_TMPDIR/list" optional
}

@test "verify passes a tree that has what its programs need" {
	make_program
	run "$verify" "$tree" 1000
	[ "$status" = 0 ] || { echo "$output"; false; }
	[ -z "$output" ]
}

@test "verify names the program and the library that is missing" {
	make_program
	rm "$tree/usr/lib/x86_64-linux-gnu/libpxtest.so.1"
	run "$verify" "$tree" 1000
	[ "$status" = 1 ]
	[[ $output == *"usr/bin/prog needs libpxtest.so.1, which is not in the tree"* ]]
}

@test "verify names a program whose interpreter is missing" {
	make_program
	rm "$tree/usr/lib64/ld.so"
	run "$verify" "$tree" 1000
	[ "$status" = 1 ]
	[[ $output == *"usr/bin/prog needs /lib64/ld.so"* ]]
}

@test "verify names a link that points to nothing, but not one into /proc or /run" {
	ln -s nowhere "$tree/usr/bin/dangling"
	ln -s /run/later "$tree/usr/bin/fine"
	run "$verify" "$tree" 1000
	[ "$status" = 1 ]
	[[ $output == *"usr/bin/dangling points to nowhere"* ]]
	[[ $output != *fine* ]]
}

@test "verify refuses a tree over its budget and names the largest file" {
	head -c 300000 /dev/zero >"$tree/usr/bin/large"
	run "$verify" "$tree" 100
	[ "$status" = 1 ]
	[[ $output == *"its budget is 100 KiB (PX_TREE_BUDGET_KIB"* ]]
	[[ $output == *"usr/bin/large"* ]]
}

@test "a library that nothing needs is swept out, and then what only that one needed" {
	make_program
	lib=$tree/usr/lib/x86_64-linux-gnu
	cp "$lib/libpxtest.so.1" "$lib/libinner.so.2.0"
	ln -s libinner.so.2.0 "$lib/libinner.so.2"
	gcc -shared -fPIC -nostdlib -o "$lib/libouter.so.3" -Wl,-soname,libouter.so.3 \
		-Wl,--no-as-needed "$BATS_TEST_TMPDIR/f.c" -L"$lib" -l:libinner.so.2
	"$PX_TOP/debian-strip/libraries.sh" sweep "$tree"
	[ "$(ls "$lib")" = libpxtest.so.1 ]
}

@test "a library that rules took comes back when a package of the user's needs it" {
	make_program
	cp -a "$tree" "$BATS_TEST_TMPDIR/full"
	lib=usr/lib/x86_64-linux-gnu
	mv "$BATS_TEST_TMPDIR/full/$lib/libpxtest.so.1" "$BATS_TEST_TMPDIR/full/$lib/libpxtest.so.1.5"
	ln -s libpxtest.so.1.5 "$BATS_TEST_TMPDIR/full/$lib/libpxtest.so.1"
	rm -r "${tree:?}/$lib"
	run "$PX_TOP/debian-strip/libraries.sh" restore "$tree" "$BATS_TEST_TMPDIR/full"
	[[ $output == *"back: usr/bin/prog needs it"* ]]
	[ "$(readlink "$tree/$lib/libpxtest.so.1")" = libpxtest.so.1.5 ]
	"$verify" "$tree" 1000
}

# --- the build's own bad input: a stage on a copy of the rules, with what the archive gave to this build

# a build folder that has what BUILD has fetched, and a copy of debian-strip that a test may spoil
spoiled() {
	[ -e "$PX_BUILD/debian/stamp" ] || skip "no $PX_BUILD/debian (make tree)"
	suite=$(sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config")
	build=$BATS_TEST_TMPDIR/build
	mkdir -p "$build/manifest.d" "$build/modules"
	for shared in deb busybox "apt-$suite"; do ln -s "$PX_BUILD/$shared" "$build/"; done
	cp -a "$PX_BUILD/debian" "$build/"
	cp -a "$PX_TOP/debian-strip" "$PX_TOP/kbuild" "$BATS_TEST_TMPDIR/"
	cp "$PX_TOP/.config" "$BATS_TEST_TMPDIR/config"
}

make_tree() {
	run "$BATS_TEST_TMPDIR/debian-strip/tree.sh" "$build" "$suite" "$BATS_TEST_TMPDIR/config"
	echo "$output"
}

@test "a shrink rule that takes a library that a program needs fails the build, names all three, and leaves no tree" {
	spoiled
	sed -i '/^CONFIG_PX_TREE_UDPCAST=/d' "$BATS_TEST_TMPDIR/config" # what an option needs is brought back
	echo 'usr/lib/x86_64-linux-gnu/libblkid.so*  # a rule too many' >>"$BATS_TEST_TMPDIR/debian-strip/shrink.list"
	make_tree
	[ "$status" = 1 ]
	[[ $output == *"usr/sbin/mke2fs needs libblkid.so.1, which is not in the tree (taken by: shrink.list: usr/lib/x86_64-linux-gnu/libblkid.so*)"* ]]
	[ ! -e "$build/tree" ]
	[ ! -e "$build/rootdir.tar" ]
	[ ! -e "$build/tree.stamp" ]
}

@test "the options that keep things bring them into the tree with the libraries that they need, and into the manifest" {
	spoiled
	sed -i '/^# CONFIG_PX_KEEP_/d; /^CONFIG_PX_TREE_BUDGET_KIB=/d' "$BATS_TEST_TMPDIR/config"
	printf 'CONFIG_PX_KEEP_%s=y\n' DOC MESSAGES E2FSPROGS FDISK >>"$BATS_TEST_TMPDIR/config"
	echo CONFIG_PX_TREE_BUDGET_KIB=100000 >>"$BATS_TEST_TMPDIR/config"
	make_tree
	[ "$status" = 0 ]
	for f in share/doc/tar/copyright share/locale/de/LC_MESSAGES/tar.mo sbin/debugfs sbin/cfdisk lib/x86_64-linux-gnu/libncursesw.so.6; do
		[ -e "$build/tree/usr/$f" ] || { echo "no $f"; false; }
	done
	[ "$(readlink "$build/tree/usr/sbin/fdisk")" != ../bin/busybox ]
	[ ! -e "$build/tree/usr/lib/systemd" ]
	[ -e "$build/manifest.d/tree-libncursesw6" ]
	[ ! -e "$build/manifest.d/tree-libssl3t64" ]
	run "$PX_TOP/debian-strip/verify.sh" "$build/tree" 100000
	[ "$status" = 0 ]
}

@test "xfsprogs brings neither Python nor ICU, which only xfs_scrub needs, nor Debian's package management" {
	[ -n "${PX_LONG:-}" ] || skip "takes minutes; set PX_LONG=1"
	spoiled
	sed -i '/^CONFIG_PX_TREE_BUDGET_KIB=/d' "$BATS_TEST_TMPDIR/config"
	printf 'CONFIG_PX_TREE_%s\n' XFSPROGS=y BUDGET_KIB=100000 >>"$BATS_TEST_TMPDIR/config"
	make_tree
	[ "$status" = 0 ]
	[ -e "$build/tree/usr/sbin/mkfs.xfs" ]
	run find "$build/tree/usr" -name 'libicu*' -o -name '*python3*' -o -name 'dpkg*'
	[ -z "$output" ]
	[ ! -e "$build/manifest.d/tree-python3" ]
	[ -e "$build/manifest.d/tree-xfsprogs" ]
}

@test "a package that does not exist fails the build, which says which one, and leaves no tree" {
	spoiled
	sed -i 's/^CONFIG_PX_TREE_PACKAGES=.*/CONFIG_PX_TREE_PACKAGES="no-such-package"/' "$BATS_TEST_TMPDIR/config"
	make_tree
	[ "$status" = 1 ]
	[[ $output == *"no-such-package"* ]]
	[[ $output == *"a package of packages.list or PX_TREE_PACKAGES does not exist in $suite"* ]]
	[ ! -e "$build/tree" ]
	# what was there before is still there, and the next build of what is right works
	[ -e "$build/debian/stamp" ]
}

@test "a locale that does not exist fails the build, which says what there is of that language, and leaves no tree" {
	spoiled
	sed -i '/^CONFIG_PX_TREE_LOCALE=/d' "$BATS_TEST_TMPDIR/config"
	for wrong in de_XX.UTF-8 de_DE; do
		echo "CONFIG_PX_TREE_LOCALE=\"$wrong\"" >>"$BATS_TEST_TMPDIR/config"
		make_tree
		[ "$status" = 1 ]
		[[ $output == *"PX_TREE_LOCALE: no locale '$wrong' in UTF-8"*"de_AT.UTF-8 "*"de_DE.UTF-8 "* ]]
		[ ! -e "$build/tree" ]
		[ ! -e "$build/locale.stamp" ]
		sed -i '/^CONFIG_PX_TREE_LOCALE=/d' "$BATS_TEST_TMPDIR/config"
	done
}

@test "without readelf nothing is swept out and nothing passes for whole" {
	make_program
	mkdir "$BATS_TEST_TMPDIR/bin"
	for c in sh find sed sort head tail cut basename dirname readlink rm stat grep tr cat; do ln \
		-s "$(command -v $c)" \
		"$BATS_TEST_TMPDIR/bin/"; done
	before=$(ls "$tree/usr/lib/x86_64-linux-gnu")
	run env PATH="$BATS_TEST_TMPDIR/bin" "$PX_TOP/debian-strip/libraries.sh" sweep "$tree"
	[ "$status" = 1 ]
	[[ $output == *readelf* ]]
	[ "$(ls "$tree/usr/lib/x86_64-linux-gnu")" = "$before" ]
	run env PATH="$BATS_TEST_TMPDIR/bin" "$verify" "$tree" 1000
	[ "$status" != 0 ]
}

@test "a file whose name begins or ends with blanks is taken like any other" {
	echo x >"$tree/usr/share/doc/a/ blank "
	echo 'usr/share/doc/*  # not read here' >"$BATS_TEST_TMPDIR/list"
	"$strip" shrink "$tree" "$BATS_TEST_TMPDIR/list"
	[ ! -e "$tree/usr/share" ]
}
