#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# volume/probe.h: what people and servers hand out as disk images and what is none, through pxwrite's command line.
load ../px
load ../write/write

setup() {
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	truncate -s 6M disk
	junk noise 2M
	before=$(sha256_of disk)
}

# refused WORDS [OPTION...]: the file `image`, without touching the disk, and each thing is said once
refused() {
	run pxwrite "${@:2}" -i image disk
	echo "$1: $output"
	untouched disk "$before" 9
	[[ ${lines[0]} = "pxwrite: this is $1, no disk image: "* ]]
	[ ${#lines[@]} = 2 ]
	[ "$(grep -o 'this is' <<<"$output" | wc -l)" = 1 ]
}

# starts TEXT: an image that starts like that (printf), and then like noise
starts() {
	{ printf -- "$1"; cat noise; } >image
}

@test "other tools' images, archives and packed files are refused by name, by what they begin with" {
	while IFS='|' read -r magic words; do
		starts "$magic"
		refused "$words"
		gzip -cf image >packed && mv packed image
		refused "$words"
	done <<-'EOT'
		QFI\xfb|a qcow2 image
		\x89LZO\0\r\n\x1a\n|an lzop file
		\x1f\x9d\x90\x61\x40\xc8\x09\x73\x07\x04\x99\x34\x73\xd6\x80\x48\xd3\x26\xcc\x99\x32\x20\xde\x98\x01\x41\x03\xc4\x11\x21|a file of compress
		\x1f\x1e\x00\x00\x10\x00\x08\x00\x01|a file of pack
		7z\xbc\xaf\x27\x1c|a 7z archive
		PK\x03\x04|a zip archive
		Rar!\x1a\x07\x01|a RAR archive
		LRZI|an lrzip file
		070701|a cpio archive
		070707|a cpio archive
		\xc7\x71\1\0\2\0\244\201\0\0\0\0\1\0\0\0\1\2\3\4\2\0\0\0\0\0a\0|a cpio archive
		\x71\xc7\0\1\0\2\201\244\0\0\0\0\0\1\0\0\1\2\3\4\0\2\0\0\0\0a\0|a cpio archive
		\x20\x10-lh5-1234567890123\1|an LHA archive
		\xff\xd8\xff\xe0\0\x10JFIF|a picture
		\xff\xfeE\0r\0r\0o\0r\0 \0004\0000\0|text
		\xfe\xff\0E\0r\0r\0o\0r\0 \0004\0000|text
		!<arch>\n|a Debian package or ar archive
		\xff\x06\x00\x00sNaPpY|a Snappy file
		age-encryption.org/v1\n|a file that age encrypted
		-----BEGIN AGE ENCRYPTED FILE-----\n|a file that age encrypted
		-----BEGIN PGP MESSAGE-----\n|a file that gpg encrypted
		\x85\x02\x0c\x03|a file that gpg encrypted
		\x8c\x0d\x04\x09\x03\x08|a file that gpg encrypted
		Salted__|a file that openssl encrypted
		partclone-image|a partclone image
		\0ntfsclone-image|an ntfsclone image
		EVF\x09\r\n\xff\0|an EnCase image
		\xd0\x0d\xfe\xed|a device tree or FIT image
	EOT
}

@test "files that real tools packed or encrypted are refused by name" {
	image raw 300000
	tar -H v7 -cf image raw
	refused "a tar archive"
	tar -cf image raw
	refused "a tar archive"
	for format in odc newc bin; do
		echo raw | cpio -o -H $format >image 2>/dev/null || lacking cpio
		refused "a cpio archive"
	done
	if command -v gpg >/dev/null; then
		mkdir -m 700 home
		gpg --homedir home --batch -q --pinentry-mode loopback --passphrase x -c -o image raw 2>/dev/null \
			&& refused "a file that gpg encrypted"
	fi
	if command -v openssl >/dev/null; then
		openssl enc -aes-128-cbc -pbkdf2 -k x -in raw -out image
		refused "a file that openssl encrypted"
	fi
}

@test "a page, however it begins, is refused, and where to look is said once" {
	while read -r page; do
		printf '%s\n' "$page" >image
		base64 noise >>image
		refused "an HTML page"
		[[ $output = *"the server sent a page instead of the image: check the URL"* ]]
	done <<-'EOT'
		<!DOCTYPE html><title>x</title>
		<html><body>Sign in</body></html>
		<!-- proxy error page, version 3 --><html>
		<!--
		  <HEAD><TITLE>404</TITLE></HEAD>
		<script>location = "/login"</script>
	EOT
	printf '{"error": "not found"}\n' >image
	refused text
}

@test "a Linux kernel is refused, and each thing is said once" {
	junk image 2M
	printf 'HdrS' | dd of=image bs=1 seek=514 conv=notrunc status=none
	run pxwrite -i image disk
	[ "${lines[0]}" = "pxwrite: this is a Linux kernel, no disk image: check the URL" ]
	untouched disk "$before" 9
}

@test "an EFI program is refused" {
	junk image 2M
	printf 'MZ' | dd of=image bs=1 conv=notrunc status=none
	printf '\x80\0\0\0' | dd of=image bs=1 seek=60 conv=notrunc status=none
	printf 'PE\0\0' | dd of=image bs=1 seek=128 conv=notrunc status=none
	refused "a program for EFI or Windows"
}

# doubtful: the file `image` is written with size and hash or with -f, and else refused
doubtful() {
	local size hash
	size=$(stat -c %s image)
	hash=$(sha256_of image)
	for options in "" "-s $size" "-H $hash"; do
		run pxwrite $options -i image disk # each word an argument
		untouched disk "$before" 9
		[[ $output = *"give its size (-s) and hash (-H), or -f"* ]]
		[ ${#lines[@]} = 2 ]
	done
	run pxwrite -f -i image disk
	written image disk
	[[ $output = *"warning: the image has no partition table and no filesystem that is known here"* ]]
	run pxwrite -k -f -s "$size" -i image disk # what the menu says of a disk that holds data
	[ "$status" -eq 9 ]
	[[ $output = *"give its size (Size) and hash (SHA256)"*"disk untouched"* ]]
	truncate -s 0 disk
	truncate -s 6M disk
	run pxwrite -k -s "$size" -H "$hash" -p 5 -i image disk 5>progress
	written image disk
	grep -q '^warning=doubtful the image has no partition table' progress
	truncate -s 0 disk
	truncate -s 6M disk
}

@test "what nothing here knows is written with its size and hash, or -f, and else refused" {
	starts 'nobody knows this'
	doubtful
	head -c 3000000 /dev/zero >image
	doubtful
}

@test "a header that cryptsetup saved is no image that is written without more words" {
	printf 'LUKS\xba\xbe\0\2' >image
	head -c 2M /dev/zero >>image
	doubtful
}

# vhd: a fixed VHD of a disk with a table, as qemu-img and Hyper-V make it: the raw disk and 512 bytes behind it
vhd() {
	gpt_image raw 4M
	{ cat raw; printf 'conectix\0\0\0\2\0\1\0\0\xff\xff\xff\xff\xff\xff\xff\xff'; head -c 480 /dev/zero; } >image
	truncate -s $((4194304 + 512)) image
}

@test "a fixed VHD, known only by its end, is refused by name: a file at once, a stream when it ends" {
	vhd
	refused "a fixed VHD image"
	run pxwrite disk <image
	untouched disk "$before" 9
	gzip -k image
	run pxwrite -f disk <image.gz
	no_boot disk 9
	[[ $output = *"this is a fixed VHD image, no disk image: make it raw"* ]]
	run bash -c 'cat image | pxwrite -f -s "$(stat -c %s image)" disk'
	no_boot disk 9
	run pxwrite -f -s "$(stat -c %s image)" -H "$(sha256_of image)" disk <image.gz
	[ "$status" = 0 ]
}

@test "a DMG, known only by its end, is refused by name" {
	gpt_image image 4M
	{ printf 'koly\0\0\0\4'; head -c 504 /dev/zero; } >>image
	refused "an Apple disk image (DMG)"
	# small enough to be all in the first MiB
	image raw 100352
	{ cat raw; printf 'koly\0\0\0\4'; head -c 504 /dev/zero; } >image
	gzip -cf image >packed
	run pxwrite -f disk <packed
	no_boot disk 9
}

# beyond BYTES: an image whose only partition ends so many bytes behind it
beyond() {
	rm -f image disk
	image image 3M
	truncate -s $((3145728 + $1)) image
	printf 'label: dos\nstart=2048\n' | sfdisk -q image
	truncate -s 3M image
	junk disk 64M
}

@test "a partition that ends behind an image proven by size and hash is written, and nothing old shows through in it" {
	for short in 1024 4096 8257536; do # the last one: rounded up to a cylinder
		beyond $short
		hash=$(sha256_of image)
		old=$(sha256_of disk)
		for options in "" "-s 3M" "-H $hash"; do
			run pxwrite -f $options -i image disk # each word an argument
			untouched disk "$old" 9
			[[ $output = *"the image is cut short: 3145728 bytes came, its last partition ends at byte $((3145728 + short))"* ]]
		done
		run pxwrite -f -s 3M -H "$hash" -i image disk
		written image disk
		[[ $output = \
			*"warning: the image's last partition ends at byte $((3145728 + short)), $short bytes behind the image: cleared"* ]]
		cmp -n $short -i 3145728:0 disk /dev/zero
		! cmp -s -n 4096 -i $((3145728 + short)):0 disk /dev/zero || false
	done
	beyond $((30 << 20))
	run pxwrite -f -s 3M -H "$(sha256_of image)" -i image disk
	written image disk
	[[ $output = *"$((30 << 20)) bytes behind the image: what the disk holds there stays"* ]]
}

@test "noise that begins with the two or three bytes of a format is no file of it: with size and hash it is written" {
	while read -r magic; do
		starts "$magic\xe5\x77\xfb\xff\xff\xff\xff\x99"
		truncate -s 2M image
		run pxwrite -q -f -s 2M -H "sha256:$(sha256_of image)" -i image disk
		echo "$magic: $output"
		[ "$status" = 0 ]
	done <<-'EOT'
		\x1f\x9d
		\x1f\xa0
		\x1f\x1e
		\xc7\x71
		\x71\xc7
		\x84\x5e\x03
		\x8c\x0d\x04
		\xc3\x0d\x04
		\xa3\x01\x01
		\xa3\x02\x78
		\xff\xd8\xff
		\xff\xfe
		\xfe\xff
		ab-lh
	EOT
}
