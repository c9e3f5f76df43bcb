#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Packs a folder as a kernel's initramfs: newc cpio, xz or zstd. The same folder gives the same bytes.
#
#   cpio.sh ROOT OUTPUT EPOCH [xz|zstd]     default: xz
#
# Two streams, which the kernel unpacks one after another, in three archives: device nodes (made by hand: a build
# without root cannot make nodes) and programs, with the filter for x86 code, which saves 4 % of them and would cost 7 %
# of the modules (xz only: zstd has no filter); then modules, and etc/px/complete last of all, which is what /init looks
# for. First of the programs come /init and busybox, then the rest, so that /init can still speak when memory ran out or
# the loader got a part of the file.
set -eu

# entry NAME MODE RDEV-MAJOR RDEV-MINOR: a newc header, name and padding; no data
entry() {
	printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' \
		"$number" "$2" 0 0 1 "$epoch" 0 0 0 "$3" "$4" $((${#1} + 1)) 0 "$1"
	pad=$(((4 - (110 + ${#1} + 1) % 4) % 4))
	head -c "$pad" /dev/zero
	number=$((number + 1))
}

device_nodes() {
	number=1
	entry dev $((040755)) 0 0
	entry dev/console $((020600)) 5 1
	entry dev/null $((020666)) 1 3
	epoch=0 entry 'TRAILER!!!' 0 0 0
}

# what /init needs to say that the rest is not there: its own files, busybox, and the folders and links on the way
speakers() {
	(cd "$root" && find . -path ./usr/lib/modules -prune -o \( -type d -o -type l \) -print) >"$output.found"
	{ sed -n 's,^\./,,p' "$output.found"; grep -E '^(init|etc/px/[^/]+|(usr/)?bin/busybox)$' "$output.all"; } |
		LC_ALL=C sort -u
}

# archive PATHS: those of the folder, in that order
archive() {
	(cd "$root" && cpio -o -H newc --reproducible --owner 0:0 --quiet) <"$1"
}

# Of xz the kernel checks crc32 only; more than one thread would cut the stream into blocks. It takes as much memory for
# the dictionary as the stream says: with the 64 MiB of -9 a machine with 128 MB of RAM panics. Drivers that need 512 MB
# of RAM anyway leave room for 32 MiB, which makes them 1 % smaller. zstd -19 has 8 MiB, too.
dictionary() {
	if [ "$(stat -c %s "$1")" -gt 33554432 ]; then echo 32MiB; else echo 8MiB; fi
}

# pack FILE [FILTER OF xz]
pack() {
	dictionary=$(dictionary "$1") packed=$1
	shift
	case $format in
	xz) xz --check=crc32 -T1 -c "$@" --lzma2=preset=9e,dict="$dictionary" <"$packed" ;;
	zstd) zstd -q -19 --single-thread -c <"$packed" ;;
	esac
}

usage() {
	echo "usage: cpio.sh ROOT OUTPUT EPOCH [xz|zstd]" >&2
	exit 2
}

main() {
	case $# in 3 | 4) ;; *) usage ;; esac
	root=$1 output=$2 epoch=$3 format=${4:-xz}
	case $format in xz | zstd) ;; *) usage ;; esac
	[ -e "$root/etc/px/complete" ] || { echo "cpio.sh: no $root/etc/px/complete" >&2; exit 1; }
	modules='^usr/lib/modules(/|$)'
	(cd "$root" && find . -mindepth 1) >"$output.found"
	sed 's,^\./,,' "$output.found" | grep -v '^etc/px/complete$' | LC_ALL=C sort >"$output.all"
	speakers >"$output.programs"
	{ grep -Ev "$modules" "$output.all" || true; } | LC_ALL=C comm -23 - "$output.programs" >"$output.others"
	cat "$output.others" >>"$output.programs"
	{ grep -E "$modules" "$output.all" || true; echo etc/px/complete; } >"$output.modules"
	{ device_nodes; archive "$output.programs"; } >"$output.cpio"
	pack "$output.cpio" --x86 >"$output.new"
	archive "$output.modules" >"$output.cpio"
	pack "$output.cpio" >>"$output.new"
	mv "$output.new" "$output"
	rm -f "$output.cpio" "$output.found" "$output.all" "$output.others" "$output.programs" "$output.modules"
}

main "$@"
