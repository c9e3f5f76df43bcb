#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs: the packer, and px.cpio.xz and tftpboot/ as built.

load ../px

setup() {
	need cpio xz
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root/etc/px" "$root/usr/bin" "$root/usr/lib/modules/1/kernel"
	echo program >"$root/usr/bin/program"
	ln "$root/usr/bin/program" "$root/usr/bin/twin"
	echo module >"$root/usr/lib/modules/1/kernel/a.ko"
	ln -s usr/bin "$root/bin"
	: >"$root/etc/px/complete"
	echo '#!/bin/sh' >"$root/init"
	find "$root" -exec touch -h -d @1000000000 {} +
}

# pack NAME [FORMAT]
pack() {
	"$PX_TOP/initramfs/pack/cpio.sh" "$root" "$BATS_TEST_TMPDIR/$1" 1000000000 "${@:2}"
}

# format FILE: by its first bytes, as the kernel sees it
format() {
	case $(head -c 4 "$1" | od -An -tx1) in
	' fd 37 7a 58') echo xz ;;
	' 28 b5 2f fd') echo zstd ;;
	*) echo "neither xz nor zstd: $1" >&2; return 1 ;;
	esac
}

# names in the order of the archive, as the kernel reads them: one archive after another
names() {
	"$(format "$1")" -dc "$1" | python3 -c '
import sys
data = sys.stdin.buffer.read()
at = 0
while at < len(data):
    if data[at:at + 6] != b"070701":
        assert data[at:at + 4] == b"\0\0\0\0", "neither a header nor padding at %d" % at
        at += 4
        continue
    ino, mode, uid, gid, links, time, size, _, _, major, minor, name_size, _ = (
        int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16) for n in range(13))
    name = data[at + 110:at + 110 + name_size - 1].decode()
    at = (at + 110 + name_size + 3) // 4 * 4
    at = (at + size + 3) // 4 * 4
    if name != "TRAILER!!!":
        print("%06o %d:%d %d:%d %s" % (mode, major, minor, uid, gid, name))
'
}

@test "the marker is the last entry and /init comes before any module" {
	pack a
	run names "$BATS_TEST_TMPDIR/a"
	[ "$status" = 0 ] || { echo "$output"; false; }
	[[ ${lines[-1]} == *' etc/px/complete' ]]
	[ "$(grep -n ' init$' <<<"$output" | cut -d : -f 1)" -lt "$(grep -n 'a.ko$' <<<"$output" | cut -d : -f 1)" ]
	[ "$(grep -c 'etc/px/complete$' <<<"$output")" = 1 ]
}

@test "/init, its files and busybox come before all other programs: a part of the file can still speak" {
	echo busybox >"$root/usr/bin/busybox"
	echo 'all about sh' >"$root/etc/a-file"
	ln -s busybox "$root/usr/bin/sh"
	: >"$root/etc/px/say.sh"
	pack a
	run names "$BATS_TEST_TMPDIR/a"
	last=0
	for path in bin init etc/px/say.sh usr/bin/busybox usr/bin/sh; do
		at=$(grep -n " $path\$" <<<"$output" | cut -d : -f 1)
		[ "$(grep -c " $path\$" <<<"$output")" = 1 ]
		[ "$at" -le "$last" ] || last=$at
	done
	[ "$last" -lt "$(grep -n ' etc/a-file$' <<<"$output" | cut -d : -f 1)" ]
	[ "$last" -lt "$(grep -n ' usr/bin/program$' <<<"$output" | cut -d : -f 1)" ]
}

@test "the device nodes come first: messages show before /dev is mounted" {
	pack a
	run names "$BATS_TEST_TMPDIR/a"
	[ "${lines[0]}" = '040755 0:0 0:0 dev' ]
	[ "${lines[1]}" = '020600 5:1 0:0 dev/console' ]
	[ "${lines[2]}" = '020666 1:3 0:0 dev/null' ]
}

@test "every entry belongs to root" {
	if [ "$(id -u)" = 0 ]; then chown -R 12345:12345 "$root"; fi
	pack a
	run names "$BATS_TEST_TMPDIR/a"
	[ "${#lines[@]}" -gt 10 ]
	for l in "${lines[@]}"; do [[ $l == *':'*' 0:0 '* ]]; done
}

@test "the same files at another time in another folder give the same bytes" {
	pack a
	cp -a "$root" "$BATS_TEST_TMPDIR/elsewhere"
	root=$BATS_TEST_TMPDIR/elsewhere
	pack b
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
}

