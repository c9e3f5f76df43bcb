#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/busybox-tree: BusyBox's source from Debian, our patch, our applets as px/, and what its build generates;
# and BUILD/kconfig/busybox.in, BusyBox's options as a submenu of ours.
#
#   busybox-tree.sh BUILD SUITE
set -eu

# A fresh tree when Debian's version or our patch changed; the stamp says what it was made of.
make_tree() {
	stamp="$(cat "$build/src/busybox.version") $(sha256sum <"$here/busybox.patch")"
	if [ "$(cat "$tree/.px-stamp" 2>/dev/null)" = "$stamp" ]; then
		return 0
	fi
	echo "  BUSYBOX $(cat "$build/src/busybox.version")"
	rm -rf "$tree" "$tree.new"
	cp -a "$build/src/busybox" "$tree.new"
	patch -d "$tree.new" -p1 -s <"$here/busybox.patch"
	echo "$stamp" >"$tree.new/.px-stamp"
	mv "$tree.new" "$tree"
}

# Copies what has changed, so that make sees the right times, and removes what is gone from applets/.
# A copy, not a link: BusyBox's generator looks for folders with find -type d.
copy_applets() {
	mkdir -p "$tree/px"
	(cd "$here/../applets" && find . -type f | sort) >"$build/applets.list"
	(cd "$tree/px" && find . -type f \( -name '*.[ch]' -o -name '*.in' -o -name 'Kbuild.src' \) | sort) |
		comm -13 "$build/applets.list" - | (cd "$tree/px" && xargs -r rm -f)
	while read -r f; do
		if ! cmp -s "$here/../applets/$f" "$tree/px/$f"; then
			mkdir -p "$(dirname "$tree/px/$f")"
			cp "$here/../applets/$f" "$tree/px/$f"
		fi
	done <"$build/applets.list"
}

# BusyBox's defaults are everything; here they are nothing, so that kbuild/busybox.config says what is in.
# mainmenu may stand only once, and px/Config.in is read by our own Config.in.
make_submenu() {
	mkdir -p "$build/kconfig"
	(cd "$tree" && find . -name Config.in ! -path './px/*' | sort) | while read -r f; do
		mkdir -p "$build/kconfig/$(dirname "$f")"
		sed -e '/^mainmenu/d' -e '/^source px\//d' -e 's/^\([[:space:]]*default\) y/\1 n/' \
			-e 's,^source \(.*\),source '"$rel"'/kconfig/\1,' "$tree/$f" >"$build/kconfig/$f.new"
		cmp -s "$build/kconfig/$f.new" "$build/kconfig/$f" || cp "$build/kconfig/$f.new" "$build/kconfig/$f"
		rm "$build/kconfig/$f.new"
	done
	cp "$tree/.platform.in" "$build/kconfig/.platform.in"
}

main() {
	rel=$1 suite=$2
	mkdir -p "$1"
	build=$(cd "$1" && pwd)
	here=$(cd "$(dirname "$0")" && pwd)
	tree=$build/busybox-tree
	"$here/archive.sh" -b "$build" -s "$suite" source busybox
	make_tree
	copy_applets
	make -s -C "$tree" gen_build_files >"$build/busybox-gen.log" 2>&1 || {
		cat "$build/busybox-gen.log" >&2
		exit 1
	}
	make_submenu
}

main "$@"
