#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Packs what is a site's own (keys, scripts, files) as BUILD/tftpboot/site.cpio.xz, which the loader joins to
# px.cpio.xz: no rebuild. DIR is laid over the root: DIR/etc/motd becomes /etc/motd; of two files the site's wins.
# Programs in /etc/px/site.d run before the network comes up. The file lies on a TFTP server: whoever can plug in a
# cable can read it, so private keys are refused.
#
#   site.sh BUILD DIR     make site DIR=...
#   site.sh BUILD         an empty one, which the product comes with
#     -o FILE   not BUILD/tftpboot/site.cpio.xz, but that
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

# The kernel unpacks it over the first one: a folder where that has a link (/bin, /lib) would take the link's place.
check() {
	for d in bin sbin lib lib64; do
		if [ -e "$1/$d" ] || [ -L "$1/$d" ]; then
			die "$1/$d: /$d is a link to usr/$d in the system: put what is in it into usr/$d"
		fi
	done
	[ ! -e "$1/etc/px/complete" ] || die "$1/etc/px/complete: by that file /init knows that the system is whole"
	[ ! -e "$1/init" ] || die "$1/init would replace /init: programs go into etc/px/site.d"
	[ -n "$(find "$1" -mindepth 1 ! -type d | head -n 1)" ] || die "$1: no file in it"
}

# By name and by content; a key in DER or a password has neither.
check_secrets() {
	secret=$(cd "$1" && find . -type f \( -name 'id_*' ! -name '*.pub' -o -name '*.key' -o -name '*.p12' \
		-o -name '*.pfx' -o -name '*.keytab' -o -name 'ssh_host_*_key' \) | LC_ALL=C sort | head -n 1)
	# secret_key is of conf.sh
	# shellcheck disable=SC2154
	[ -n "$secret" ] ||
		secret=$(cd "$1" && grep -rlE -e "$secret_key" . | LC_ALL=C sort | head -n 1)
	[ -z "$secret" ] ||
		die "$1/${secret#./}: a private key: site.cpio.xz is handed to every machine that asks for it by" \
			"TFTP, without a
  password; whoever can plug in a cable reads what is in it. Public keys are fine; what is secret has to" \
			"come another way"
}

main() {
	out=
	if [ "$1" = -o ]; then
		out=$2
		shift 2
	fi
	build=$(cd "$1" && pwd)
	if [ $# = 1 ]; then
		dir=$(mktemp -d)
	else
		[ -n "$2" ] || {
			echo "usage: make site DIR=FOLDER (what is in it lands in / of the booted system)" >&2
			exit 2
		}
		[ -d "$2" ] || die "$2: no such folder"
		dir=$(cd "$2" && pwd)
		check "$dir"
		check_secrets "$dir"
	fi
	out=${out:-$build/tftpboot/site.cpio.xz} work=$build/site
	trap 'rm -f "$work.found" "$work.sorted" "$work.cpio" "$work.new"; rm -rf "$work.dir"
		[ $# != 1 ] || rmdir "$dir"' EXIT
	# a folder of its own then: DIR is the operator's
	if [ $# != 1 ] && [ -d "$dir/etc/px/keys" ] && [ ! -e "$dir/etc/px/keys/serial" ] &&
		[ -f "$build/catalog.serial" ]; then
		rm -rf "$work.dir"
		cp -a "$dir" "$work.dir"
		cp "$build/catalog.serial" "$work.dir/etc/px/keys/serial"
		dir=$work.dir
	fi
	(cd "$dir" && find . -mindepth 1 -print0) >"$work.found"
	LC_ALL=C sort -z "$work.found" >"$work.sorted"
	(cd "$dir" && sed -z 's,^\./,,' "$work.sorted" |
		cpio -o -0 -H newc --reproducible --owner 0:0 --quiet) >"$work.cpio"
	xz --check=crc32 -T1 --lzma2=preset=9e,dict=8MiB -c "$work.cpio" >"$work.new"
	mv "$work.new" "$out"
	[ $# = 1 ] || [ "$out" != "$build/tftpboot/site.cpio.xz" ] ||
		echo "  SITE    site.cpio.xz: $(stat -c %s "$out") bytes, which everybody on the network can read"
}

main "$@"
