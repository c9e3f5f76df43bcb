#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make image: from a file to a right stanza in one command; a stanza that is there means that all is there.
load ../px

setup() {
	need zstd
	BUILD=$BATS_TEST_TMPDIR/build
	mkdir "$BUILD"
	ln -s "$PX_BUSYBOX" "$BUILD/busybox"
	cd "$BATS_TEST_TMPDIR"
	truncate -s 3M disk.img
	# noise, but for how boot code begins: two bytes of noise may be the magic of something that is refused
	(printf '\xfa\x31'; head -c 1000000 /dev/urandom) | dd of=disk.img conv=notrunc iflag=fullblock status=none
}

image() {
	run "$PX_TOP/initramfs/serve/image.sh" "$BUILD" "$@"
	echo "$output"
}

# no work folder, no half file
nothing_left() {
	[ -z "$(find "$BUILD" -name '*.new' -o -name 'image.??????')" ]
}

@test "a raw image becomes frames, block map and stanza, which pxcatalog finds right" {
	image disk.img lab 'The lab' Grow=yes 'Disk=size>=1M'
	[ "$status" -eq 0 ]
	zstd -dcq "$BUILD/tftpboot/lab.img.zst" | cmp - disk.img
	for line in 'Image: lab' 'Title: The lab' 'Grow: yes' 'Disk: size>=1M' 'Source: lab.img.zst' 'Bmap: lab.bmap' \
		'Size: 3145728' "SHA256: $(sha256sum disk.img | cut -c 1-64)" \
		"Source-SHA256: $(sha256sum "$BUILD/tftpboot/lab.img.zst" | cut -c 1-64)"; do
		grep -qxF "$line" "$BUILD/tftpboot/images"
	done
	run "$BUILD/busybox" pxcatalog check "$BUILD/tftpboot/images"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'1 images, 0 of them'* ]]
	nothing_left
}

@test "the same ID again replaces the stanza, another one comes behind it" {
	image disk.img lab Old
	image disk.img kiosk Kiosk
	printf x | dd of=disk.img bs=1 seek=5 conv=notrunc status=none
	image disk.img lab New
	[ "$status" -eq 0 ]
	[ "$(grep -c '^Image: ' "$BUILD/tftpboot/images")" = 2 ]
	grep -qx 'Title: New' "$BUILD/tftpboot/images"
	run "$BUILD/busybox" pxcatalog check "$BUILD/tftpboot/images"
	[ "$status" -eq 0 ]
}

@test "qcow2, VMDK, VDI and VHDX are read by qemu-img, to the same bytes" {
	need qemu-img
	for format in qcow2 vmdk vdi vhdx; do
		qemu-img convert -f raw -O $format disk.img "disk.$format"
		image "disk.$format" "of-$format" Title
		[ "$status" -eq 0 ]
		zstd -dcq "$BUILD/tftpboot/of-$format.img.zst" | cmp -n 3145728 - disk.img
	done
	nothing_left
}

@test "what cannot be an image leaves neither file nor stanza" {
	printf 'no image\n' >text
	image text lab Lab
	[ "$status" -ne 0 ]
	image disk.img LAB Lab
	[ "$status" -ne 0 ]
	[[ $output == *"ID=LAB"* ]]
	image disk.img ../lab Lab
	[ "$status" -ne 0 ]
	image gone lab Lab
	[ "$status" -ne 0 ]
	[[ $output == *"FILE=gone"* ]]
	image disk.img lab
	[ "$status" -ne 0 ]
	[ -z "$(find "$BUILD" -name '*lab*')" ]
	none grep -q '^Image' "$BUILD/tftpboot/images"
	nothing_left
}

@test "a field that is not so, or no field, is refused, and the stanza that was there stays" {
	image disk.img lab Lab
	cp "$BUILD/tftpboot/images" before
	image disk.img lab Lab Size=5
	[ "$status" -eq 2 ]
	image disk.img lab Lab Disk=nonsense
	[ "$status" -eq 2 ]
	cmp "$BUILD/tftpboot/images" before
}

@test "make image says what it wants, and hands on what it got" {
	run make -s -C "$PX_TOP" -n image FILE=a.img ID=lab TITLE='The lab' FIELDS='Grow=yes Disk=size>=8G,!usb'
	echo "$output"
	[[ $output == *"initramfs/serve/image.sh build 'a.img' 'lab' 'The lab' 'Grow=yes' 'Disk=size>=8G,!usb'"* ]]
}
