#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/tftpboot: a TFTP root as it stands, and BUILD/manifest.txt: what went in. Its SHA256SUMS, written last,
# says that it is complete, and shows whether it still is so after it was copied to a server.
#
#   tftpboot.sh BUILD SUITE CONFIG
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

main() {
	[ $# = 3 ] || { echo "usage: tftpboot.sh BUILD SUITE CONFIG" >&2; exit 2; }
	# conf reads config
	# shellcheck disable=SC2034
	build=$(cd "$1" && pwd) suite=$2 config=$3
	out=$build/tftpboot
	# that of the tree's modules; the archive may have a newer one by now
	release=$(ls "$build/root/usr/lib/modules")
	"$here/../../kbuild/archive.sh" -b "$build" -s "$suite" deb pxelinux syslinux-common
	mkdir -p "$out/pxelinux.cfg" "$out/example"
	# not there while anything may be half copied
	[ ! -e "$out/SHA256SUMS" ] || mv "$out/SHA256SUMS" "$build/sums.old"
	put "$build/deb/pxelinux/usr/lib/PXELINUX/pxelinux.0" "$out/pxelinux.0"
	put "$build/deb/pxelinux/usr/lib/PXELINUX/lpxelinux.0" "$out/lpxelinux.0"
	# the last three are for px.local=chain (pxroom): the disk of a BIOS whose LOCALBOOT does not work
	for module in ldlinux chain libcom32 libutil; do
		put "$build/deb/syslinux-common/usr/lib/syslinux/modules/bios/$module.c32" "$out/$module.c32"
	done
	put "$build/deb/linux-image-$release/boot/vmlinuz-$release" "$out/vmlinuz"
	put "$build/px.cpio.xz" "$out/px.cpio.xz"
	"$here/menus.sh" "$config" "$here/../tftproot" "$build/menus"
	put "$build/menus/default" "$out/pxelinux.cfg/default"
	"$here/uefi.sh" "$build" "$suite"
	put "$build/menus/grub.cfg" "$out/grub/grub.cfg"
	rm -rf "$build/menus"
	# the loaders name both; a site's own replaces it
	[ -e "$out/site.cpio.xz" ] || "$here/site.sh" "$build"
	# a catalog is the user's: never overwritten
	[ -e "$out/images" ] || put "$here/../tftproot/images" "$out/images"
	for f in "$here"/../tftproot/example/*; do
		[ ! -e "$f" ] || put "$f" "$out/example/${f##*/}"
	done
	(cd "$out" && sha256sum -- *pxelinux.0 *.c32 *.efi vmlinuz px.cpio.xz) >"$build/sums"
	put "$build/sums" "$build/sums.old" # which keeps its time when they are the same
	mv "$build/sums.old" "$out/SHA256SUMS"
	sort -u "$build"/manifest.d/* >"$build/manifest.new"
	put "$build/manifest.new" "$build/manifest.txt"
	rm -f "$build/manifest.new" "$build/sums"
}

main "$@"
