#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Joins the network script and the parts that it reads with a dot, but say.sh, into one file: for who takes single
# scripts to try them on a made-up machine, as the cases made from bug reports do (initramfs/network links to it).
#
#   joined.sh FOLDER OUTPUT
set -eu

main() {
	[ $# = 2 ] || { echo "usage: joined.sh FOLDER OUTPUT" >&2; exit 2; }
	mkdir -p "$(dirname "$2")"
	awk -v folder="$1" '
		/^\. "\$root\/etc\/px\/[a-z]*\.sh"$/ && !/\/say\.sh/ {
			part = $2
			gsub(/.*\/|"/, "", part)
			while ((getline line <(folder "/" part)) > 0)
				print line
			next
		}
		{ print }' "$1/network" >"$2.new"
	chmod 755 "$2.new"
	mv "$2.new" "$2"
}

main "$@"
