#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# debian-strip: the tree that the build made (make tree).

load ../px

setup() {
	tree=$PX_BUILD/tree
	[ -e "$PX_BUILD/rootdir.tar" ] || skip "no $PX_BUILD/rootdir.tar (make tree)"
}

# runs a program of the tree without starting it as a system
in_tree() {
	local lib=$tree/usr/lib/x86_64-linux-gnu program=$1
	shift
	"$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$tree/$program" "$@"
}

@test "the tree holds together" {
	run "$PX_TOP/debian-strip/verify.sh" "$tree" 1000000
	[ "$status" = 0 ] || { echo "$output"; false; }
}

# variant [-b] DIR [OPTION=VALUE...]: .config with these options, in a build folder of its own
variant() {
	local bare=
	if [ "$1" = -b ]; then
		bare=-b
		shift
	fi
	run "$PX_TOP/initramfs/pack/variant.sh" $bare "$PX_BUILD" "$(suite)" "$PX_TOP/.config" "$@"
	[ "$status" = 0 ] || { echo "$output"; false; }
}

@test "making tree and initramfs again from the same packages gives the same bytes" {
	dir=$BATS_TEST_TMPDIR/again
	mkdir -p "$dir/modules" # unpacked again, too
	variant "$dir"
	cmp "$dir/rootdir.tar" "$PX_BUILD/rootdir.tar"
	cmp "$dir/px.cpio.xz" "$PX_BUILD/px.cpio.xz"
}

# within SET BYTES: px.cpio.xz of that driver set alone
within() {
	local bytes
	variant -b "$BATS_TEST_TMPDIR/within" "PX_DRIVERS_${1^^}=y"
	bytes=$(stat -c %s "$BATS_TEST_TMPDIR/within/px.cpio.xz")
	echo "$1: $bytes bytes, $2 allowed"
	[ "$bytes" -gt $(($2 / 2)) ]
	[ "$bytes" -le "$2" ]
}

@test "px.cpio.xz of the driver set common, without extra packages, takes 4.5 MB at most" {
	within common 4500000
}

@test "px.cpio.xz of the driver sets qemu and wired, without extra packages, takes 2.5 MB and 11 MB at most" {
	[ -n "${PX_LONG:-}" ] || skip "takes a minute; set PX_LONG=1"
	within qemu 2500000
	within wired 11000000
}

suite() {
	sed -n 's/^CONFIG_PX_SUITE="\(.*\)"/\1/p' "$PX_TOP/.config"
}

@test "debootstrap, where mmdebstrap is missing, gives the same bytes, security updates and all" {
	[ -n "${PX_LONG:-}" ] || skip "takes a minute; set PX_LONG=1"
	need_root
	need debootstrap
	grep -q '^mmdebstrap ' "$PX_BUILD/debian/stamp" || skip "the tree was made by debootstrap"
	mkdir "$BATS_TEST_TMPDIR/manifest.d" "$BATS_TEST_TMPDIR/path"
	for shared in deb busybox modules "apt-$(suite)"; do ln -s "$PX_BUILD/$shared" "$BATS_TEST_TMPDIR/$shared"; done
	# a PATH with everything but mmdebstrap
	for dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
		[ ! -d "$dir" ] || find "$dir/" ! -type d ! -name mmdebstrap -exec ln -st "$BATS_TEST_TMPDIR/path" {} \
			+ 2>/dev/null \
			|| true
	done
	PATH=$BATS_TEST_TMPDIR/path run "$PX_TOP/debian-strip/tree.sh" "$BATS_TEST_TMPDIR" "$(suite)" "$PX_TOP/.config"
	[ "$status" = 0 ] || { echo "$output"; false; }
	[[ $output == *"DEBIAN  $(suite) (debootstrap)"* ]]
	cmp "$BATS_TEST_TMPDIR/debian/packages" "$PX_BUILD/debian/packages"
	cmp "$BATS_TEST_TMPDIR/rootdir.tar" "$PX_BUILD/rootdir.tar"
}

@test "a tree that is up to date is not made again" {
	before=$(stat -c %Y.%i "$PX_BUILD/rootdir.tar")
	run "$PX_TOP/debian-strip/tree.sh" "$PX_BUILD" "$(suite)" "$PX_TOP/.config"
	[ "$status" = 0 ]
	[[ $output != *STRIP* ]]
	[ "$(stat -c %Y.%i "$PX_BUILD/rootdir.tar")" = "$before" ]
}

@test "everything in rootdir.tar belongs to root and has one time" {
	run bash -c \
		"tar --numeric-owner --full-time -tvf '$PX_BUILD/rootdir.tar' | awk '{ print \$2, \$4, \$5 }' | sort -u"
	[ "${#lines[@]}" = 1 ]
	[[ $output == 0/0* ]]
}

