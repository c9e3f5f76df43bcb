#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/demo/router.tar.zst, the archive of a router image: Debian's kernel, a system of BusyBox that runs from
# RAM, extlinux; and prints its stanza's proof. No root needed.
#
#   router.sh BUILD SUITE
set -eu

# what the box does when it is up; modules of common IDE controllers and NICs
make_system() {
	mkdir -p "$1/bin" "$1/dev" "$1/proc" "$1/sys" "$1/etc" "$1/settings" "$1/usr/lib"
	ln -s usr/lib "$1/lib"
	cp "$build/busybox" "$1/bin/busybox"
	cp -a "$build/tree/usr/lib/modules" "$1/usr/lib/"
	find "$1/usr/lib/modules" -name '*.ko' | grep -Ev '/(ext4|jbd2|mbcache|crc16|crc32c.*|libcrc32c|libata|ata_piix|pata_amd|scsi_mod|scsi_common|sd_mod|natsemi|via-rhine|mii|e1000|cdrom|t10-pi|crc64.*|crct10dif.*)\.ko$' | xargs rm -f
	cat >"$1/init" <<-'INIT'
		#!/bin/busybox sh
		/bin/busybox mkdir -p /usr/bin /usr/sbin /sbin
		/bin/busybox --install -s
		export PATH=/usr/sbin:/usr/bin:/sbin:/bin
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs devtmpfs /dev
		for i in 1 2 3; do
			modprobe -qab $(find /sys/devices -name modalias -exec cat {} + | sort -u)
			sleep 0.2
		done
		modprobe ext4
		mount -t ext4 LABEL=px-settings /settings
		echo 1 >/proc/sys/net/ipv4/ip_forward
		[ ! -x /settings/start ] || /settings/start
		echo "router: up, $(df -k /settings | tail -n 1)"
		while :; do setsid cttyhack sh; done
	INIT
	chmod 755 "$1/init"
}

main() {
	build=$(cd "$1" && pwd) suite=$2
	here=$(cd "$(dirname "$0")" && pwd)
	archive=$here/../../../kbuild/archive.sh
	out=$build/demo/router.tar
	mkdir -p "$build/demo"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	"$archive" -b "$build" -s "$suite" deb extlinux
	make_system "$work/system"
	mkdir -p "$work/root/boot/extlinux"
	(cd "$work/system" && find . | sed 's,^\./,,' | LC_ALL=C sort | cpio -o -H newc --reproducible --owner 0:0 \
		--quiet) |
		xz --check=crc32 -T1 --lzma2=preset=9e,dict=8MiB >"$work/root/boot/router.cpio.xz"
	cp "$build/tftpboot/vmlinuz" "$work/root/boot/vmlinuz"
	cp "$build/deb/extlinux/usr/bin/extlinux" "$build/deb/extlinux/usr/lib/EXTLINUX/mbr.bin" \
		"$work/root/boot/extlinux/"
	tar -C "$work/root" --numeric-owner --owner=0 --group=0 --format=pax -cf "$out" .
	printf 'Size: %s\nSHA256: %s\n' "$(stat -c %s "$out")" "$(sha256sum "$out" | cut -d ' ' -f 1)" >"$out.proof"
	zstd -q -f -10 -T0 "$out" -o "$out.zst"
	rm -f "$out"
	cat "$out.proof"
}

main "$@"
