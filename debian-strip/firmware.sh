#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Firmware for NICs and disk controllers into a tree: of the packages' files, those that a module of the tree asks for.
#
#   firmware.sh BUILD TREE PACKAGE...     (packages that kbuild/archive.sh has unpacked in BUILD/deb)
set -eu

# the names that the tree's modules declare (MODULE_FIRMWARE)
declared() {
	find "$tree/usr/lib/modules" -name '*.ko' -exec cat {} + | tr '\0' '\n' |
		LC_ALL=C sed -n 's/^firmware=\([A-Za-z0-9._\/-]*\)$/\1/p' |
		LC_ALL=C sort -u | { grep -v -F .. || true; }
}

# Debian has them in one of two places; several names may be one file
file_of() {
	for place in usr/lib/firmware/updates usr/lib/firmware lib/firmware; do
		if [ -e "$deb/$place/$1" ]; then
			echo "$deb/$place/$1"
			return 0
		fi
	done
}

install_package() {
	deb=$build/deb/$1 bytes=0
	while read -r name; do
		file=$(file_of "$name")
		[ -n "$file" ] || continue
		mkdir -p "$(dirname "$tree/usr/lib/firmware/$name")"
		cp -L "$file" "$tree/usr/lib/firmware/$name"
		chmod 644 "$tree/usr/lib/firmware/$name"
		bytes=$((bytes + $(stat -L -c %s "$file")))
	done <"$tree.firmware"
	if [ $bytes = 0 ]; then
		echo "firmware.sh: no module of this driver set asks for anything in $1" \
			"(a larger set, or leave it out)" >&2
		return 0
	fi
	printf '  %8d KiB  %-24s %s\n' $((bytes / -1024)) "$1" "firmware for the modules here"
}

main() {
	[ $# -ge 3 ] || { echo "usage: firmware.sh BUILD TREE PACKAGE..." >&2; exit 2; }
	build=$1 tree=$2
	shift 2
	declared >"$tree.firmware"
	for package; do
		install_package "$package"
	done
	rm -f "$tree.firmware"
}

main "$@"
