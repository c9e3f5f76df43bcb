# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing is never a proven image, wherever it comes from and goes to.
load ../px
load ../write/write

setup() {
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	junk disk 6M
	before=$(sha256_of disk)
	: >empty
	compress_all empty
	# a frame that is skipped, and two empty members
	printf '\x50\x2a\x4d\x18\x04\x00\x00\x00abcd' >skip.zst
	cat empty.gz empty.gz >twice.gz
	EMPTY="empty empty.gz empty.zst empty.xz empty.bz2 empty.lz4 skip.zst twice.gz"
}

# refused COMMAND...: 9, and says that the image is empty
refused() {
	run "$@"
	echo "$*: $status $output"
	[ "$status" -eq 9 ]
	[[ $output == *"the image is empty"* || $output == *"cut short"* ]]
}

@test "no bytes to standard output are 9, in every format, from a file and from a pipe" {
	for image in $EMPTY; do
		refused pxwrite -i "$image" -
		refused bash -c 'cat "$1" | pxwrite -' - "$image"
	done
	refused bash -c 'pxwrite - </dev/null'
}

@test "no bytes to standard output are 9 even with the hash of nothing" {
	hash=sha256:$(sha256_of /dev/null)
	for image in $EMPTY; do
		refused pxwrite -H "$hash" -i "$image" -
	done
	refused pxwrite -s 1 -i empty -
}

@test "no bytes to a disk are 9, in every format, and it is untouched" {
	hash=sha256:$(sha256_of /dev/null)
	for image in $EMPTY; do
		for more in "-f" "-f -H $hash" "-n -f"; do
			# the options' words
			refused pxwrite $more -i "$image" disk
			untouched disk "$before" 9
		done
		refused bash -c 'cat "$1" | pxwrite -f disk' - "$image"
		untouched disk "$before" 9
	done
}
