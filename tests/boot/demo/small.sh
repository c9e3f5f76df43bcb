#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes DIR/small.img.zst and DIR/small.stanza (its entry for the catalog): the smallest real disk image, which boots on
# BIOS and on UEFI with Secure Boot: Debian's kernel, and an initramfs that prints "px-small: up" and where its disk is.
#
#   small.sh BUILD SUITE DIR
set -eu

make_initramfs() {
	root=$dir/small.root
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/dev" "$root/etc/px"
	cp "$build/busybox" "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	printf '#!/bin/sh\necho "px-small: up"\nexec sleep 1000\n' >"$root/init"
	ln -s busybox "$root/bin/sleep"
	chmod 755 "$root/init"
	: >"$root/etc/px/complete"
	"$here/../../../initramfs/pack/cpio.sh" "$root" "$1" 0
	rm -rf "$root"
}

main() {
	build=$(cd "$1" && pwd) suite=$2 dir=$3
	here=$(cd "$(dirname "$0")" && pwd)
	folder=$dir/small.files
	rm -rf "$folder"
	mkdir -p "$folder"
	cp "$build/tftpboot/vmlinuz" "$folder/"
	make_initramfs "$folder/small.cpio.xz"
	echo 'small|a small system|small.cpio.xz|console=ttyS0,115200 quiet no_timer_check' >"$dir/small.menu"
	"$here/../../../initramfs/pack/stick.sh" "$build" "$suite" "$dir/small.img" "$folder" 5058-5353 \
		"$dir/small.menu" \
		>/dev/null
	zstd -q -f -3 "$dir/small.img" -o "$dir/small.img.zst"
	cat >"$dir/small.stanza" <<-STANZA
		Image: small
		Title: A small system
		Source: small.img.zst
		Size: $(stat -c %s "$dir/small.img")
		Source-SHA256: $(sha256sum "$dir/small.img.zst" | cut -d ' ' -f 1)
		SHA256: $(sha256sum "$dir/small.img" | cut -d ' ' -f 1)
	STANZA
	rm -rf "$folder" "$dir/small.menu" "$dir/small.img"
}

main "$@"
