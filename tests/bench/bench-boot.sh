#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# How long from power-on to the menu, and how large: ours as built and with the driver set "qemu", a bare BusyBox
# initramfs on the same kernel, and Debian's own netboot installer, until it asks for the language. QEMU (TCG) with the
# kernel given directly, so that nobody's TFTP counts; the best of three.
#
#   bench-boot.sh BUILD SUITE
set -eu

# an initramfs that says it is there
bare() {
	mkdir -p "$work/bare/bin" "$work/bare/dev" "$work/bare/proc"
	cp "$build/busybox" "$work/bare/bin/"
	printf '#!/bin/busybox sh\necho bare: ready\n/bin/busybox sleep 1000\n' >"$work/bare/init"
	chmod 755 "$work/bare/init"
	(cd "$work/bare" && find . | cpio -o -H newc --owner 0:0 --quiet) | xz --check=crc32 -T1 \
		--lzma2=preset=9e,dict=8MiB >"$work/bare.cpio.xz"
}

now_ms() {
	date +%s%3N
}

# once_ms KERNEL INITRD PATTERN: from the start of QEMU until its console says it
once_ms() {
	: >"$work/log"
	start=$(now_ms)
	qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -m 1024 -display none -monitor none \
		-netdev "user,id=n,tftp=$build/tftpboot" \
		-device virtio-net-pci,netdev=n -kernel "$1" -initrd "$2" \
		-append 'console=ttyS0,115200 quiet no_timer_check px.catalog=tftp://10.0.2.2/images' \
		-serial "file:$work/log" </dev/null >/dev/null 2>&1 &
	pid=$!
	until grep -aqE "$3" "$work/log" || [ $(($(now_ms) - start)) -gt 180000 ]; do
		sleep 0.05
	done
	end=$(now_ms)
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	grep -aqE "$3" "$work/log" || { echo "bench-boot.sh: no '$3' on the console in 180 s" >&2; return 1; }
	echo $((end - start))
}

best_ms() {
	: >"$work/times"
	for _ in 1 2 3; do
		once_ms "$@" >>"$work/times"
	done
	sort -n "$work/times" | head -n 1
}

# boot_line NAME KERNEL INITRD PATTERN
boot_line() {
	name=$1
	shift
	ms=$(best_ms "$@")
	line "$name" "$(bytes "$2")" "$((ms / 1000)).$((ms % 1000 / 100))"
}

line() {
	printf '%-44s %10s %12s\n' "$1" "$2" "$3"
}

bytes() {
	du -cb "$@" | tail -n 1 | cut -f 1
}

main() {
	build=$(cd "$1" && pwd) suite=$2
	here=$(cd "$(dirname "$0")" && pwd)
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	kernel=$build/tftpboot/vmlinuz
	bare
	"$here/../../initramfs/pack/variant.sh" -b "$build" "$suite" "$here/../../.config" "$work/qemu" PX_DRIVERS_QEMU=y >"$work/log"
	line "" "bytes" "to menu, s"
	boot_line "bare BusyBox initramfs" "$kernel" "$work/bare.cpio.xz" 'bare: ready'
	boot_line "px.cpio.xz, driver set qemu" "$kernel" "$work/qemu/px.cpio.xz" 'px: menu ready'
	boot_line "px.cpio.xz, as built" "$kernel" "$build/px.cpio.xz" 'px: menu ready'
	line "vmlinuz (these three)" "$(bytes "$kernel")" ""
	# not into our manifest
	"$here/../../kbuild/archive.sh" -b "$build/bench" -s "$suite" deb debian-installer-13-netboot-amd64
	installer=$(find "$build/bench/deb/debian-installer-13-netboot-amd64" -path '*text*/initrd.gz' | head -n 1)
	installer=${installer%/*}
	boot_line "Debian's netboot installer: initrd.gz" "$installer/linux" "$installer/initrd.gz" \
		'Select a language|Choose language'
	line "Debian's netboot installer: linux" "$(bytes "$installer/linux")" ""
}

main "$@"
