#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds BUILD/busybox: static, musl, with our applets, configured by .config.
#
#   busybox.sh BUILD SUITE CONFIG
set -eu

. "$(dirname "$0")/conf.sh"

# Our .config serves both: BusyBox's oldconfig drops what is not its own and must have nothing to ask.
configure() {
	if cmp -s "$config" "$tree/.px-config" && [ -f "$tree/.config" ]; then
		return 0
	fi
	cp "$config" "$tree/.config"
	make -s -C "$tree" oldconfig </dev/null >"$build/busybox-config.log" 2>&1 || {
		tail -n 20 "$build/busybox-config.log" >&2
		echo "busybox.sh: BusyBox's oldconfig does not take our .config (above)" >&2
		exit 1
	}
	cp "$config" "$tree/.px-config"
}

# BusyBox's Makefile has EXTRAVERSION in every compiler command: a new commit would compile everything. A header that
# two files include does the same; kbuild/busybox.patch takes it into the banner.
write_version() {
	version=$("$here/version.sh")
	echo "#define PX_VERSION \"$version\"" >"$build/px_version.h"
	cmp -s "$build/px_version.h" "$tree/include/px_version.h" || cp "$build/px_version.h" "$tree/include/"
	rm "$build/px_version.h"
	echo "product pxe-imager $version" >"$build/manifest.d/product-pxe-imager"
}

main() {
	build=$(cd "$1" && pwd) suite=$2 config=$3
	here=$(cd "$(dirname "$0")" && pwd)
	tree=$build/busybox-tree
	export KCONFIG_NOTIMESTAMP=1 # the same sources give the same bytes: no build time in the banner
	"$here/toolchain.sh" "$build"
	"$here/busybox-tree.sh" "$1" "$suite"
	"$here/libraries.sh" "$build" "$suite" "$config"
	configure
	write_version
	if ! make -s -C "$tree" -j"$(nproc)" CC="$build/musl/px-gcc" HOSTCC=gcc \
		CONFIG_EXTRA_LDLIBS="$(extra_libs)" busybox >"$build/busybox.log" 2>&1; then
		grep -v '^  ' "$build/busybox.log" | tail -n 60 >&2
		echo "busybox.sh: the build failed (above; all of it: build/busybox.log)" >&2
		exit 1
	fi
	if ! cmp -s "$tree/busybox" "$build/busybox"; then
		cp "$tree/busybox" "$build/busybox.new"
		mv "$build/busybox.new" "$build/busybox"
	fi
}

main "$@"
