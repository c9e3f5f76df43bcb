# SPDX-License-Identifier: GPL-2.0-or-later
# Small zstd frames, as pzstd makes them, decoded side by side: with four processors or more.
load ../px
load ../write/write

setup_file() {
	export IMAGES=$BATS_FILE_TMPDIR
	cd "$IMAGES"
	# 20 MiB that do not compress away: three frames of pzstd -3
	python3 - <<-'PY'
		import random
		r = random.Random(5)
		b = bytearray()
		while len(b) < 20 << 20:
		    b += r.randbytes(r.randrange(1, 100000)) + bytes(r.randrange(200000)) + b[-r.randrange(1, 500000):]
		b = b[:20 << 20]
		b[446:512] = bytes(64) + b"\x55\xaa"
		open("img", "wb").write(b)
	PY
	pzstd -q -3 -p 2 img -o img.zst
}

setup() {
	need strace pzstd
	FOUR=$PX_TOP/tests/write/four_processors
	cd "$BATS_TEST_TMPDIR"
	truncate -s 24M disk
}

# threads COMMAND...: how many it started
threads() {
	strace -f -qq -o trace -e trace=clone,clone3,sched_getaffinity \
		-e inject=sched_getaffinity:poke_exit=@arg3="$1" \
		"${@:2}" 2>err
	grep -c 'CLONE_THREAD' trace
}

@test "an image of pzstd is written, by two threads more on four processors than on two" {
	not_under "glibc counts processors another way than musl" address thread m32
	size=$(stat -c %s "$IMAGES/img")
	two=$(threads 03 "$PX_BUSYBOX" pxwrite -f -m 64M -s "$size" -i "$IMAGES/img.zst" disk)
	cmp -n "$size" "$IMAGES/img" disk
	four=$(threads 0f "$PX_BUSYBOX" pxwrite -f -m 64M -H "$(sha256_of "$IMAGES/img")" -i "$IMAGES/img.zst" disk)
	cmp -n "$size" "$IMAGES/img" disk
	echo "$two and $four threads"
	[ "$four" -eq $((two + 1 + 2)) ] # one is for the hash
}

@test "frames of all sizes and kinds, mixed, come out as they went in" {
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$FOUR" "$PX_BUSYBOX" >four
	chmod +x four
	run "$PX_TOP/tests/write/zstd_windows.py" "$PWD/four" "$BATS_TEST_TMPDIR" 12
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a flipped bit in any frame, and an image cut anywhere, are found out" {
	run "$PX_TOP/tests/write/frames.py" 60 "$IMAGES/img" "$IMAGES/img.zst" disk \
		"$FOUR" "$PX_BUSYBOX" pxwrite -f -m 64M -s "$(stat -c %s "$IMAGES/img")" disk
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" -ge 50 ]
}

@test "a frame of the wrong length, or longer than pzstd's frame before it says, is told or taken for what it is" {
	head -c 3000000 "$IMAGES/img" >part
	zstd -q part
	# the hint of pzstd lies: it is a hint
	{ printf '\x50\x2a\x4d\x18\x04\0\0\0\x07\0\0\0'; cat part.zst; } >lies.zst
	run "$FOUR" "$PX_BUSYBOX" pxwrite -f -m 64M -s 3000000 -i lies.zst disk
	written part disk
	# the header says 3000000 bytes, there are less: the last block is taken away, the one before made the last
	python3 - <<-'PY'
		# RFC 8878, 3.1.1.1
		b = bytearray(open("part.zst", "rb").read())
		single = b[4] >> 5 & 1
		at = 4 + 1 + (1 - single) + [single, 2, 4, 8][b[4] >> 6]
		blocks = []
		while at < len(b):
		    header = int.from_bytes(b[at:at + 3], "little")
		    blocks.append(at)
		    at += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)
		    if header & 1:
		        break
		b[blocks[-2]] |= 1
		b = b[:blocks[-1]]
		b[4] &= ~4  # no checksum
		open("short.zst", "wb").write(b)
	PY
	{ cat part.zst; cat short.zst; } >both.zst
	run "$FOUR" "$PX_BUSYBOX" pxwrite -f -m 64M -s 6000000 -i both.zst disk
	echo "$output"
	[[ $output == *"zstd: damaged"* ]]
	no_boot disk 9
}
