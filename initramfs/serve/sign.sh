#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Signs the catalog BUILD/tftpboot/images with KEY (of ssh-keygen, minisign or signify; the .pub file of a key that an
# agent or a token holds), for DAYS. Its serial number goes to BUILD/catalog.serial, which make site packs beside a
# site's keys: a machine that starts then takes no older catalog.
#
#   sign.sh BUILD KEY DAYS
set -eu

main() {
	if [ $# != 3 ] || [ -z "$2" ]; then
		echo "usage: make sign KEY=FILE [DAYS=30] (ssh-keygen -t ed25519 makes a key)" >&2
		exit 2
	fi
	key=$2
	[ "${key#\~/}" = "$key" ] || key=$HOME/${key#\~/} # make has put it in quotes
	"$1/busybox" pxcatalog sign -k "$key" -d "$3" "$1/tftpboot/images"
	sed -n 's/^Serial: *//p' "$1/tftpboot/images" | head -n 1 >"$1/catalog.serial.new"
	mv "$1/catalog.serial.new" "$1/catalog.serial"
}

main "$@"
