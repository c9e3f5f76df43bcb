#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes an image of FILE and puts it into the catalog of BUILD/tftpboot: read, block map, stanza, check.
#
#   image.sh BUILD FILE ID TITLE [FIELD=VALUE]...
#
# FILE: a disk, a raw or compressed image, or what qemu-img reads (qcow2, VMDK, VDI, VHDX). BUILD/tftpboot gets
# ID.img.zst, ID.bmap and, last, the stanza; without images there, initramfs/tftproot/images is what it begins with.
set -eu

die() {
	echo "image.sh: $*" >&2
	exit 1
}

# the container's format as qemu-img calls it; nothing for what pxread reads by itself
container() {
	case $(od -An -tx1 -N 8 "$1" | tr -d ' \n') in
	514649fb*) echo qcow2 ;;
	4b444d56*) echo vmdk ;;
	7668647866696c65) echo vhdx ;;
	*) if [ "$(od -An -tx1 -j 64 -N 4 "$1" | tr -d ' \n')" = 7f10dabe ]; then echo vdi; fi ;;
	esac
}

# Prints the file to read: FILE, or the raw image that was made of it.
raw_of() {
	format=$(container "$1")
	if [ -z "$format" ]; then
		echo "$1"
		return 0
	fi
	command -v qemu-img >/dev/null ||
		die "$1 is a $format file, and there is no qemu-img (apt-get install qemu-utils)"
	qemu-img convert -q -f "$format" -O raw "$1" "$work/raw" || die "qemu-img does not read $1"
	echo "$work/raw"
}

# "Size: 5" as "Size=5", one a line
fields_of() {
	sed -n 's/^\([A-Za-z0-9-]*\): /\1=/p' "$1"
}

main() {
	[ $# -ge 4 ] || die "usage: make image FILE=disk.img ID=debian-13 TITLE='Debian 13' [FIELDS='FIELD=VALUE...']"
	build=$(cd "$1" && pwd) file=$2 id=$3 title=$4
	shift 4
	here=$(cd "$(dirname "$0")" && pwd)
	case $id in
	'' | *[!a-z0-9.+-]* | [!a-z0-9]*) die "ID=$id: an image's name is [a-z0-9][a-z0-9.+-]*" ;;
	esac
	[ -r "$file" ] || die "FILE=$file: cannot read it"
	out=$build/tftpboot
	mkdir -p "$out"
	[ -e "$out/images" ] || cp "$here/../tftproot/images" "$out/images"
	work=$(mktemp -d "$build/image.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	source=$(raw_of "$file")
	"$build/busybox" pxread -l 19 -b "$out/$id.bmap" -o "$out/$id.img.zst" "$source" >"$work/fields"
	set -- Image="$id" Title="$title" "$@" Bmap="$id.bmap"
	while read -r field; do
		set -- "$@" "$field"
	done <<-FIELDS
		$(fields_of "$work/fields")
	FIELDS
	"$build/busybox" pxcatalog add "$out/images" "$out/$id.img.zst" "$@"
}

main "$@"
