#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel modules of one driver set, and of lists beside it, into a tree, with what they depend on and index files of
# just these.
#
#   modules.sh BUILD KERNEL-PACKAGE "SET [LIST...]" TREE
#
# Modules go in as Debian made them, signature included (a kernel in lockdown, as under Secure Boot, takes no other),
# but not compressed one by one: the whole initramfs then packs to a third less.
set -eu

. "$(dirname "$0")/../kbuild/conf.sh"

# kmod from the tree's own packages: the build machine needs none
depmod_with() {
	lib=$build/debian/root/usr/lib/x86_64-linux-gnu
	"$lib/ld-linux-x86-64.so.2" --argv0 depmod --library-path "$lib" "$build/debian/root/usr/bin/kmod" -b "$1" "$2"
}

# BUILD/modules: all of the package's modules, unpacked, with index files; made once for a kernel
unpack_all() {
	if [ "$(cat "$build/modules/stamp" 2>/dev/null)" = "$package $(cat "$build/deb/$package.version")" ]; then
		return 0
	fi
	echo "  MODULES $package"
	rm -rf "$build/modules.new"
	mkdir -p "$build/modules.new/lib/modules"
	cp -a "$build/deb/$package/usr/lib/modules/$release" "$build/modules.new/lib/modules/"
	find "$build/modules.new" -name '*.ko.xz' -print0 | xargs -0 -n 100 -P "$(nproc)" xz -d
	depmod_with "$build/modules.new" "$release"
	echo "$package $(cat "$build/deb/$package.version")" >"$build/modules.new/stamp"
	rm -rf "$build/modules"
	mv "$build/modules.new" "$build/modules"
}

# prints "NAME LIST" of each entry of a set, "include" followed
read_set() {
	list=$here/drivers/$1.list
	[ -r "$list" ] || die "no driver set '$1' (there is no $list)"
	sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$list" | while read -r name rest; do
		if [ "$name" = include ]; then
			(read_set "$rest")
		else
			echo "$name $1"
		fi
	done
}

# prints the path of each module of the sets, dependencies included; modules.dep says what needs what
closure() {
	for set in $1; do
		read_set "$set"
	done >"$build/modules.set"
	awk -f "$here/closure.awk" "$all/modules.builtin" "$all/modules.softdep" "$all/modules.dep" "$build/modules.set"
}

copy() {
	to=$2/usr/lib/modules/$release
	mkdir -p "$to"
	(cd "$all" && cpio -pdm --quiet "$to") <"$1"
	cp "$all/modules.order" "$all/modules.builtin" "$all/modules.builtin.modinfo" "$to/"
	depmod_with "$2/usr" "$release"
	# BusyBox's modprobe reads these two as text
	find "$to" -maxdepth 1 -name 'modules.*' ! -name modules.dep ! -name modules.alias ! -name modules.builtin \
		-delete
}

main() {
	[ $# = 4 ] || die "usage: modules.sh BUILD KERNEL-PACKAGE SETS TREE"
	build=$(cd "$1" && pwd) package=$2
	here=$(cd "$(dirname "$0")" && pwd)
	release=${package#linux-image-}
	all=$build/modules/lib/modules/$release
	unpack_all
	closure "$3" >"$build/modules.unsorted"
	sort -o "$build/modules.list" "$build/modules.unsorted"
	copy "$build/modules.list" "$4"
}

main "$@"
