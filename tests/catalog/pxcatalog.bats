#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxcatalog: a stanza is written only when it is right, and no other byte of the catalog changes; check finds what is
# not as it says.
load ../px

setup() {
	px_install pxcatalog
	ROOT=$BATS_TEST_TMPDIR/tftpboot
	mkdir -p "$ROOT/sub"
	cd "$ROOT"
	head -c 300000 /dev/urandom >disk.img
	head -c 700000 /dev/zero >>disk.img
	gzip -k disk.img
	SHA=$(sha256sum disk.img | cut -c 1-64)
	FILE_SHA=$(sha256sum disk.img.gz | cut -c 1-64)
}

# expect STATUS [TEXT]: of the last run
expect() {
	echo "$output"
	[ "$status" -eq "$1" ]
	[ $# = 1 ] || [[ $output == *"$2"* ]]
}

# field NAME: its value in the catalog's only stanza that has it
field() {
	sed -n "s/^$1: //p" images | tr -d '\r'
}

@test "add finds out name, size and sums, and check agrees" {
	run pxcatalog add images disk.img.gz Title='The lab'
	expect 0 'disk added'
	[ "$(field Image)" = disk ]
	[ "$(field Title)" = 'The lab' ]
	[ "$(field Source)" = disk.img.gz ]
	[ "$(field Size)" = 1000000 ]
	[ "$(field SHA256)" = "$SHA" ]
	[ "$(field Source-SHA256)" = "$FILE_SHA" ]
	run pxcatalog check images
	expect 0 '1 images, 0 of them not'
	run pxcatalog list images
	expect 0 $'disk\t1000000\tThe lab\t'
}

@test "a stanza is replaced where it stands, and every other byte stays: comments, odd fields, blanks, the end" {
	head='# head \n\nImage: a\nSource: disk.img\nX-Odd:  two  blanks \n\n\n# about disk\n'
	tail='# behind\n \t\nImage: z\nSource: disk.img'
	printf "${head}Title: old\nImage: disk\nSource: gone.img\n folded\n$tail" >images
	run pxcatalog add images disk.img.gz Title=new
	expect 0 'disk replaced'
	new='Image: disk\nTitle: new\nSource: disk.img.gz\nSize: 1000000\nSource-SHA256: %s\nSHA256: %s\n'
	printf "$head$new$tail" "$FILE_SHA" "$SHA" >expected
	cmp images expected
}

@test "a new stanza goes behind the last one, after an empty line, however the file ends" {
	for end in '' '\n' '\n\n' '\n \t\n' '\r\n'; do
		printf "Image: a\nSource: disk.img$end" >images
		cp images before
		run pxcatalog add images disk.img.gz
		expect 0
		cmp -n "$(stat -c %s before)" before images
		run pxcatalog list images
		expect 0
		[ "${#lines[@]}" -eq 2 ]
		[[ $output != *unusable* ]]
	done
}

@test "a catalog with CR LF and a byte order mark keeps both, and new lines end so, too" {
	printf '\xef\xbb\xbfImage: a\r\nSource: disk.img\r\n\r\nImage: disk\r\nSource: x\r\n' >images
	run pxcatalog add images disk.img.gz Description=$'one\n\ntwo'
	expect 0 replaced
	[ "$(head -c 3 images | od -An -tx1)" = ' ef bb bf' ]
	[ "$(grep -c $'\r$' images)" = "$(wc -l <images)" ]
	[ "$(grep -A2 '^Description' images | tr -d '\r')" = $'Description: one\n .\n two' ]
	run pxcatalog check images
	expect 0
}

@test "the first stanza of a catalog with a byte order mark is replaced behind the mark" {
	printf '\xef\xbb\xbfImage: disk\nSource: x' >images
	run pxcatalog add images disk.img.gz
	expect 0 replaced
	[ "$(head -c 12 images)" = $'\xef\xbb\xbfImage: di' ] || [ "$(head -c 9 images)" = $'\xef\xbb\xbfImage:' ]
	run pxcatalog list images
	[ "${#lines[@]}" -eq 1 ]
}

@test "a field cannot smuggle in another one, nor a stanza" {
	echo '# nothing' >images
	cp images before
	for title in $'a\r\nSource: evil' $'a\x1b[2J' $'a\x7f' '' ' ' $'\n'; do
		run pxcatalog add images disk.img.gz "Title=$title"
		expect 2
		cmp images before
	done
	for bad in 'Ti tle=x' 'Title:=x' '=x' $'Title\n=x' '#Title=x' 'Title'; do
		run pxcatalog add images disk.img.gz "$bad"
		[ "$status" -ne 0 ]
		cmp images before
	done
	# a folded line is text of the same field, whatever it looks like
	run pxcatalog add images disk.img.gz $'Title=a\nSource: evil\n\nImage: evil'
	expect 0
	run pxcatalog list images
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == disk* ]]
}

