#!/bin/sh
# How long from power-on to the menu, and how large: ours, a bare BusyBox initramfs on the same kernel, and the size of Debian's own
# netboot installer. QEMU (TCG) with the kernel given directly, so that nobody's TFTP counts; the best of three.
#
#   bench-boot.sh BUILD SUITE
set -eu

# an initramfs that says it is there
bare() {
	mkdir -p "$work/bare/bin" "$work/bare/dev" "$work/bare/proc"
	cp "$build/busybox" "$work/bare/bin/"
	printf '#!/bin/busybox sh\necho bare: ready\n/bin/busybox sleep 1000\n' >"$work/bare/init"
	chmod 755 "$work/bare/init"
	(cd "$work/bare" && find . | cpio -o -H newc --owner 0:0 --quiet) | xz --check=crc32 -T1 --lzma2=preset=9e,dict=8MiB >"$work/bare.cpio.xz"
}

now_ms() {
	date +%s%3N
}

# seconds INITRD PATTERN: from the start of QEMU until its console says it
once_ms() {
	: >"$work/log"
	start=$(now_ms)
	qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -m 512 -display none -monitor none -netdev "user,id=n,tftp=$build/tftpboot" \
		-device virtio-net-pci,netdev=n -kernel "$build/tftpboot/vmlinuz" -initrd "$1" -append 'console=ttyS0,115200 quiet px.catalog=tftp://10.0.2.2/images' \
		-serial "file:$work/log" </dev/null >/dev/null 2>&1 &
	pid=$!
	until grep -aq "$2" "$work/log" || [ $(($(now_ms) - start)) -gt 120000 ]; do
		sleep 0.05
	done
	end=$(now_ms)
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	echo $((end - start))
}

best_ms() {
	for _ in 1 2 3; do
		once_ms "$1" "$2"
	done | sort -n | head -n 1
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
	bare
	line "" "bytes" "to menu, s"
	ms=$(best_ms "$work/bare.cpio.xz" 'bare: ready')
	line "bare BusyBox initramfs" "$(bytes "$work/bare.cpio.xz")" "$((ms / 1000)).$((ms % 1000 / 100))"
	ms=$(best_ms "$build/px.cpio.xz" 'px: menu ready')
	line "px.cpio.xz" "$(bytes "$build/px.cpio.xz")" "$((ms / 1000)).$((ms % 1000 / 100))"
	line "vmlinuz (both)" "$(bytes "$build/tftpboot/vmlinuz")" ""
	if "$here/../kbuild/archive.sh" -b "$build" -s "$suite" deb debian-installer-13-netboot-amd64 2>"$work/log"; then
		for f in linux initrd.gz; do
			line "Debian's netboot installer: $f" "$(find "$build/deb/debian-installer-13-netboot-amd64" -path "*text*/$f" -exec stat -c %s {} + | head -n 1)" ""
		done
	else
		echo "Debian's netboot installer: $(tail -n 1 "$work/log")"
	fi
}

main "$@"
