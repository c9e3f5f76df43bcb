#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=qemu
# The whole way in QEMU: power-on, PXE, menu, disk, and what ends on the console when something is wrong. The whole way
# and one failure always, all of them with PX_LONG=1 (menu/, install/ and write/ have each of them without QEMU).
load ../px
load ../report/report

BOOT=$PX_TOP/tests/boot/demo/boot.sh

setup() {
	need qemu-system-x86_64 sfdisk zstd python3
	disk=$BATS_TEST_TMPDIR/disk.img
	root=$BATS_TEST_TMPDIR/tftp
}

teardown() {
	# ended with a failed test: the machine must not stay
	[ ! -s "$BATS_TEST_TMPDIR/log.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/log.pid")" 2>/dev/null || true
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

long() {
	[ -n "${PX_LONG:-}" ] || skip "PX_LONG is not set"
}

# small_image: an 8 MiB GPT image as image.zst in the TFTP root of the next machine, and its stanza on stdout
small_image() {
	local img=$BATS_TEST_TMPDIR/image
	truncate -s 8M "$img"
	printf 'label: gpt\nstart=2048, size=12000\n' | sfdisk -q "$img"
	printf '\353\376' | dd of="$img" conv=notrunc status=none # boot code: what no machine starts from is refused
	dd if="$PX_BUSYBOX" of="$img" bs=1M seek=1 conv=notrunc status=none
	zstd -q -f "$img" -o "$BATS_TEST_TMPDIR/image.zst"
	printf 'Image: small\nSource: image.zst\nSize: %s\nSHA256: %s\n' "$(stat -c %s "$img")" \
		"$(sha256sum "$img" | cut -d ' ' -f 1)"
}

# machine PARAMETERS: a TFTP root from $BATS_TEST_TMPDIR/images and image.zst
machine() {
	"$PX_TOP/tests/boot/demo/root.sh" "$PX_BUILD" "$root" "$BATS_TEST_TMPDIR/images" 52:54:00:00:00:01 "$1"
	if [ -f "$BATS_TEST_TMPDIR/image.zst" ]; then
		cp "$BATS_TEST_TMPDIR/image.zst" "$root/"
	fi
}

console() {
	tr -d '\r' <"$BATS_TEST_TMPDIR/log" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
}

# the first and the last MiB of the disk are all zero
no_boot_sector() {
	head -c 1048576 "$disk" | cmp -n 1048576 - /dev/zero
	tail -c 1048576 "$disk" | cmp -n 1048576 - /dev/zero
}

@test "a machine with an empty disk boots over PXE, installs Debian unattended and boots into it" {
	run "$PX_TOP/tests/boot/demo/demo.sh" -u "$PX_BUILD"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "without parameters the menu comes up on the serial console and the disk stays as it is" {
	long
	small_image >"$BATS_TEST_TMPDIR/images"
	truncate -s 64M "$disk"
	machine ''
	run "$BOOT" -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" 'px: menu ready' 'small'
	echo "$output"
	[ "$status" -eq 0 ]
	cmp -n 67108864 "$disk" /dev/zero
}

@test "an image with a wrong hash fails on the console, is reported, stays there, and the disk has no boot sector" {
	report_server "$BATS_TEST_TMPDIR/reports"
	small_image | sed 's/^SHA256: ....../SHA256: 000000/' >"$BATS_TEST_TMPDIR/images"
	truncate -s 64M "$disk"
	# 10.0.2.2 is this machine's loopback
	machine "px.image=small px.disk=smallest px.auto px.timeout=1 px.report=http://10.0.2.2:$HTTP/ px.log=udp://10.0.2.2:$UDP"
	"$BOOT" -k -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" -x 'px: installed|Kernel panic' 'px: FAILED' 3>&-
	wait_for 20 grep -q '"failed"' "$BATS_TEST_TMPDIR/reports/events"
	wait_for 20 grep -q 'px: FAILED' "$BATS_TEST_TMPDIR/reports/syslog"
	grep -q '"mac":"52:54:00:00:00:01".*"image":"small","disk":"/dev/vda".*"disk_state":"disk does not boot"' \
		"$BATS_TEST_TMPDIR/reports/events"
	sleep 10 # neither a second try nor a reboot
	kill -0 "$(cat "$BATS_TEST_TMPDIR/log.pid")"
	[ "$(grep -c '"start"' "$BATS_TEST_TMPDIR/reports/events")" = 1 ]
	console | grep -q 'wrong SHA-256'
	console | grep -q 'does not boot'
	no_boot_sector
}

@test "an image cut short on the server fails on the console and the disk has no boot sector" {
	long
	small_image >"$BATS_TEST_TMPDIR/images"
	truncate -s -1000 "$BATS_TEST_TMPDIR/image.zst"
	truncate -s 64M "$disk"
	machine 'px.image=small px.disk=smallest px.auto px.timeout=1'
	run "$BOOT" -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" -x 'px: installed|Kernel panic' 'px: FAILED'
	echo "$output"
	[ "$status" -eq 0 ]
	no_boot_sector
}

@test "a missing image and a disk too small fail on the console and the disk is untouched" {
	long
	printf 'Image: gone\nSource: no-such-file.zst\nSize: 8388608\n' >"$BATS_TEST_TMPDIR/images"
	head -c 2097152 "$PX_BUSYBOX" >"$disk"
	truncate -s 2M "$disk"
	cp "$disk" "$BATS_TEST_TMPDIR/before"
	machine 'px.image=gone px.disk=smallest px.auto px.timeout=1 px.force'
	run "$BOOT" -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" -x 'px: installed|Kernel panic' 'px: FAILED'
	echo "$output"
	[ "$status" -eq 0 ]
	console | grep -q 'untouched'
	cmp "$disk" "$BATS_TEST_TMPDIR/before"
	console >"$BATS_TEST_TMPDIR/console-gone"

	small_image >"$BATS_TEST_TMPDIR/images"
	machine 'px.image=small px.disk=smallest px.auto px.timeout=1 px.force'
	run "$BOOT" -t "$root" -D "$disk" -l "$BATS_TEST_TMPDIR/log" -x 'px: installed|Kernel panic' 'px: FAILED'
	echo "$output"
	[ "$status" -eq 0 ]
	console | grep -qi 'too small'
	cmp "$disk" "$BATS_TEST_TMPDIR/before"
}

@test "a machine without a network card says so on the console" {
	run "$BOOT" -l "$BATS_TEST_TMPDIR/log" -q "-kernel $PX_BUILD/tftpboot/vmlinuz" \
		-q "-initrd $PX_BUILD/tftpboot/px.cpio.xz" \
		-q '-append console=ttyS0,115200' -x 'Kernel panic' 'no network (card|interface|adapter)'
	echo "$output"
	[ "$status" -eq 0 ]
}
