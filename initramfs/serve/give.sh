#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Gives machines files of this server: what is in FOLDER goes behind the site's own files in BUILD/tftpboot/site.cpio.xz
# as one more archive (of two files with one name the kernel takes the later), in the place of what was given before.
#
#   give.sh BUILD FOLDER     an empty FOLDER: nothing any more
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

# The site's own: what make site has packed, or what is left without what this script had put behind it.
find_own() {
	if [ "$(sha256sum <"$site")" != "$(cat "$given/sum" 2>/dev/null)" ]; then
		cp "$site" "$given/own.new"
		mv "$given/own.new" "$given/own"
	fi
}

# Other certificates than its own are no site's wish; its own parameters are.
leave_own() {
	names=$(xz -dc "$given/own" | cpio -t --quiet 2>/dev/null || true)
	for name in etc/px/ca.pem etc/px/defaults; do
		[ -e "$given/files/$name" ] || continue
		echo "$names" | grep -qx "$name" || continue
		[ $name != etc/px/ca.pem ] ||
			die "site.cpio.xz has an etc/px/ca.pem of its own: put $build/serve/tls/ca.pem into that," \
				"too, and make site again; or serve with your own web server"
		echo "site.cpio.xz has an $name of its own: machines get no other"
		rm "$given/files/$name"
	done
}

# The same files give the same bytes.
pack() {
	find "$given/files" -depth -exec touch -d @0 {} +
	(cd "$given/files" && find . -mindepth 1 | sed 's,^\./,,' | LC_ALL=C sort |
		cpio -o -H newc --reproducible --owner 0:0 --quiet) | xz --check=crc32 -T1 -c
}

main() {
	[ $# = 2 ] || { echo "usage: give.sh BUILD FOLDER" >&2; exit 2; }
	build=$(cd "$1" && pwd) site=$build/tftpboot/site.cpio.xz given=$build/serve/given
	for tool in cpio xz; do
		command -v $tool >/dev/null || die "no $tool (apt-get install cpio xz-utils)"
	done
	mkdir -p "$given"
	[ -e "$site" ] || "$here/../pack/site.sh" "$build"
	find_own
	cp "$given/own" "$given/new"
	rm -rf "$given/files"
	cp -r "$2" "$given/files"
	leave_own
	[ -z "$(find "$given/files" -type f)" ] || pack >>"$given/new"
	put "$given/new" "$site"
	chown "$(stat -L -c %u:%g "$build/tftpboot")" "$site" # dnsmasq gives nobody else's files
	rm -f "$given/new"
	sha256sum <"$site" >"$given/sum"
}

main "$@"
