# SPDX-License-Identifier: GPL-2.0-or-later
# Fields that say what must be true of the files (SHA256s, Need) and which mirror comes first (Spread).

load ../px
load ../menu/menu

setup() {
	menu_setup one
	cmdline px.ui=text
	HEX=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
}

teardown() {
	menu_teardown
}

# the list of images that the menu shows when nobody is there to choose
list() {
	cat >"$PX_STUB/images"
	run timeout 30 pximenu -r "$ROOT" </dev/null
}

@test "each hash must be 64 hexadecimal digits, of a file that the stanza names" {
	for field in SHA256 Source-SHA256 Bmap-SHA256; do
		list <<-E
			Image: a
			Source: x
			Bmap: x.bmap
			$field: ${HEX}0

			Image: b
			Source: x
			Bmap: x.bmap
			$field: $HEX
		E
		[[ $output == *"1) a (unusable: images:4: $field: not 64 hexadecimal digits)"* ]]
		[[ $output == *"2) b"$'\r'* ]]
	done
	for field in Init-SHA256 Post-SHA256; do
		list <<-E
			Image: a
			Init: i
			Post: p
			$field: ${HEX%?}g

			Image: b
			Init: i
			Post: p
			$field: $HEX

			Image: c
			Source: x
			$field: $HEX
		E
		[[ $output == *"1) a (unusable: images:4: $field: not 64 hexadecimal digits)"* ]]
		[[ $output == *"2) b"$'\r'* ]]
		[[ $output == *"3) c (unusable: images:13: $field: of which ${field%-*}?)"* ]]
	done
	list <<-E
		Image: a
		Init: i
		Source-SHA256: $HEX
	E
	[[ $output == *"unusable: images:3: Source-SHA256: of which Source (or Archive)?"* ]]
}

@test "Need is a number of bytes, not more than Size; Spread is yes or no" {
	list <<-'E'
		Image: a
		Source: x
		Size: 100
		Need: 101

		Image: b
		Source: x
		Need: much

		Image: c
		Source: x
		Spread: maybe
	E
	[[ $output == *"1) a (unusable: images:4: Need: more than Size)"* ]]
	[[ $output == *"2) b (unusable: images:8: Need: not a number"* ]]
	[[ $output == *"3) c (unusable: images:12: Spread: neither yes nor no)"* ]]
}

@test "a disk that is smaller than Size and not than Need can be chosen" {
	printf 'Image: big\nSource: x\nSize: %d\n\nImage: fits\nSource: x\nSize: %d\nNeed: %d\n' $((21 << 30)) \
		$((21 << 30)) \
		$((20 << 30)) >"$PX_STUB/images"
	dry_run px.image=big px.disk=/dev/vda
	[ "$status" -eq 10 ]
	dry_run px.image=fits px.disk=/dev/vda
	[ "$status" -eq 0 ]
}

@test "Source-SHA256 and Bmap-SHA256 are held against the files by pxfetch" {
	printf 'Image: a\nSource: x\nSource-SHA256: %s\nBmap: x.bmap\nBmap-SHA256: %s\n' "$HEX" "${HEX/9f/00}" >"$PX_STUB/images"
	unattended px.image=a
	wait "$MENU"
	grep "^pxfetch .*-H sha256:$HEX .*/x\$" "$PX_STUB/calls"
	grep "^pxfetch .*-H sha256:${HEX/9f/00} .*/x.bmap\$" "$PX_STUB/calls"
	grep "^pxwrite .* -b [^ ]* -B " "$PX_STUB/calls"
}

@test "a block map that the catalog pins proves the image alone, px.verify=whole wants SHA256 too, and no other map does" {
	printf 'Image: a\nSource: x\nSHA256: %s\nBmap: x.bmap\nBmap-SHA256: %s\n' "$HEX" "$HEX" >"$PX_STUB/images"
	unattended px.image=a
	wait "$MENU"
	grep '^pxwrite .* -B ' "$PX_STUB/calls"
	# -H is there all the same: pxwrite hashes only with -w, or when the map has no SHA-256 in it
	none grep '^pxwrite .* -w ' "$PX_STUB/calls"
	unattended px.image=a px.verify=whole
	wait "$MENU"
	grep "^pxwrite .* -H sha256:$HEX .* -B " "$PX_STUB/calls" | grep -- ' -w '
	: >"$PX_STUB/calls"
	sed -i '/^Bmap-SHA256/d' "$PX_STUB/images"
	unattended px.image=a
	wait "$MENU"
	grep "^pxwrite .* -H sha256:$HEX .*-b " "$PX_STUB/calls"
	none grep '^pxwrite .* -B ' "$PX_STUB/calls"
	dry_run px.image=a px.verify=half
	[ "$status" -eq 2 ]
}

