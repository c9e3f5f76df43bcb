# SPDX-License-Identifier: GPL-2.0-or-later
# The catalog's parser, seen through the menu as text and through -n.

load ../px
load ../menu/menu

setup() {
	menu_setup one
	cmdline px.ui=text
}

teardown() {
	menu_teardown
}

# the list of images that the menu shows when nobody is there to choose
list() {
	cat >"$PX_STUB/images"
	run timeout 30 pximenu -r "$ROOT" </dev/null
}

@test "an image is listed by its title, and by its name when it has none" {
	list <<-'E'
		Image: a
		Title: The first
		Source: a.img.gz

		Image: b
		Source: b.img.gz
	E
	[[ $output == *"1) The first"* ]]
	[[ $output == *"2) b"* ]]
}

@test "a stanza that cannot be used says file, line and reason and hides no other" {
	cp "$PX_TOP/tests/menu/images" "$BATS_TEST_TMPDIR/images"
	list <"$BATS_TEST_TMPDIR/images"
	[[ $output == *"4) A stanza with a wrong size (unusable: images:28: Size: "* ]]
	[[ $output == *"5) WRAP router (script, archive, script)"* ]]
	[[ $output == *"2) Kiosk"* ]]
}

@test "CR LF, a byte order mark and blanks at the end of lines do not matter" {
	printf '\xef\xbb\xbfImage: a \r\nTitle: First\t\r\nSource: a.img.gz\r\n\r\nImage: b\r\nTitle: Second\r\nSource: b.img.gz\r\n' >"$BATS_TEST_TMPDIR/c"
	list <"$BATS_TEST_TMPDIR/c"
	[[ $output == *"1) First"* ]]
	[[ $output == *"2) Second"* ]]
	[[ $output != *unusable* ]]
}

@test "a line of blanks ends a stanza as an empty one does, after a folded value too" {
	printf 'Image: a\nTitle: First\n \t \nImage: b\nTitle: Second\nSource: b.img.gz\nDescription: one\n two\n  \r\nImage: c\nTitle: Third\nSource: c.img.gz\n' >"$BATS_TEST_TMPDIR/c"
	list <"$BATS_TEST_TMPDIR/c"
	[[ $output == *"1) First (unusable: images:2: Source: missing)"* ]]
	[[ $output == *"2) Second"*"3) Third"* ]]
	[[ $output != *"twice"* ]]
}

@test "a comment after a value is cut, one in a title is text" {
	list <<-'E'
		Image: a      # the name
		Title: Number #1
		Source: a.img.gz # on the server
		Size: 1000 # bytes
	E
	[[ $output == *"1) Number #1"* ]]
	[[ $output != *unusable* ]]
	dry_run px.image=a
	[ "$status" -eq 0 ]
	[[ $output == *" -s 1000 "* ]]
	[[ $output == *"/a.img.gz |"* ]]
}

@test "the second image of one name cannot be used" {
	list <<-'E'
		Image: a
		Title: First
		Source: a.img.gz

		Image: a
		Title: Second
		Source: b.img.gz
	E
	[[ $output == *"1) First"$'\r\n'* || $output == *"1) First"$'\n'* ]]
	[[ $output == *"2) Second (unusable: images:5: Image: used before"* ]]
}

@test "each field is checked, and the reason names line and field" {
	check() { # LINE REASON
		printf 'Image: a\nSource: a.img.gz\n%s\n' "$1" >"$BATS_TEST_TMPDIR/c"
		list <"$BATS_TEST_TMPDIR/c"
		[[ $output == *"(unusable: images:3: $2"* ]] || { echo "$1: $output" >&2; return 1; }
	}
	check 'Size: 12 GB' 'Size: more than one word'
	check 'Size: 12k' 'Size: not a number'
	check 'Size: -1' 'Size: not a number'
	check 'Size: 99999999999999999999' 'Size: not a number'
	check 'Size: 0' 'Size: an image of no bytes'
	check 'SHA256: abc' 'SHA256: not 64'
	check 'Grow: maybe' 'Grow: neither'
	check 'After: party' 'After: not one of'
	check 'Disk: sized=8G' 'Disk: not a disk hint'
	check 'Disk:' 'Disk: not a disk hint'
	check 'Bmap:' 'Bmap: empty'
	check 'Source: b.img.gz' 'Source: twice'
	check 'no colon in this line' 'not a '
	check ': nothing before the colon' 'not a '
}

