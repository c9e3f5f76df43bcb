#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# pxcatalog sign and hashes: what they write is what a machine with that key takes.

load ../px

setup() {
	need ssh-keygen minisign signify-openbsd
	px_install pxcatalog
	cd "$BATS_TEST_TMPDIR"
	mkdir srv
	head -c 100000 /dev/zero | gzip >srv/a.img.gz
	echo 'echo hello' >srv/post.sh
	printf '%s\n' '# ours' 'Image: a' 'Source: a.img.gz' 'Post: post.sh' '' 'Image: b' 'Title: the same' \
		'Source: a.img.gz http://elsewhere.example/a.img.gz' >srv/images
	ssh-keygen -q -t ed25519 -N '' -C joe@desk -f joe
}

# signed KEY.pub: the catalog is right, and signed by that key
signed() {
	run pxcatalog check srv/images -k "$1"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"srv/images: signed by "* ]]
}

@test "sign fills in sizes, sums and the header, and signs with ssh-keygen; every other line stays" {
	cp srv/images before
	pxcatalog sign -k joe srv/images -d 7
	[ "$(sed -n 2p srv/images)" = 'Serial: 1' ]
	[ "$(grep -cFxf before srv/images)" -ge "$(wc -l <before)" ]
	sum=$(sha256sum <srv/post.sh)
	grep -qx "Post-SHA256: ${sum%% *}" srv/images
	sum=$(head -c 100000 /dev/zero | sha256sum)
	[ "$(grep -cx "SHA256: ${sum%% *}" srv/images)" = 2 ]
	[ "$(grep -cx 'Size: 100000' srv/images)" = 2 ]
	date=$(sed -n 's/^Date: //p' srv/images) until=$(sed -n 's/^Valid-Until: //p' srv/images)
	[ $(($(date -d "$until" +%s) - $(date -d "$date" +%s))) = $((7 * 24 * 3600)) ]
	signed joe.pub
	ssh-keygen -Y check-novalidate -n px-imager -s srv/images.sig <srv/images
}

@test "signing again raises the serial and changes nothing but the header" {
	pxcatalog sign -k joe srv/images
	sed -i '1s/.*/Catalog: lab-west/' srv/images
	cp srv/images before
	pxcatalog sign -k joe srv/images
	grep -qx 'Catalog: lab-west' srv/images
	[ "$(grep -c '^Serial: ' srv/images)" = 1 ]
	grep -qx 'Serial: 2' srv/images
	diff <(grep -v '^Serial\|^Date\|^Valid' before) <(grep -v '^Serial\|^Date\|^Valid' srv/images)
	signed joe.pub
}

@test "minisign's and signify's keys sign, too, told by what is in them" {
	minisign -G -W -p lab.pub -s lab.key
	signify-openbsd -G -n -p site.pub -s site.sec
	pxcatalog sign -k lab.key srv/images
	signed lab.pub
	pxcatalog sign -k site.sec srv/images
	signed site.pub
	run pxcatalog check srv/images -k joe.pub
	[ "$status" = 5 ]
	[[ $output == *"images.sig: made by a key that is not in this initramfs"* ]]
}

@test "what a machine could not use is not signed, and both files stay as they were" {
	pxcatalog sign -k joe srv/images
	cp srv/images before
	cp srv/images.sig before.sig
	echo 'echo changed' >srv/post.sh
	run pxcatalog sign -k joe srv/images
	[ "$status" = 9 ]
	[[ $output == *"not signed, left as it was"* ]]
	cmp before srv/images
	cmp before.sig srv/images.sig
	echo 'echo hello' >srv/post.sh
	printf '\nImage: c\nSource: http://elsewhere.example/c\n' >>srv/images
	run pxcatalog sign -k joe srv/images
	[ "$status" = 7 ]
	[[ $output == *"SHA256: missing: a signed catalog names the hash of all it uses"* ]]
	cmp before.sig srv/images.sig
}

@test "a key that is not there, or whose public half is not, is said" {
	run pxcatalog sign -k nobody srv/images
	[ "$status" = 3 ]
	[[ $output == *"nobody: No such file"* ]]
	rm joe.pub
	run pxcatalog sign -k joe srv/images
	[ "$status" = 3 ]
	[[ $output == *"joe.pub: the public key is not there"* ]]
	[ ! -e srv/images.sig ]
	run pxcatalog sign srv/images
	[ "$status" = 2 ]
}

@test "hashes fills in what stanzas lack, and signs nothing" {
	pxcatalog hashes srv/images
	grep -q '^Post-SHA256: ' srv/images
	[ "$(sed -n 1p srv/images)" = '# ours' ]
	[ ! -e srv/images.sig ]
	cp srv/images before
	pxcatalog hashes srv/images
	cmp before srv/images
	pxcatalog check srv/images
}

@test "a catalog that was changed after it was signed is found by check" {
	pxcatalog sign -k joe srv/images
	echo '# later' >>srv/images
	run pxcatalog check -k joe.pub srv/images
	[ "$status" = 5 ]
	[[ $output == *"images.sig: does not fit this catalog (key joe@desk)"* ]]
	rm srv/images.sig
	run pxcatalog check -k joe.pub srv/images
	[ "$status" = 5 ]
	[[ $output == *"not signed"* ]]
}
