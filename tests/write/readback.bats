# SPDX-License-Identifier: GPL-2.0-or-later
# What is read back: which byte is wrong is named.
load ../px
load ../write/write

setup() {
	need strace zstd
	px_install pxwrite
	cd "$BATS_TEST_TMPDIR"
	# behind the first MiB: junk, zeros, junk
	junk img 4M
	dd if=/dev/zero of=img bs=1M seek=2 count=1 conv=notrunc status=none
	zstd -q img
	truncate -s 8M disk
}

# third_flush_began: the one behind the image, before it is read back
third_flush_began() {
	[ "$(grep -c 'fsync(' trace)" -eq 3 ]
}

# failing_at BYTE ARGUMENT...: pxwrite, whose disk has another byte there when it comes to reading back; $wrong: more
failing_at() {
	rm -f trace
	strace -qq -o trace -e trace=fsync -e inject=fsync:delay_enter=4000000:when=3 pxwrite -f "${@:2}" disk \
		2>message &
	writer=$!
	wait_for 20 third_flush_began
	printf "${wrong:-\\1}" | dd of=disk bs=1 seek="$1" conv=notrunc status=none
	status=0
	wait "$writer" || status=$?
	mapfile -t lines <message
	cat message
}

@test "of a raw file the first byte that differs is named" {
	failing_at 1234567 -s 4M -i img
	grep -q "disk: the disk does not give back what was written at byte 1234567: it is failing" message
	no_boot disk 3
}

@test "a byte among zeros is named, whatever the image comes from" {
	cat img.zst | failing_at 2500000
	grep -q "disk: the disk does not give back what was written at byte 2500000: it is failing" message
}

@test "of what came through a pipe, and is gone, a single wrong byte is named, too" {
	local at
	for at in 1048576 4194303; do
		cat img.zst | failing_at "$at"
		grep -q "disk: the disk does not give back what was written at byte $at: it is failing" message
	done
}

@test "of more wrong bytes in what came through a pipe the MiB is named, by its bytes" {
	wrong='\1\2'
	cat img.zst | failing_at 1234567
	grep -q "disk: the disk does not give back what was written between byte 1048576 and 2097151: it is failing" \
		message
}
