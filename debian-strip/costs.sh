#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What options cost: the KiB that each adds to the tree and to px.cpio.xz, beside the tree without extras of the same
# driver set.
#
#   costs.sh BUILD SUITE CONFIG OPTION...     prints "OPTION KIB COMPRESSED-KIB"
#   costs.sh BUILD SUITE CONFIG               prints what the driver sets and the packages that are on by default take
#
# BUILD is one that is made. Each option is a build of its own in a temporary folder: half a minute.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# measure [-b] OPTION=VALUE...: KiB of the tree, and of px.cpio.xz
measure() {
	bare=''
	if [ "$1" = -b ]; then
		bare=-b
		shift
	fi
	"$here/../initramfs/pack/variant.sh" $bare "$build" "$suite" "$config" "$work" "$@" >"$work.log" 2>&1 ||
		{ tail -n 5 "$work.log" >&2; exit 1; }
	echo "$(du -sk --apparent-size "$work/tree" | cut -f 1) $(($(stat -c %s "$work/px.cpio.xz") / 1024))"
}

# what has to be on for an option to be there: its "depends on"
depends_on() {
	awk -v option="$1" '
		/^config / { on = $2 == option }
		on && $1 == "depends" { print $3 "=y" }' "$here/Config.in"
}

# differs OPTION: what it adds. CONFIG as it stands is measured once, for all options that are off in it.
differs() {
	needed=$(depends_on "$1")
	if [ -n "$needed" ] || grep -qx "CONFIG_$1=y" "$config"; then
		# shellcheck disable=SC2086
		without=$(measure $needed "$1=n")
	else
		without=${as_is:=$(measure "$1=n")}
	fi
	# shellcheck disable=SC2086
	with=$(measure $needed "$1=y")
	echo "$1 $((${with% *} - ${without% *})) $((${with#* } - ${without#* }))"
}

main() {
	[ $# -ge 3 ] || { echo "usage: costs.sh BUILD SUITE CONFIG [OPTION...]" >&2; exit 2; }
	build=$(cd "$1" && pwd) suite=$2 config=$3
	shift 3
	work=$(mktemp -d)
	trap 'rm -rf "$work" "$work.log"' EXIT
	as_is=''
	for option; do
		differs "$option"
	done
	[ $# = 0 ] || return 0
	for set in QEMU COMMON WIRED; do
		echo "PX_DRIVERS_$set $(measure -b PX_DRIVERS_$set=y)"
	done
	echo "packages $(measure PX_TREE_BUDGET_KIB=1000000)"
}

main "$@"
