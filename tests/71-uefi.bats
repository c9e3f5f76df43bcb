#!/usr/bin/env bats
# bats file_tags=qemu
# The same TFTP root on UEFI machines, without and with Secure Boot: shim, GRUB, the menu, an installation, and the
# installed system. BIOS is 70-boot.bats.
load px

BOOT=$PX_TOP/tests/demo/boot.sh

setup() {
	need qemu-system-x86_64
	[ -r /usr/share/OVMF/OVMF_CODE_4M.secboot.fd ] || skip "no OVMF on this machine (package ovmf)"
	disk=$BATS_TEST_TMPDIR/disk.img
	root=$BATS_TEST_TMPDIR/tftp
	truncate -s 2G "$disk"
	cp "$PX_BUILD/demo/debian.stanza" "$BATS_TEST_TMPDIR/images"
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
}

# machine [PARAMETERS]: a TFTP root for the machine 52:54:00:00:00:01
machine() {
	"$PX_TOP/tests/demo/root.sh" "$PX_BUILD" "$root" "$BATS_TEST_TMPDIR/images" ${1+52:54:00:00:00:01 "$1"}
	ln "$PX_BUILD/demo/debian.img.zst" "$root/" || cp "$PX_BUILD/demo/debian.img.zst" "$root/"
}

# boot OPTIONS PATTERN...: the machine with $disk and the TFTP root
boot() {
	run "$BOOT" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a UEFI machine boots over PXE to the menu, knows its server, and its disk stays as it is" {
	machine
	boot -u -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" 'px: network: [a-z0-9]+ 10.0.2.15, server 10.0.2.2' 'px: menu ready' \
		'debian-demo|Debian'
	cmp -n 2147483648 "$disk" /dev/zero
}

@test "a UEFI machine with Secure Boot on boots over PXE, installs Debian unattended and boots into it" {
	machine 'px.image=debian-demo px.disk=/dev/vda px.auto px.timeout=3 loglevel=7'
	boot -s -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" -w 600 '[Ss]ecure boot enabled' \
		'px: installed debian-demo' 'px-demo login:'
}

@test "the image installed by a UEFI machine without Secure Boot boots too" {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set (the same with Secure Boot on is tested)"
	machine 'px.image=debian-demo px.disk=/dev/vda px.auto px.timeout=3'
	boot -u -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" -w 600 'px: installed debian-demo' 'px-demo login:'
}