@test "a stanza without a name or without a source cannot be used" {
	list <<-'E'
		Title: Nameless
		Source: a.img.gz

		Image: b
		Title: Sourceless

		Image: UPPER
		Source: c.img.gz
	E
	[[ $output == *"1) Nameless (unusable: images:2: Image: missing"* ]]
	[[ $output == *"2) Sourceless (unusable: images:5: Source: missing"* ]]
	[[ $output == *"3) UPPER (unusable: images:7: Image: not an image's name"* ]]
}

@test "an unknown field is a warning in the log" {
	list <<-'E'
		Image: a
		Source: a.img.gz
		Colour: green
	E
	[[ $output != *unusable* ]]
	grep -q 'images:3: unknown field Colour' "$LOG"
}

@test "relative sources are relative to the catalog's own URL" {
	dry_run px.image=debian-13-lab px.catalog=http://server.example:8080/lab/images
	[[ $output == *" http://server.example:8080/lab/debian-13-lab.img.zst http://mirror.example/debian-13-lab.img.zst |"* \
		]]
	dry_run px.image=mapped px.catalog=http://server.example:8080/lab/images
	[[ $output == *" http://server.example:8080/big/mapped.img.xz |"* ]]
	dry_run px.image=mapped
	[[ $output == *" tftp://192.0.2.1/big/mapped.img.xz |"* ]]
}

@test "letters with accents become plain, all else outside of ASCII a question mark" {
	printf 'Image: a\nTitle: G\xc3\xb6del, \xc3\x89cole, na\xcc\x88ive \xe2\x82\xac \xff\xc3 \xf0\x9f\x98\x80\nSource: a.img.gz\n' >"$BATS_TEST_TMPDIR/c"
	list <"$BATS_TEST_TMPDIR/c"
	[[ $output == *"1) Godel, Ecole, naive ? ?? ?"* ]]
}

@test "a catalog of millions of stanzas does not fill the memory" {
	not_under "the limit leaves no room for its shadow" address thread
	need python3
	python3 -c 'print("a\n\n" * 5000000, end="")' >"$PX_STUB/images"
	run bash -c 'ulimit -v 131072; timeout 60 pximenu -r "$1" </dev/null' bash "$ROOT"
	[[ $output == *"199) "*" ... and 65337 more"* ]]
	[[ $output != *memory* ]]
}

@test "a catalog from the network names no file: URL, in whatever field and case" {
	list <<-'E'
		Image: a
		Source: x.img.gz FILE:/dev/sdb

		Image: b
		Source: b.img.gz
		Bmap: file:///etc/shadow

		Image: c
		Init: file:/tmp/init.sh

		Image: d
		Init: i.sh
		Archive: File:/tmp/a.tar.gz

		Image: e
		Init: i.sh
		Post: file:/tmp/p.sh

		Image: f
		Source: f.img.gz
	E
	[[ $output == *"1) a (unusable: images:2: Source: file: URLs are only for a catalog that is itself a file)"* ]]
	[[ $output == *"2) b (unusable: images:6: Bmap: file: URLs are only"* ]]
	[[ $output == *"3) c (unusable: images:9: Init: file: URLs are only"* ]]
	[[ $output == *"4) d (unusable: images:13: Archive: file: URLs are only"* ]]
	[[ $output == *"5) e (unusable: images:17: Post: file: URLs are only"* ]]
	[[ $output == *"6) f"$'\r'* ]]
}

@test "a catalog that is itself a file may name files" {
	cmdline px.ui=text px.catalog=file:///srv/images
	list <<-'E'
		Image: a
		Source: file:/srv/x.img.gz
	E
	[[ $output == *"1) a"$'\r'* ]]
}