@test "a script that is not the one of the catalog is 9, and is neither read by sh nor run" {
	px_install pxfetch
	mkdir "$BATS_TEST_TMPDIR/www"
	echo ': >"$PX_STUB/ran"' >"$BATS_TEST_TMPDIR/www/s.sh"
	right=$(sha256sum "$BATS_TEST_TMPDIR/www/s.sh")
	right=${right%% *}
	for field in Init Post; do
		printf 'Image: a\nInit: s.sh\nPost: s.sh\nInit-SHA256: %s\nPost-SHA256: %s\n' \
			"$([ $field = Init ] && echo "$HEX" || echo "$right")" "$([ $field = Post ] && echo "$HEX" || echo "$right")" >"$BATS_TEST_TMPDIR/www/images"
		unattended px.image=a px.force "px.catalog=$BATS_TEST_TMPDIR/www/images"
		wait_for 20 grep -q 'px: FAILED' "$LOG"
		grep -q "px: FAILED: ${field,}: .*SHA-256.*(disk untouched)" "$LOG"
		stop "$MENU"
		: >"$LOG"
	done
	[ ! -e "$PX_STUB/ran" ]
	[ "$(grep -c '^pxwrite' "$PX_STUB/calls")" -eq 0 ]
}

# which mirror is the first for each of these machines
firsts() {
	for mac in 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13; do
		sed -i "s/^PX_MAC=.*/PX_MAC=52:54:00:12:34:$mac/" "$ROOT/run/px/network"
		dry_run px.image=a px.disk=/dev/vda
		echo "$output" | grep -o 'http://[a-z]*/x' | tr '\n' ' '
		echo
	done
}

@test "mirrors are spread over the machines, each machine has its own order, and no mirror is lost or twice" {
	printf 'Image: a\nSize: 1\nSource: http://alpha/x http://beta/x http://gamma/x\n' >"$PX_STUB/images"
	firsts >"$BATS_TEST_TMPDIR/orders"
	for first in alpha beta gamma; do
		[ "$(grep -c "^http://$first/x" "$BATS_TEST_TMPDIR/orders")" -ge 3 ]
	done
	# who starts with alpha does not go on with the same one, all of them
	[ "$(grep '^http://alpha' "$BATS_TEST_TMPDIR/orders" | sort -u | wc -l)" -eq 2 ]
	while read -r order; do
		[ "$(echo "$order" | tr ' ' '\n' | sort | tr '\n' ' ')" = 'http://alpha/x http://beta/x http://gamma/x ' ]
	done <"$BATS_TEST_TMPDIR/orders"
	firsts | diff - "$BATS_TEST_TMPDIR/orders"
}

@test "of machines whose addresses follow each other each of two mirrors gets half" {
	printf 'Image: a\nSize: 1\nSource: http://alpha/x http://beta/x\n' >"$PX_STUB/images"
	firsts >"$BATS_TEST_TMPDIR/orders"
	for many in 6 8 10 12 16 20; do
		alpha=$(head -n $many "$BATS_TEST_TMPDIR/orders" | grep -c '^http://alpha' || true)
		echo "of $many: $alpha"
		[ "$alpha" -ge $((many / 2 - 1)) ]
		[ "$alpha" -le $((many / 2 + 1)) ]
	done
	[ "$(tail -n +2 "$BATS_TEST_TMPDIR/orders" | head -n 12 | grep -c '^http://alpha')" = 6 ]
}

@test "Spread: no keeps the mirrors in the order as written" {
	printf 'Image: a\nSize: 1\nSpread: no\nSource: http://alpha/x http://beta/x http://gamma/x\n' >"$PX_STUB/images"
	[ "$(firsts | sort -u)" = 'http://alpha/x http://beta/x http://gamma/x ' ]
}

@test "multicast comes before the other mirrors, which are shared out as ever" {
	printf 'Image: a\nSize: 1\nSource: http://alpha/x udpcast://omega:9000 http://beta/x\n' >"$PX_STUB/images"
	for mac in 00 01 02 03 04 05 06 07; do
		sed -i "s/^PX_MAC=.*/PX_MAC=52:54:00:12:34:$mac/" "$ROOT/run/px/network"
		dry_run px.image=a px.disk=/dev/vda
		[[ $output == *" -- udpcast://omega:9000 http://"* ]]
		echo "$output" | grep -o 'http://[a-z]*/x' | head -n 1 >>"$BATS_TEST_TMPDIR/seconds"
	done
	[ "$(sort -u "$BATS_TEST_TMPDIR/seconds" | wc -l)" = 2 ] # the others are shared out
}

@test "an image that multicast alone would bring is unusable" {
	list <<-'E'
		Image: a
		Source: udpcast://omega:9000 UDPCAST://omega:9002

		Image: b
		Source: udpcast://omega:9000 x
	E
	[[ $output == *"1) a (unusable: images:2: Source: multicast alone: name a mirror by HTTP behind it)"* ]]
	[[ $output == *"2) b"$'\r'* ]]
}

@test "Post may follow an image, too" {
	list <<-'E'
		Image: a
		Source: x
		Post: p.sh
	E
	[[ $output == *"1) a"$'\r'* ]]
}
