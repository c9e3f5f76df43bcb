#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make bench-write: pxwrite against what people do today, and against the limit of each part. Prints a table of ratios:
# runs are interleaved, each waits for an idle machine, and what else the machine did meanwhile is said of each row.
#
#   bench-write.sh BUILD [GIB [ROUNDS]]
#
# BUILD/busybox is what is measured; BUILD/bench-write keeps the images. Needs root (a loop device) and nginx, curl,
# zstd, gzip, pigz, xz, dd; bmaptool if it is there.
set -eu

# A disk image, GPT and one ext4 about half full of what is in /usr: real files, real zeros.
make_image() {
	mkdir -p "$dir/www" "$dir/tree"
	if [ -f "$dir/sum/img.px.zst" ]; then
		return 0
	fi
	echo "making the images (once)" >&2
	img=$dir/www/img
	rm -f "$img" "$dir/fs"
	budget_kib=$((gib * 1024 * 1024 * 45 / 100))
	(cd /usr && find lib bin share -xdev -type f -size -20000k -printf '%k %p\n' | sort -k 2 |
		awk -v most="$budget_kib" '{ sum += $1; if (sum > most) exit; sub(/^[0-9]* /, ""); print }') \
			>"$dir/list"
	rm -rf "$dir/tree"
	mkdir "$dir/tree"
	tar -C /usr -cf - -T "$dir/list" | tar -C "$dir/tree" -xf -
	mke2fs -q -t ext4 -d "$dir/tree" "$dir/fs" "$((gib * 1024 - 2))M"
	rm -rf "$dir/tree"
	truncate -s "${gib}G" "$img"
	printf 'label: gpt\n,\n' | sfdisk -q "$img"
	dd if="$dir/fs" of="$img" bs=1M seek=1 conv=notrunc,sparse status=none
	rm "$dir/fs"
	rm -f "$img.gz"
	gzip -k1 "$img"
	zstd -q -f -T0 -3 "$img"
	if command -v bmaptool >/dev/null; then
		bmaptool create -o "$dir/img.bmap" "$img"
	fi
	rm -f "$img.xz"
	xz -k -T0 -1 "$img"
	"$build/busybox" pxread -q -b "$dir/px.bmap" -o "$img.px.zst" "$img" >"$dir/px.fields"
	mkdir -p "$dir/sum"
	for ext in '' .gz .zst .xz .px.zst; do
		sha256sum "$img$ext" >"$dir/sum/img$ext.new"
		mv "$dir/sum/img$ext.new" "$dir/sum/img$ext"
	done
}

main() {
	build=$(cd "$1" && pwd)
	gib=${2:-2}
	dir=$build/bench-write
	here=$(cd "$(dirname "$0")" && pwd)
	make_image
	exec "$here/bench.py" "$build/busybox" "$dir" "${3:-3}"
}

main "$@"
