#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts a small libselinux.so.1 (selinux.c) into a tree in which tar, and nothing else, asks for it.
#
#   selinux.sh TREE
#
# Does nothing where nobody asks, or where somebody else does too: then the real one is needed (libraries.sh restore).
set -eu

main() {
	[ $# = 1 ] || { echo "usage: selinux.sh TREE" >&2; exit 2; }
	tree=$1
	here=$(cd "$(dirname "$0")" && pwd)
	who=$("$here/libraries.sh" needed "$tree" | sed -n 's/	libselinux\.so\.1$//p')
	[ "$who" = usr/bin/tar ] || return 0
	work=$tree.selinux
	echo 'LIBSELINUX_1.0 { global: *; };' >"$work.map"
	cc -Os -fPIC -shared -s -fno-asynchronous-unwind-tables -Wl,--build-id=none -Wl,-z,noseparate-code \
		-Wl,--hash-style=gnu -Wl,-soname,libselinux.so.1 -Wl,--version-script="$work.map" -nostartfiles \
		-o "$tree/usr/lib/x86_64-linux-gnu/libselinux.so.1" "$here/selinux.c"
	rm -f "$work.map"
	printf '  %8d KiB  %-24s %s\n' -14 libselinux.so.1 "one that says there is no SELinux: tar asks for no more"
}

main "$@"
