#!/bin/sh
# Packs a folder as a kernel's initramfs: newc cpio, xz. The same folder gives the same bytes.
#
#   cpio.sh ROOT OUTPUT EPOCH
#
# Two archives in one: the kernel takes them one after another. The first holds the device nodes (made by hand: a build
# without root cannot make nodes), the second the folder. In it the programs come first, so that /init can still speak
# when memory ran out, the drivers after them, and etc/px/complete last of all: what /init looks for.
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

# every path once, parents before what is in them
paths() {
	(cd "$root" && find . -mindepth 1 | sed 's,^\./,,' | LC_ALL=C sort) >"$output.all"
	grep -Ev '^usr/lib/modules(/|$)|^etc/px/complete$' "$output.all"
	grep -E '^usr/lib/modules(/|$)' "$output.all"
	echo etc/px/complete
}

main() {
	root=$1 output=$2 epoch=$3
	[ -e "$root/etc/px/complete" ] || { echo "cpio.sh: no $root/etc/px/complete" >&2; exit 1; }
	paths >"$output.paths"
	device_nodes >"$output.cpio"
	(cd "$root" && cpio -o -H newc --reproducible --owner 0:0 --quiet) <"$output.paths" >>"$output.cpio"
	# the kernel knows crc32 only; more than one thread would cut the stream into blocks
	xz --check=crc32 -9e -T1 -c "$output.cpio" >"$output.new"
	mv "$output.new" "$output"
	rm -f "$output.cpio" "$output.paths" "$output.all"
}

main "$@"
