#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a folder with the locale of one name, as it goes into the tree: etc/locale.conf, which /init reads, and
# usr/lib/locale/NAME.
#
#   locale.sh BUILD SUITE NAME FOLDER
#
# C and POSIX are part of libc and need no files. C.UTF-8 comes from libc-bin as it stands; others are compiled from
# the sources in Debian's package "locales" by libc-bin's localedef. UTF-8 only: conversions of other character sets
# are not in the tree.
set -eu

. "$(dirname "$0")/../kbuild/conf.sh"

archive() {
	"$here/../kbuild/archive.sh" -b "$build" -s "$suite" deb "$@"
}

# those of the same language, or all
explain() {
	grep "^${name%%[_.@]*}_.* UTF-8$" "$supported" >"$folder.near" || grep ' UTF-8$' "$supported" >"$folder.near"
	near=$(cut -d ' ' -f 1 "$folder.near" | tr '\n' ' ')
	rm -f "$folder.near"
	die "PX_TREE_LOCALE: no locale '$name' in UTF-8 in Debian's package locales; there are: C C.UTF-8 POSIX $near"
}

# compile LANGUAGE FILE: localedef of the tree's own libc, as the build machine's may write another format
compile() {
	lib=$build/debian/root/usr/lib/x86_64-linux-gnu
	I18NPATH=$build/deb/locales/usr/share/i18n "$lib/ld-linux-x86-64.so.2" --library-path "$lib" \
		"$build/deb/libc-bin/usr/bin/localedef" --no-archive -i "$1" -f UTF-8 "$2" >"$folder.log" 2>&1 ||
		{ cat "$folder.log" >&2; die "PX_TREE_LOCALE: localedef cannot make '$name'"; }
	rm -f "$folder.log"
}

make_locale() {
	case $name in
	C | POSIX) ;;
	C.UTF-8)
		archive libc-bin
		mkdir -p "$folder/usr/lib/locale"
		cp -a "$build/deb/libc-bin/usr/lib/locale/C.utf8" "$folder/usr/lib/locale/"
		;;
	*)
		archive libc-bin locales
		supported=$build/deb/locales/usr/share/i18n/SUPPORTED
		grep -qxF -e "$name UTF-8" "$supported" || explain
		mkdir -p "$folder/usr/lib/locale"
		language=$(echo "$name" | sed 's/\.UTF-8//')
		compile "$language" "$folder/usr/lib/locale/$(echo "$name" | sed 's/\.UTF-8/.utf8/')"
		;;
	esac
}

main() {
	[ $# = 4 ] || { echo "usage: locale.sh BUILD SUITE NAME FOLDER" >&2; exit 2; }
	build=$(cd "$1" && pwd) suite=$2 name=$3 folder=$4
	here=$(cd "$(dirname "$0")" && pwd)
	rm -rf "$folder"
	rm -f "$build/manifest.d/binary-libc-bin" "$build/manifest.d/binary-locales"
	mkdir -p "$folder/etc"
	[ -z "$name" ] || make_locale
	[ -z "$name" ] || echo "LANG=$name" >"$folder/etc/locale.conf"
}

main "$@"
