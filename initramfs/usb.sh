#!/bin/sh
# Makes BUILD/px-usb.img: all of BUILD/tftpboot (or another TFTP root) on a bootable stick (BIOS and UEFI), its catalog and
# images too.
#
#   usb.sh BUILD SUITE CONFIG [TFTPROOT OUTPUT]
#
# The menu starts with the stick's own images when the catalog names any, else with those of the network's server.
set -eu

uuid=5058-0001

conf() {
	sed -n "s/^CONFIG_$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$config"
}

entries() {
	console=$(conf PX_CONSOLE)
	stick="stick|PXE Imager: the images on this stick|px.cpio.xz|$console quiet px.medium=$uuid px.catalog=file:///run/initramfs/live/images"
	network="network|PXE Imager: the images of the network's server|px.cpio.xz|$console quiet"
	if grep -q '^Image:' "$from/images"; then
		printf '%s\n%s\n' "$stick" "$network"
	else
		printf '%s\n%s\n' "$network" "$stick"
	fi
	echo "shell|PXE Imager: a shell first|px.cpio.xz|$console px.shell px.medium=$uuid"
}

main() {
	[ $# -ge 3 ] || { echo "usage: usb.sh BUILD SUITE CONFIG [TFTPROOT OUTPUT]" >&2; exit 2; }
	build=$(cd "$1" && pwd) suite=$2 config=$3
	from=${4:-$build/tftpboot} output=${5:-$build/px-usb.img}
	here=$(cd "$(dirname "$0")" && pwd)
	folder=$output.files
	rm -rf "$folder"
	mkdir "$folder"
	for f in "$from"/*; do
		case ${f##*/} in
		pxelinux.* | ldlinux.c32 | *.efi | grub) ;; # for the network
		*) cp -rlL "$f" "$folder/" 2>/dev/null || cp -rL "$f" "$folder/" ;;
		esac
	done
	entries >"$output.menu"
	"$here/stick.sh" "$build" "$suite" "$output" "$folder" "$uuid" "$output.menu"
	rm -rf "$folder" "$output.menu"
}

main "$@"
