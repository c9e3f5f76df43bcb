#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes CONFIG, or brings it up to date with the Config.in files. One that nobody has edited follows the defaults; in
# an edited one every choice stays, and what is new takes its default.
#
#   config.sh BUILD CONFIG
set -eu

kconfig() {
	if ! KCONFIG_CONFIG=$config kconfig-conf "$@" Config.in >"$build/config.log" 2>&1; then
		cat "$build/config.log" >&2
		exit 1
	fi
}

main() {
	build=$1 config=$2
	if [ ! -f "$config" ] || cmp -s "$config" "$build/config.default"; then
		kconfig --defconfig=kbuild/busybox.config
		cp "$config" "$build/config.default"
	else
		kconfig --olddefconfig
	fi
	touch "$config"
}

main "$@"
