#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/px-ext2.img or BUILD/px-squashfs.img: a CF or SD card's image whose system runs from the card, not from
# RAM. Its FAT partition holds the kernel and a small initramfs with the drivers for disks only, the second one the
# whole tree.
#
#   card.sh ext2|squashfs BUILD SUITE CONFIG
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

make_ext2() {
	kib=$(du -sk --apparent-size "$build/root" | cut -f 1)
	inodes=$(($(find "$build/root" | wc -l) + 256))
	fakeroot=$([ "$(id -u)" = 0 ] || echo fakeroot)
	rm -f "$1"
	# the tree's owner is who built it; fakeroot says root
	$fakeroot mke2fs -q -t ext2 -L px-root -m 0 -N "$inodes" -d "$build/root" "$1" \
		$((kib + kib / 8 + 2048)) >/dev/null
}

make_squashfs() {
	rm -f "$1"
	mksquashfs "$build/root" "$1" -all-root -comp xz -no-progress -quiet >/dev/null
}

# busybox, /init, the scripts that find the card, drivers for disks
make_initramfs() {
	small=$build/card.root
	rm -rf "$small"
	for d in usr/bin usr/lib dev proc sys run tmp etc/px var/log; do
		mkdir -p "$small/$d"
	done
	ln -s usr/lib "$small/lib"
	ln -s usr/bin "$small/bin"
	ln -s usr/bin "$small/sbin"
	cp "$build/busybox" "$small/usr/bin/busybox"
	for applet in $("$build/busybox" --list); do
		[ "$applet" = busybox ] || ln -s busybox "$small/usr/bin/$applet"
	done
	for f in init etc/px/medium etc/px/say.sh etc/px/parameters.sh etc/mdev.conf; do
		cp "$here/../overlay/$f" "$small/$f"
	done
	cp "$here"/../overlay-card/etc/px/* "$small/etc/px/"
	"$here/../../debian-strip/modules.sh" "$build" "$kernel" card "$small"
	[ "$(conf PX_SHELL)" = y ] || : >"$small/etc/px/no-shell"
	du -sm --apparent-size "$small" | cut -f 1 >"$small/etc/px/size_mib"
	: >"$small/etc/px/complete"
	find "$small" -depth -exec touch -h -d "@$epoch" {} +
	"$here/cpio.sh" "$small" "$1" "$epoch"
	rm -rf "$small"
}

main() {
	case ${1:-} in
	ext2) uuid=5058-0002 ;;
	squashfs) uuid=5058-0003 ;;
	*) echo "usage: card.sh ext2|squashfs BUILD SUITE CONFIG" >&2; exit 2 ;;
	esac
	# conf reads config
	# shellcheck disable=SC2034
	kind=$1 build=$(cd "$2" && pwd) suite=$3 config=$4
	kernel=linux-image-$(ls "$build/root/usr/lib/modules") # that of the tree and of tftpboot/vmlinuz
	epoch=$(stat -c %Y "$build/tree")
	folder=$build/card
	trap 'rm -rf "$folder" "$build/card.menu" "$build/card.fs" "$build/card.root"' EXIT
	trap 'exit 130' INT TERM
	rm -rf "$folder"
	mkdir "$folder"
	cp "$build/tftpboot/vmlinuz" "$build/tftpboot/site.cpio.xz" "$folder/"
	make_initramfs "$folder/card.cpio.xz"
	"make_$kind" "$build/card.fs"
	echo "card|PXE Imager, from this card|card.cpio.xz|$(conf PX_CONSOLE) quiet px.root=$uuid" >"$build/card.menu"
	PX_PROMPT=$(conf PX_LOADER_PROMPT) "$here/stick.sh" "$build" "$suite" "$build/px-$kind.img" \
		"$folder" "$uuid" "$build/card.menu" "$build/card.fs"
}

main "$@"
