#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/px-usb.img: all of BUILD/tftpboot (or another TFTP root) on a bootable stick (BIOS and UEFI), its
# catalog and images too.
#
#   usb.sh BUILD SUITE CONFIG [TFTPROOT OUTPUT]
#
# The menu starts with the stick's own images when the catalog names any, else with those of the network's server.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

# px.medium in all of them: the stick is known then, and refused as a target
entries() {
	files='px.cpio.xz site.cpio.xz'
	parameters="$(conf PX_CONSOLE) quiet px.medium=$uuid"
	stick="stick|PXE Imager: the images on this stick|$files|$parameters"
	stick="$stick px.catalog=file:///run/initramfs/live/images"
	network="network|PXE Imager: the images of the network's server|$files|$parameters"
	if grep -q '^Image:' "$from/images"; then
		printf '%s\n%s\n' "$stick" "$network"
	else
		printf '%s\n%s\n' "$network" "$stick"
	fi
	[ "$(conf PX_SHELL)" != y ] || echo "shell|PXE Imager: a shell first|$files|$parameters px.shell"
}

# What the FAT is known by. It follows from what is on it: an older stick that is plugged in, too, is another one.
content_uuid() {
	(cd "$folder" && find . -type f -exec cksum {} +) >"$output.sums"
	LC_ALL=C sort "$output.sums" | sha256sum | tr a-f A-F | sed 's/^\(....\)\(....\).*/\1-\2/'
}

main() {
	[ $# -ge 3 ] || { echo "usage: usb.sh BUILD SUITE CONFIG [TFTPROOT OUTPUT]" >&2; exit 2; }
	# conf reads config
	# shellcheck disable=SC2034
	build=$(cd "$1" && pwd) suite=$2 config=$3
	from=${4:-$build/tftpboot} output=${5:-$build/px-usb.img}
	folder=$output.files
	rm -rf "$folder"
	trap 'rm -rf "$folder" "$output.menu" "$output.sums"' EXIT
	trap 'exit 130' INT TERM
	mkdir "$folder"
	for f in "$from"/*; do
		case ${f##*/} in
		*pxelinux.* | ldlinux.* | *.efi | grub) ;; # for the network
		EFI | syslinux.cfg | SHA256SUMS) ;; # the stick has its own
		*) cp -rlL "$f" "$folder/" 2>/dev/null || cp -rL "$f" "$folder/" ;;
		esac
	done
	uuid=$(content_uuid)
	entries >"$output.menu"
	PX_PROMPT=$(conf PX_LOADER_PROMPT) "$here/stick.sh" "$build" "$suite" "$output" "$folder" "$uuid" "$output.menu"
}

main "$@"
