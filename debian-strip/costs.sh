#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What options cost: the KiB that each adds to the tree and to px.cpio.xz, beside the tree without extras of the same
# driver set.
#
#   costs.sh BUILD SUITE CONFIG OPTION...     prints "OPTION KIB COMPRESSED-KIB"
#   costs.sh BUILD SUITE CONFIG               prints what the driver sets and the packages that are on by default take
#
# BUILD is one that is made; it is only read. Each option is a build of its own in a temporary folder: half a minute.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# a build folder with what BUILD has fetched
prepare() {
	mkdir -p "$work/manifest.d"
	for shared in deb src busybox modules; do
		ln -s "$build/$shared" "$work/$shared"
	done
	for apt in "$build"/apt-*; do
		[ ! -d "$apt" ] || ln -s "$apt" "$work/"
	done
	if [ -d "$build/debian" ]; then cp -a "$build/debian" "$work/"; fi
}

# set_options OPTION=VALUE...: .config with these
set_options() {
	cp "$config" "$work/config"
	for pair; do
		sed -i "/^CONFIG_${pair%%=*}=/d; /^# CONFIG_${pair%%=*} is not set/d" "$work/config"
		[ "${pair#*=}" = n ] || echo "CONFIG_$pair" >>"$work/config"
	done
}

# measure OPTION=VALUE...: KiB of the tree, and compressed as the initramfs is
measure() {
	set_options "$@" PX_TREE_BUDGET_KIB=1000000
	"$here/tree.sh" "$work" "$suite" "$work/config" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
	mkdir -p "$work/tree/etc/px"
	: >"$work/tree/etc/px/complete"
	"$here/../initramfs/pack/cpio.sh" "$work/tree" "$work/cpio" 0
	echo "$(du -sk --apparent-size "$work/tree" | cut -f 1) $(($(stat -c %s "$work/cpio") / 1024))"
}

# differs OPTION VALUE OTHER-OPTIONS...: what the option adds
differs() {
	option=$1
	shift
	without=$(measure "$option=n" "$@")
	with=$(measure "$option=y" "$@")
	echo "$option $((${with% *} - ${without% *})) $((${with#* } - ${without#* }))"
}

main() {
	[ $# -ge 3 ] || { echo "usage: costs.sh BUILD SUITE CONFIG [OPTION...]" >&2; exit 2; }
	build=$(cd "$1" && pwd) suite=$2 config=$3
	shift 3
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	prepare
	for option; do
		differs "$option"
	done
	[ $# = 0 ] || return 0
	bare='PX_TREE_E2FSPROGS=n PX_TREE_SFDISK=n PX_TREE_DOSFSTOOLS=n PX_TREE_TAR=n'
	for set in QEMU COMMON WIRED; do
		# shellcheck disable=SC2086
		echo "PX_DRIVERS_$set $(measure $bare PX_DRIVERS_QEMU=n PX_DRIVERS_COMMON=n PX_DRIVERS_WIRED=n \
			PX_DRIVERS_$set=y)"
	done
	echo "packages $(measure)"
}

main "$@"
