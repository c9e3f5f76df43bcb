#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes DIR/tree and DIR/px.cpio.xz as CONFIG with other options would give them, from what BUILD has fetched and made:
# for measuring. Of BUILD nothing changes but that packages which it lacks are fetched into it.
#
#   variant.sh [-b] BUILD SUITE CONFIG DIR [OPTION=VALUE...]
#     -b   bare: first all Debian packages, firmware, storage networks and what is kept of them are turned off
#
# DIR may be one of an earlier variant. A driver set (PX_DRIVERS_QEMU=y) takes the place of the one in CONFIG.
set -eu

# a build folder with what BUILD has got
borrow() {
	mkdir -p "$dir/manifest.d"
	for shared in "$build"/deb "$build"/src "$build"/busybox "$build"/modules "$build"/apt-*[a-z]; do
		[ ! -e "$shared" ] || [ -e "$dir/${shared##*/}" ] || ln -s "$shared" "$dir/"
	done
	# the copy is replaced when the packages are others
	[ -e "$dir/debian" ] || cp -a "$build/debian" "$dir/"
}

# unset_options REGEX: as if nobody had chosen them
unset_options() {
	sed -i -E "/^CONFIG_($1)=/d; /^# CONFIG_($1) is not set/d" "$dir/config"
}

set_option() {
	case $1 in
	PX_DRIVERS_SAN=*) unset_options PX_DRIVERS_SAN ;;
	PX_DRIVERS_*=y) unset_options 'PX_DRIVERS_(QEMU|COMMON|WIRED|EVERYTHING)' ;;
	*) unset_options "${1%%=*}" ;;
	esac
	[ "${1#*=}" = n ] || echo "CONFIG_$1" >>"$dir/config"
}

main() {
	bare=''
	if [ "${1:-}" = -b ]; then
		bare=yes
		shift
	fi
	[ $# -ge 4 ] || { echo "usage: variant.sh [-b] BUILD SUITE CONFIG DIR [OPTION=VALUE...]" >&2; exit 2; }
	build=$(cd "$1" && pwd) suite=$2 config=$3
	mkdir -p "$4"
	dir=$(cd "$4" && pwd)
	shift 4
	here=$(cd "$(dirname "$0")" && pwd)
	borrow
	cp "$config" "$dir/config"
	if [ -n "$bare" ]; then
		sed -i -E '/^CONFIG_PX_(KEEP_|FIRMWARE_|DRIVERS_SAN|TREE_PACKAGES|TREE_[A-Z0-9_]*=y)/d' "$dir/config"
	fi
	for pair in PX_TREE_BUDGET_KIB=1000000 "$@"; do
		set_option "$pair"
	done
	"$here/../../debian-strip/tree.sh" "$dir" "$suite" "$dir/config"
	"$here/initramfs.sh" "$dir" "$suite" "$dir/config"
}

main "$@"
