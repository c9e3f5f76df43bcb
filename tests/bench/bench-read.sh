#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make bench-read: pxread against zstd, pzstd and partclone | zstd: how fast, how large. Runs are interleaved, so that a
# noisy machine is noisy for all; read the CPU seconds and the ratios.
#
#   bench-read.sh BUILD [ROUNDS [LEVELS]]
#
# What is read is the Debian of build/demo (make demo), unpacked; partclone reads its root partition alone.
set -eu

# Prints start and length of the largest partition, in sectors of 512 bytes.
largest_partition() {
	sfdisk -q -d "$1" | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\).*/\1 \2/p' | sort -n -k 2 | tail -n 1
}

main() {
	build=$(cd "$1" && pwd)
	rounds=${2:-3} levels=${3:-3 19}
	here=$(cd "$(dirname "$0")" && pwd)
	work=$build/bench-read
	mkdir -p "$work"
	[ -e "$work/img" ] || {
		zstd -dcq --sparse "$build/demo/debian.img.zst" -o "$work/img.new"
		mv "$work/img.new" "$work/img"
	}
	largest_partition "$work/img" >"$work/place"
	read -r start sectors <"$work/place"
	[ -e "$work/part" ] || {
		dd if="$work/img" of="$work/part.new" bs=512 skip="$start" count="$sectors" conv=sparse status=none
		mv "$work/part.new" "$work/part"
	}
	partclone.ext4 -q -D -L /dev/null --offset_domain="$((start * 512))" -s "$work/part" -O "$work/map" >/dev/null 2>&1
	# shellcheck disable=SC2086
	exec "$here/bench_read.py" "$build/busybox" "$work" "$rounds" $levels
}

main "$@"