@test "what is given and is not so is refused, and the catalog stays as it is" {
	echo '# mine' >images
	cp images before
	run pxcatalog add images disk.img.gz Size=999999
	expect 9 'size, decoded, is 1000000, the catalog says 999999'
	run pxcatalog add images disk.img.gz SHA256="${SHA//[0-9]/0}"
	expect 9 'SHA-256, decoded'
	run pxcatalog add images disk.img.gz Source-SHA256="$SHA"
	expect 9 'SHA-256 is'
	run pxcatalog add images disk.img.gz Need=1000
	expect 9 'last byte in use'
	run pxcatalog add images disk.img.gz Need=1000001
	expect 2 'Need: more than Size'
	run pxcatalog add images disk.img.gz Disk=nonsense
	expect 2 'Disk: not a disk hint'
	run pxcatalog add images disk.img.gz Image=UPPER
	expect 2 'not an image'
	run pxcatalog add images disk.img.gz Size=1 size=2
	expect 2 'given twice'
	cmp images before
	[ ! -e images.new ]
}

@test "a file that machines could not get is refused: elsewhere, damaged, cut, no file" {
	cp disk.img.gz "$BATS_TEST_TMPDIR/other.img.gz"
	run pxcatalog add images "$BATS_TEST_TMPDIR/other.img.gz"
	expect 10 'no machine could get it'
	run pxcatalog add images gone.img.gz
	expect 3
	head -c 200000 disk.img.gz >cut.img.gz
	run pxcatalog add images cut.img.gz
	expect 9
	run pxcatalog add images sub
	expect 10 'not a regular file'
	mkfifo fifo
	run timeout 20 pxcatalog add images fifo
	expect 10 'not a regular file'
	[ ! -e images ]
}

@test "a name with blanks, '#', ':' and '%' is written so that it leads to the file" {
	cp disk.img.gz 'sub/a b#c%41:d.img.gz'
	cp disk.img.gz 'x:y.gz'
	run pxcatalog add images 'sub/a b#c%41:d.img.gz' Image=odd
	expect 0
	[ "$(field Source)" = 'sub/a%20b%23c%2541%3Ad.img.gz' ]
	run pxcatalog add images x:y.gz Image=colon
	expect 0
	run pxcatalog check images
	expect 0 '2 images, 0 of them'
}

@test "a name that several stanzas have is nobody's to replace" {
	printf 'Image: disk\nSource: a\n\nImage: disk\nSource: b\n' >images
	cp images before
	run pxcatalog add images disk.img.gz
	expect 7 'several stanzas'
	cmp images before
}