@test "every module's dependencies are in the tree, and every alias leads to a module" {
	modules=$(echo "$tree"/usr/lib/modules/*)
	run awk '{ gsub(":", ""); for (i = 1; i <= NF; i++) print $i }' "$modules/modules.dep"
	[ "${#lines[@]}" -gt 30 ]
	for m in "${lines[@]}"; do [ -e "$modules/$m" ] || { echo "$m"; false; }; done
	awk '/^alias/ { print $3 }' "$modules/modules.alias" | sort -u >"$BATS_TEST_TMPDIR/aliases"
	sed -n 's,^[^:]*/\(.*\)\.ko:.*,\1,p' "$modules/modules.dep" | tr - _ | sort -u >"$BATS_TEST_TMPDIR/modules"
	run comm -23 "$BATS_TEST_TMPDIR/aliases" "$BATS_TEST_TMPDIR/modules"
	[ -z "$output" ]
}

@test "Debian's mke2fs in the tree makes a filesystem that its e2fsck finds clean" {
	truncate -s 16M "$BATS_TEST_TMPDIR/disk"
	in_tree usr/sbin/mke2fs -q -t ext4 "$BATS_TEST_TMPDIR/disk"
	in_tree usr/sbin/e2fsck -fn "$BATS_TEST_TMPDIR/disk"
}

@test "Debian's sfdisk in the tree writes a GPT from a script" {
	truncate -s 64M "$BATS_TEST_TMPDIR/disk"
	printf 'label: gpt\n,16M,U\n,,L\n' | in_tree usr/sbin/sfdisk -q "$BATS_TEST_TMPDIR/disk"
	run in_tree usr/sbin/sfdisk -d "$BATS_TEST_TMPDIR/disk"
	[[ $output == *"label: gpt"* ]]
	[ "$(grep -c start= <<<"$output")" = 2 ]
}

@test "Debian's mkfs.fat in the tree makes a FAT filesystem" {
	truncate -s 16M "$BATS_TEST_TMPDIR/disk"
	in_tree usr/sbin/mkfs.fat "$BATS_TEST_TMPDIR/disk"
	[ "$(dd if="$BATS_TEST_TMPDIR/disk" bs=1 skip=54 count=3 status=none)" = FAT ]
}

# name_in LOCALE ROOT: how GNU tar, in that root, shows the file name "x", u-umlaut, of an archive
name_in() {
	local name
	name=x$(printf '\303\274')
	echo >"$BATS_TEST_TMPDIR/$name"
	tar -C "$BATS_TEST_TMPDIR" -cf "$BATS_TEST_TMPDIR/a.tar" "$name"
	env -i LANG="$1" "$(command -v chroot)" "$2" /usr/bin/tar -tf - <"$BATS_TEST_TMPDIR/a.tar"
}

@test "Debian's programs in the tree know the locale that was chosen" {
	need_root
	[ -e "$tree/usr/bin/tar" ] || skip "no GNU tar in the tree"
	locale=$(sed -n 's/^CONFIG_PX_TREE_LOCALE="\(.*\)"/\1/p' "$PX_TOP/.config")
	[ "$(cat "$tree/etc/locale.conf")" = "LANG=$locale" ]
	[ "$(name_in C "$tree")" = 'x\303\274' ]
	case $locale in
	*UTF-8*) [ "$(name_in "$locale" "$tree")" = "x$(printf '\303\274')" ] ;;
	esac
}

@test "a locale other than C.UTF-8 is compiled, and Debian's programs in the tree know it" {
	need_root
	[ -e "$tree/usr/bin/tar" ] || skip "no GNU tar in the tree"
	mkdir "$BATS_TEST_TMPDIR/manifest.d"
	for shared in debian deb "apt-$(suite)"; do ln -s "$PX_BUILD/$shared" "$BATS_TEST_TMPDIR/$shared"; done
	locale=$BATS_TEST_TMPDIR/locale
	"$PX_TOP/debian-strip/locale.sh" "$BATS_TEST_TMPDIR" "$(suite)" de_DE.UTF-8 "$locale"
	[ "$(cat "$locale/etc/locale.conf")" = LANG=de_DE.UTF-8 ]
	mkdir "$BATS_TEST_TMPDIR/root"
	tar -C "$tree" --exclude=./usr/lib/modules -cf "$BATS_TEST_TMPDIR/tree.tar" .
	tar -C "$BATS_TEST_TMPDIR/root" -xf "$BATS_TEST_TMPDIR/tree.tar"
	[ "$(name_in de_DE.UTF-8 "$BATS_TEST_TMPDIR/root")" = 'x\303\274' ]
	cp -a "$locale/usr" "$BATS_TEST_TMPDIR/root/"
	[ "$(name_in de_DE.UTF-8 "$BATS_TEST_TMPDIR/root")" = "x$(printf '\303\274')" ]
}

@test "a locale that is part of libc needs no files" {
	mkdir "$BATS_TEST_TMPDIR/manifest.d"
	"$PX_TOP/debian-strip/locale.sh" "$BATS_TEST_TMPDIR" "$(suite)" C "$BATS_TEST_TMPDIR/locale"
	[ "$(cat "$BATS_TEST_TMPDIR/locale/etc/locale.conf")" = LANG=C ]
	[ ! -e "$BATS_TEST_TMPDIR/locale/usr" ]
}

@test "BusyBox's applets are links, and Debian's programs stand where both have one" {
	[ "$(readlink "$tree/usr/bin/sh")" = busybox ]
	[ "$(readlink "$tree/usr/sbin/pximenu")" = ../bin/busybox ]
	[ ! -L "$tree/usr/bin/lsattr" ]
}

@test "the manifest names every package of the tree with its version, and none that was purged" {
	[ -s "$PX_BUILD/manifest.txt" ] || skip "no manifest.txt (make tftpboot)"
	grep -Eq '^binary libc6 2\.' "$PX_BUILD/manifest.txt"
	grep -Eq '^binary e2fsprogs 1\.' "$PX_BUILD/manifest.txt"
	grep -Eq '^binary linux-image-[0-9]' "$PX_BUILD/manifest.txt"
	grep -Eq '^source busybox ' "$PX_BUILD/manifest.txt"
	run grep -E '^binary (libssl3t64|kmod) ' "$PX_BUILD/manifest.txt"
	[ "$status" = 1 ]
}