@test "the kernel can check it: crc32, and a dictionary that small machines have room for" {
	pack a
	run xz --robot --list -vv "$BATS_TEST_TMPDIR/a"
	[ "$status" = 0 ]
	[[ $output == *CRC32* ]]
	[[ $output != *CRC64* ]]
	[ "$(grep -o 'dict=[0-9A-Za-z]*' <<<"$output" | sort -u)" = dict=8MiB ]
}

@test "packed with zstd (PX_INITRAMFS_ZSTD) it holds the same, in the same order, twice the same bytes, with checksums" {
	need zstd
	pack a
	pack b zstd
	pack c zstd
	[ "$(format "$BATS_TEST_TMPDIR/a") $(format "$BATS_TEST_TMPDIR/b")" = 'xz zstd' ]
	cmp "$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/c"
	names "$BATS_TEST_TMPDIR/a" >"$BATS_TEST_TMPDIR/xz"
	names "$BATS_TEST_TMPDIR/b" >"$BATS_TEST_TMPDIR/zstd"
	diff "$BATS_TEST_TMPDIR/xz" "$BATS_TEST_TMPDIR/zstd"
	[ "$(zstd -lv "$BATS_TEST_TMPDIR/b" | grep -c '^Check: XXH64')" = 1 ]
	[[ $(zstd -lv "$BATS_TEST_TMPDIR/b") == *'# Zstandard Frames: 2'* ]]
	run pack d lz4
	[ "$status" = 2 ]
}

@test "drivers that need a large machine anyway are packed with a larger dictionary, the programs are not" {
	truncate -s 33M "$root/usr/lib/modules/1/kernel/a.ko"
	pack a
	run xz --robot --list -vv "$BATS_TEST_TMPDIR/a"
	[ "$(grep -o 'dict=[0-9A-Za-z]*' <<<"$output" | paste -sd ' ')" = 'dict=8MiB dict=32MiB' ]
	names "$BATS_TEST_TMPDIR/a" | grep -q 'usr/lib/modules/1/kernel/a.ko$'
}

@test "a folder without the marker is not packed" {
	rm "$root/etc/px/complete"
	run pack a
	[ "$status" = 1 ]
	[ ! -e "$BATS_TEST_TMPDIR/a" ]
}

# --- as built

built() {
	[ -e "$PX_BUILD/tftpboot/$1" ] || skip "no $PX_BUILD/tftpboot/$1 (make tftpboot)"
}

@test "px.cpio.xz as built holds init, console, marker last, and the kernel's modules" {
	built px.cpio.xz
	run names "$PX_BUILD/tftpboot/px.cpio.xz"
	[ "$status" = 0 ]
	for path in init dev/console etc/px/network usr/bin/busybox usr/sbin/pximenu etc/mke2fs.conf; do
		grep -q " $path\$" <<<"$output" || { echo "no $path"; false; }
	done
	[[ ${lines[-1]} == *' etc/px/complete' ]]
	kernel=$(strings "$PX_BUILD/tftpboot/vmlinuz" | sed -n 's/^\([0-9]*\.[0-9]*\.[^ ]*\) (.*/\1/p' | head -n 1)
	grep -q " usr/lib/modules/$kernel/modules.dep\$" <<<"$output"
}

@test "tftpboot/ is a TFTP root as it stands, readable for a server of another user" {
	built pxelinux.0
	for f in pxelinux.0 ldlinux.c32 pxelinux.cfg/default vmlinuz px.cpio.xz images; do
		[ -s "$PX_BUILD/tftpboot/$f" ] || { echo "no $f"; false; }
		[ "$(stat -c %A "$PX_BUILD/tftpboot/$f" | cut -c 8)" = r ]
	done
}

@test "each label of pxelinux.cfg/default passes the card and the server on, and loads files that are there" {
	built pxelinux.cfg/default
	cd "$PX_BUILD/tftpboot"
	run awk '$1 == "KERNEL" || $1 == "INITRD" { gsub(",", "\n", $2); print $2 }' pxelinux.cfg/default
	[ "${#lines[@]}" -ge 4 ]
	for f in "${lines[@]}"; do [ -s "$f" ]; done
	[ "$(grep -c '^  KERNEL' pxelinux.cfg/default)" = "$(grep -c '^  SYSAPPEND 3' pxelinux.cfg/default)" ]
	run grep @ pxelinux.cfg/default
	[ "$status" = 1 ]
}