@test "a folder that cannot be written and a full disk leave the catalog as it was" {
	need_root
	mkdir "$BATS_TEST_TMPDIR/small"
	mount -t tmpfs -o size=1200k none "$BATS_TEST_TMPDIR/small"
	cd "$BATS_TEST_TMPDIR/small"
	cp "$ROOT/disk.img.gz" .
	head -c 400000 /dev/zero | tr '\0' '#' | fold -w 100 >images
	cp images "$BATS_TEST_TMPDIR/before"
	cat /dev/zero >fill 2>/dev/null || true # until nothing is left
	run pxcatalog add images disk.img.gz
	rm fill
	full_status=$status full_output=$output
	mount -o remount,ro "$BATS_TEST_TMPDIR/small"
	run pxcatalog add images disk.img.gz Title=x
	same=0
	cmp images "$BATS_TEST_TMPDIR/before" || same=1
	left=$(ls)
	cd /
	umount "$BATS_TEST_TMPDIR/small"
	echo "$full_output"
	expect 3 'it is as it was'
	[ "$full_status" -eq 3 ]
	[[ $full_output == *'No space left'*'it is as it was'* ]]
	[ "$same" = 0 ]
	[ "$left" = $'disk.img.gz\nimages' ]
}

@test "mode, owner and a link to the catalog stay, and what a killed run left is in nobody's way" {
	mkdir real
	echo '# mine' >real/images
	chmod 640 real/images
	cp disk.img.gz real/
	ln -s real/images link
	echo junk >real/images.new
	run pxcatalog add real/images real/disk.img.gz
	expect 0
	[ "$(stat -c %a real/images)" = 640 ]
	[ ! -e real/images.new ]
	run pxcatalog add link disk.img.gz Image=other
	expect 0
	[ -L link ]
	grep -q 'Image: other' real/images
}

@test "two that add at the same time both get in" {
	cp disk.img.gz two.img.gz
	for i in 1 2 3 4 5; do
		pxcatalog add images disk.img.gz Image="a$i" &
		pxcatalog add images two.img.gz Image="b$i" &
	done
	wait
	run pxcatalog list images
	[ "${#lines[@]}" -eq 10 ]
}

@test "the disk holds the new text before the name does" {
	need strace
	strace -f -o trace -e trace=fsync,rename,openat,write,/rename pxcatalog add images disk.img.gz
	order=$(sed -n 's/^[0-9]* *\(fsync\|rename[a-z0-9]*\)(.*/\1/p' trace)
	echo "$order"
	[[ $order == fsync$'\n'rename*$'\n'fsync ]]
}

@test "check names every file that is not as the catalog says, and goes on behind it" {
	cp disk.img.gz wrong.img.gz
	cp disk.img other.img
	{
		printf 'Image: a\nSource: gone.img\n\nImage: b\nSource: disk.img.gz\nSize: 5\n\n'
		printf 'Image: c\nSource: other.img\nSHA256: %s\n\n' "${SHA//[0-9]/0}"
		printf 'Image: d\nSource: disk.img.gz http://mirror.invalid/disk.img.gz\nSource-SHA256: %s\n' \
			"$FILE_SHA"
	} >images
	run pxcatalog check images
	expect 8 'images:1: Source: gone.img: cannot open'
	[[ $output == *'images:4: Source: disk.img.gz: the file'*'size, decoded, is 1000000, the catalog says 5'* ]]
	[[ $output == *'images:8: Source: other.img: '*'SHA-256, decoded,'* ]]
	[[ $output == *'images:12: Source: http://mirror.invalid/disk.img.gz: on another server, not checked'* ]]
	[[ $output == *'4 images, 3 of them not as they should be'* ]]
}

@test "a stanza that no machine could use fails check with 7, an unknown field is a warning" {
	printf 'Image: a\nSize: x\nSource: disk.img\n' >images
	run pxcatalog check images
	expect 7 'images:2: Size: not a number'
	printf 'Image: a\nSource: disk.img\nColour: red\n' >images
	run pxcatalog check images
	expect 0 'unknown field Colour'
}

