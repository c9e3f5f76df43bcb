# SPDX-License-Identifier: GPL-2.0-or-later
# Catalogs that nobody wrote by hand: huge, binary, hostile. The menu shows what can be used, and nothing reaches the
# terminal raw.

load ../px
load ../menu/menu

setup() {
	menu_setup one
	cmdline px.ui=text
}

teardown() {
	menu_teardown
}

# the menu as text, nobody there
list() {
	run timeout 60 pximenu -r "$ROOT" </dev/null
}

no_raw_bytes() {
	[ "$(grep -c -a -P '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]' <<<"$output")" -eq 0 ]
}

many() { # COUNT
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "Image: image-%05d\nTitle: Image number %d\nDescription: One of many.\nSource: image-%05d.img.zst\nSize: %d\nSHA256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n\n", i, i, i, i * 4096 }' >"$PX_STUB/images"
}

@test "a catalog of 10,000 stanzas opens, filters and pages without a pause" {
	many 10000
	cmdline
	terminal 80 24 xterm
	wait_screen '10000 images'
	keys 0 9 9 9 9
	wait_screen 'Filter: 09999_  (1 left)'
	shows 'Image number 9999'
	keys Escape
	wait_screen '10000 images'
	keys End
	wait_screen 'Switches this machine off.'
	keys PPage
	wait_screen 'Image number 9996'
}

@test "10,000 stanzas of one name: the first can be used, the others cannot" {
	awk 'BEGIN { for (i = 1; i <= 10000; i++) printf "Image: same\nSource: a.img.gz\n\n" }' >"$PX_STUB/images"
	list
	grep -q '10000 images, 9999 of them unusable' "$LOG"
}

# memory MIB: of the machine
memory() {
	printf 'MemTotal: %15d kB\nMemFree:  %15d kB\n' $(($1 * 1024)) 1024 >"$ROOT/proc/meminfo"
}

# hashes BYTES: a catalog of so many, all in comments
hashes() {
	head -c "$1" /dev/zero | tr '\0' '#' >"$PX_STUB/images"
}

@test "a catalog of more than 16 MiB is refused by its size where there is little memory, or nobody says how much" {
	hashes 17000000
	dry_run px.image=a
	[ "$status" -eq 7 ]
	[[ $output == *"FAILED: catalog: tftp://192.0.2.1/images: more than 16 MiB: no catalog, or too large a one for"* ]]
	memory 256
	dry_run px.image=a
	[ "$status" -eq 7 ]
	[[ $output == *": more than 16 MiB: "* ]]
}

@test "a machine with the memory takes a catalog of 64 MiB, and none that is larger" {
	memory 1024
	hashes 67000000
	dry_run px.image=a
	[ "$status" -eq 10 ]
	[[ $output == *"px.image=a: no such image"* ]]
	hashes 68000000
	dry_run px.image=a
	[ "$status" -eq 7 ]
	[[ $output == *": more than 64 MiB: no catalog"* ]]
}

# fetched: how often the catalog was asked for
fetched() {
	grep -c '/images$' "$PX_STUB/calls"
}

@test "what cannot get better is not tried again by itself: a catalog that is too large, a URL that is none" {
	hashes 17000000
	cmdline
	terminal 100 30 xterm
	wait_screen 'It is not tried again by itself'
	shows 'more than 16 MiB'
	before=$(fetched)
	# it is still looked at every second: the file that it would now get shows that it is not fetched
	printf 'Image: a\nSource: a.img.gz\nSize: 1\nSHA256: %064d\n' 0 >"$PX_STUB/images"
	keys n
	wait_screen 'PXE Imager: network'
	keys Escape
	wait_screen 'It is not tried again by itself'
	[ "$(fetched)" -eq "$before" ]
	keys t
	wait_screen 'choose an image'
}

@test "an unattended run gives up at once on a URL that nobody can fetch" {
	printf 'echo "pxfetch: no such scheme" >&2; exit 2\n' >"$PX_STUB/catalog.sh"
	dry_run px.image=a
	[ "$status" -eq 2 ]
	[[ $output == *"no such scheme"* ]]
	[ "$(fetched)" -eq 1 ]
}

@test "a catalog of 16 million empty lines, or of one line, is read" {
	head -c 16000000 /dev/zero | tr '\0' '\n' >"$PX_STUB/images"
	list
	[[ $output == *"names no image"* ]]
	head -c 16000000 /dev/zero | tr '\0' 'x' >"$PX_STUB/images"
	list
	[[ $output == *"(unusable: images:1: not a"* ]]
}

@test "an empty catalog is a menu without images" {
	: >"$PX_STUB/images"
	list
	[[ $output == *"the catalog names no image"* ]]
}

@test "a page of HTML is shown as what it is: unusable, with its first line" {
	printf '<!DOCTYPE html>\n<html><body><h1>It works!</h1></body></html>\n' >"$PX_STUB/images"
	list
	[[ $output == *"(unusable: images:1: not a \"Field: value\" line)"* ]]
}

@test "control sequences in every field arrive as question marks" {
	printf 'Image: a\033]0;owned\007\nTitle: \033[2J\033[1;1Hfake\r\033c\nSource: \033[31mx \010\010\nDescription: \302\233A\n\nImage: b\nTitle: T\302\205\302\233 \177\001\nSource: b.img.gz\nDisk: \033[5m\nFie\033[0mld: x\n' >"$PX_STUB/images"
	list
	no_raw_bytes
	[[ $output == *"1) ?[2J?[1;1Hfake"* ]]
	[[ $output == *"(unusable: images:9: Disk: not a disk hint)"* ]]
}

@test "NUL bytes do not hide what follows them" {
	printf 'Image: a\nTitle: before\0after\nSource: a.img.gz\n\nImage: b\nSource: b.img.gz\n' >"$PX_STUB/images"
	list
	[[ $output == *"1) before?after"* ]]
	[[ $output == *"2) b"* ]]
}

@test "random bytes are survived" {
	python3 -c 'import random, sys; random.seed(5); sys.stdout.buffer.write(random.randbytes(1 << 20))' \
		>"$PX_STUB/images"
	list
	[ "$status" -eq 1 ]
	no_raw_bytes
}

@test "a title of a megabyte is cut at the screen's edge" {
	{
		printf 'Image: a\nTitle: '
		head -c 1000000 /dev/zero | tr '\0' 'T'
		printf '\nSource: a.img.gz\n'
	} >"$PX_STUB/images"
	cmdline
	terminal 80 24 xterm
	wait_screen 'px: menu ready'
	screen | grep -qE '^  T{60,}> *$'
}

@test "a URL of the catalog is never taken for an option" {
	printf 'Image: a\nSource: -O/etc/passwd\n' >"$PX_STUB/images"
	cmdline px.auto px.timeout=0 px.image=a
	run timeout 30 pximenu -n -c images -r "$ROOT" </dev/null
	[ "$status" -eq 0 ]
	[[ $output == *"pxfetch -q -p 3 -O - -- -O/etc/passwd | "* ]]
}
