#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the build puts into /etc/px/keys: PX_KEYS by initramfs.sh, a site's own by site.sh, the serial by sign.sh.

load ../px

setup() {
	need ssh-keygen minisign signify-openbsd cpio xz
	cd "$BATS_TEST_TMPDIR"
	mkdir -p build/tree/etc build/tftpboot keys
	echo a tree >build/tree/etc/motd
	echo 1 >build/tree.stamp
	ln -s "$PX_BUSYBOX" build/busybox
	ssh-keygen -q -t ed25519 -N '' -f keys/joe
	minisign -G -W -p keys/lab.pub -s keys/lab
	signify-openbsd -G -n -p keys/site.pub -s keys/site.sec
}

# initramfs FILE...: with these as PX_KEYS; what is in it goes to root/
initramfs() {
	printf 'CONFIG_PX_SHELL=y\nCONFIG_PX_KEYMAP=""\nCONFIG_PX_KEYS="%s"\n' "$*" >config
	run "$PX_TOP/initramfs/pack/initramfs.sh" build trixie config
	echo "$output"
	[ -e build/px.cpio.xz ] || return 0
	rm -rf root
	mkdir root
	# archives one behind the other, as a kernel takes them
	xz -dc build/px.cpio.xz >cpio
	(cd root && while cpio -idmu --quiet; do :; done <../cpio 2>/dev/null) || true
}

# inside NAME: of that cpio
inside() {
	xz -dc "$1" | cpio -i --to-stdout --quiet "$2"
}

@test "the keys of PX_KEYS are in px.cpio.xz, and a changed one makes it anew" {
	initramfs keys/joe.pub keys/lab.pub
	[ "$status" = 0 ]
	cmp root/etc/px/keys/joe.pub keys/joe.pub
	cmp root/etc/px/keys/lab.pub keys/lab.pub
	[ "$(find root/etc/px/keys -type f | wc -l)" = 2 ]
	grep -qE '^20[0-9-]+T[0-9:]+Z$' root/etc/px/built
	cp keys/site.pub keys/joe.pub
	initramfs keys/joe.pub keys/lab.pub
	cmp root/etc/px/keys/joe.pub keys/site.pub
	initramfs
	[ -e root/etc/px/built ]
	[ ! -e root/etc/px/keys ]
}

@test "PX_KEYS with a secret key, a file that is not there, or two of one name makes no initramfs" {
	mkdir other
	cp keys/joe.pub other
	for bad in keys/joe keys/lab keys/site.sec keys/nobody.pub 'keys/joe.pub other/joe.pub'; do
		rm -f build/px.cpio.xz
		# shellcheck disable=SC2086 # two files
		initramfs $bad
		[ "$status" = 1 ]
		[[ $output == *"initramfs.sh: PX_KEYS: ${bad##* }: "* ]]
		[ ! -e build/px.cpio.xz ]
	done
}

@test "a secret key of ssh-keygen, minisign or signify is not packed with a site's files, whatever it is called" {
	mkdir -p site/etc/px/keys
	for secret in joe lab site.sec; do
		cp keys/joe.pub site/etc/px/keys
		cp "keys/$secret" site/etc/px/keys/x
		run "$PX_TOP/initramfs/pack/site.sh" build site
		echo "$output"
		[ "$status" = 1 ]
		[[ $output == *"etc/px/keys/x: a private key"* ]]
		[ ! -e build/tftpboot/site.cpio.xz ]
	done
}

@test "the serial of make sign goes with a site's keys, and the site's folder stays as it is" {
	printf 'Image: a\nSource: a.img\n' >build/tftpboot/images
	echo hello >build/tftpboot/a.img
	mkdir -p site/etc/px/keys
	cp keys/joe.pub site/etc/px/keys
	"$PX_TOP/initramfs/pack/site.sh" build site
	[ "$(xz -dc build/tftpboot/site.cpio.xz | cpio -t --quiet | grep -c serial)" = 0 ] # nothing was signed yet
	"$PX_TOP/initramfs/serve/sign.sh" build keys/joe 30
	"$PX_TOP/initramfs/serve/sign.sh" build keys/joe 30
	build/busybox pxcatalog check build/tftpboot/images -k keys/joe.pub
	[ "$(cat build/catalog.serial)" = 2 ]
	"$PX_TOP/initramfs/pack/site.sh" build site
	[ "$(inside build/tftpboot/site.cpio.xz etc/px/keys/serial)" = 2 ]
	[ "$(find site -type f)" = site/etc/px/keys/joe.pub ]
	# one that the site has of its own stays
	echo 40 >site/etc/px/keys/serial
	"$PX_TOP/initramfs/pack/site.sh" build site
	[ "$(inside build/tftpboot/site.cpio.xz etc/px/keys/serial)" = 40 ]
}

@test "make sign without a key, or with one that does not sign, leaves catalog and serial as they were" {
	printf 'Image: a\nSource: a.img\n' >build/tftpboot/images
	echo hello >build/tftpboot/a.img
	cp build/tftpboot/images before
	run "$PX_TOP/initramfs/serve/sign.sh" build '' 30
	[ "$status" = 2 ]
	run "$PX_TOP/initramfs/serve/sign.sh" build keys/nobody 30
	echo "$output"
	[ "$status" -ne 0 ]
	cmp before build/tftpboot/images
	[ ! -e build/catalog.serial ]
}