@test "a block map is held against the image: checksums, size, holes, its own sum" {
	need bmaptool
	truncate -s 1000000 sparse.img
	dd if=disk.img of=sparse.img bs=4096 count=74 conv=notrunc status=none
	bmaptool create sparse.img >sparse.bmap
	run pxcatalog add images sparse.img Bmap=sparse.bmap
	expect 0
	[ "$(field Bmap-SHA256)" = "$(sha256sum sparse.bmap | cut -c 1-64)" ]
	run pxcatalog check images
	expect 0
	cp sparse.bmap right.bmap
	echo >>sparse.bmap
	run pxcatalog check images
	expect 9 'Bmap: sparse.bmap: the file'
	cp right.bmap sparse.bmap
	printf x | dd of=sparse.img bs=1 seek=5000 conv=notrunc status=none
	run pxcatalog add images sparse.img Bmap=sparse.bmap
	expect 9
	dd if=disk.img of=sparse.img bs=4096 count=74 conv=notrunc status=none
	printf x | dd of=sparse.img bs=1 seek=900000 conv=notrunc status=none
	sed -i '/^Bmap-SHA256/d; /^SHA256/d; /^Source-SHA256/d' images
	printf 'SHA256: %s\n' "$(sha256sum sparse.img | cut -c 1-64)" >>images
	run pxcatalog check images
	expect 9 'has a hole'
	rm sparse.bmap
	run pxcatalog check images
	expect 8 'Bmap: sparse.bmap: cannot open'
}

@test "scripts and archive of a scripted image are looked at: there, a script, no mistake that sh finds" {
	tar -C "$ROOT" -czf wrap.tar.gz sub
	printf '#!/bin/sh\necho fine\n' >init.sh
	printf 'if true; then\n' >post.sh
	run pxcatalog add images wrap.tar.gz Image=wrap Init=init.sh Post=post.sh
	expect 9 'Post: post.sh: sh finds a mistake'
	[ ! -e images ]
	printf 'echo fine\r\n' >post.sh
	run pxcatalog add images wrap.tar.gz Image=wrap Init=init.sh Post=post.sh
	expect 9 'CR LF'
	printf 'touch %s/run\n' "$ROOT" >post.sh
	run pxcatalog add images wrap.tar.gz Image=wrap Init=init.sh Post=post.sh
	expect 0
	[ ! -e run ] # read, never run
	[ "$(field Archive)" = wrap.tar.gz ]
	[ "$(field Post-SHA256)" = "$(sha256sum post.sh | cut -c 1-64)" ]
	run pxcatalog check images
	expect 0
	echo '# more' >>init.sh
	run pxcatalog check images
	expect 9 'Init: init.sh: the file'
	rm init.sh
	run pxcatalog check images
	expect 8 'Init: init.sh: cannot open'
}

@test "a catalog that is not there, is a folder, or is too large is an error, not an empty catalog" {
	run pxcatalog check gone
	expect 3
	run pxcatalog list sub
	expect 10
	truncate -s 65M large
	run pxcatalog check large
	expect 9
	run pxcatalog add large disk.img.gz
	expect 9
	[ "$(stat -c %s large)" = $((65 << 20)) ]
	run pxcatalog add nowhere/images disk.img.gz
	expect 3
}

@test "wrong words on the command line are usage" {
	for words in '' add 'add images' 'check' 'check images more' 'sign images' 'frobnicate images'; do
		# shellcheck disable=SC2086
		run pxcatalog $words
		echo "$words: $status"
		[ "$status" -eq 2 ] || [ "$status" -eq 1 ]
	done
	[ ! -e images ]
}

@test "what a catalog holds reaches no terminal as it is" {
	printf 'Image: \x1b[2Jx\xc2\x9b\nSource: disk.img\n\nImage: b\nTitle: \x1b]0;x\nSource: \x1b[31mgone\n' >images
	for command in list check; do
		run pxcatalog $command images
		echo "$output" | od -c | head
		[[ $output != *$'\x1b'* ]]
		[[ $output != *$'\xc2'* ]]
	done
}
