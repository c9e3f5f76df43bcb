# SPDX-License-Identifier: GPL-2.0-or-later
# References of a stanza that can be seen to be wrong without asking a server: the stanza cannot be used, and says so.

load ../px
load ../menu/menu

setup() {
	menu_setup one
	cmdline px.ui=text
}

teardown() {
	menu_teardown
}

@test "a Source, Bmap, Init, Archive or Post that is no URL makes its stanza unusable, and no other" {
	cat >"$PX_STUB/images" <<-E
		Image: a
		Source: ok.img.gz http://:80/a.img.gz

		Image: b
		Source: b.img.gz
		Bmap: http://host:notaport/b.bmap

		Image: c
		Init: tftp:///i.sh

		Image: d
		Init: i.sh
		Archive: http://host:99999/a.tar

		Image: e
		Source: e.img.gz
		Post: http://[::1/p.sh

		Image: f
		Source: f.img.gz http://mirror.example/f.img.gz
		Post: post/name.sh
	E
	run timeout 60 pximenu -r "$ROOT" </dev/null
	echo "$output"
	[[ $output == *"1) a (unusable: images:2: Source: "* ]]
	[[ $output == *"2) b (unusable: images:6: Bmap: "* ]]
	[[ $output == *"3) c (unusable: images:9: Init: "* ]]
	[[ $output == *"4) d (unusable: images:13: Archive: "* ]]
	[[ $output == *"5) e (unusable: images:17: Post: "* ]]
	[[ $output == *"6) f"* ]]
	[[ $output != *"6) f (unusable"* ]]
}
