# SPDX-License-Identifier: GPL-2.0-or-later
# The decoders of pxwrite, through its command line.
load ../px
load ../write/write

setup_file() {
	export IMAGES=$BATS_FILE_TMPDIR
	image "$IMAGES/img" 2500500
	compress_all "$IMAGES/img"
	# small enough for every bit of it, and with something in each part of each format
	python3 -c 'import sys; b = bytearray(4096); b[510:512] = b"\x55\xaa"; b[600:640] = bytes(range(40)); b[2000:2030] = b"abc" * 10
sys.stdout.buffer.write(b)' >"$IMAGES/small"
	compress_all "$IMAGES/small"
}

setup() {
	px_install pxwrite
	# in memory: thousands of small disks
	FAST=$(mktemp -d -p /dev/shm pxwrite-test.XXXXXX)
	cd "$FAST"
	junk disk 6M
}

teardown() {
	rm -rf "$FAST"
}

@test "a raw file is written" {
	run pxwrite -f -i "$IMAGES/img" disk
	written "$IMAGES/img" disk
}

for_each_format() {
	local suffix
	for suffix in gz zst xz bz2 lz4 lz; do
		echo "# $suffix"
		"$1" "$IMAGES/img.$suffix"
	done
}

whole() {
	junk disk 6M
	run pxwrite -f disk <"$1"
	written "$IMAGES/img" disk
}

@test "an image of every format is written, told by its first bytes" {
	for_each_format whole
}

twice() {
	cat "$IMAGES/img" "$IMAGES/img" >img2
	cat "$1" "$1" >packed2
	junk disk 6M
	run pxwrite -f disk <packed2
	written img2 disk
}

@test "members that follow each other are one image, in every format" {
	for_each_format twice
}

garbage() {
	local tail
	for tail in '\n' 'PK\3\4garbage' '\0\n' '\x1f' '\x1f\x8b' '(\xb5/\xfd' 'BZh9' '\xfd7zXZ\0' '\x04\x22M\x18'; do
		{ cat "$1"; printf "$tail"; } >packed
		run pxwrite -f disk <packed
		no_boot disk 9
	done
}

@test "garbage behind the end is refused, in every format" {
	for_each_format garbage
}

zero_block() {
	local zeros
	for zeros in 1 512 700001; do
		junk disk 6M
		{ cat "$1"; head -c "$zeros" /dev/zero; } >packed
		run pxwrite -f disk <packed
		written "$IMAGES/img" disk
		[[ $1 = *.xz && $zeros = 512 ]] || # that is the format's own padding, in fours
			[[ $output = *": $zeros bytes of zeros behind the end of the image are passed over"* ]]
	done
	{ cat "$1"; head -c 700000 /dev/zero; echo; } >packed
	run pxwrite -f disk <packed
	no_boot disk 9
}

@test "zeros behind the end, and nothing but zeros, are passed over with a word, in every format" {
	for_each_format zero_block
}

trailer() {
	local size hash
	size=$(stat -c %s "$IMAGES/img")
	hash=$(sha256_of "$IMAGES/img")
	{ cat "$1"; printf '{ "metadata_version": "1.1" }FWx0'; head -c 700000 "$IMAGES/img"; } >packed
	junk disk 6M
	run pxwrite -f -s "$size" -H "$hash" disk <packed
	written "$IMAGES/img" disk
	[[ $output = *" bytes behind the end of the image are passed over"* ]]
	run pxwrite -f -H "$hash" disk <packed
	no_boot disk 9
	run pxwrite -f -s "$size" disk <packed
	no_boot disk 9
	[[ $output = *"garbage behind the end of the image: cut it off, or give"* ]]
	run pxwrite -f -s $((size + 1)) -H "$hash" disk <packed
	no_boot disk 9
}

@test "what else lies behind the end is passed over when size and hash are given, and only then" {
	for_each_format trailer
}

last_byte() {
	head -c -1 "$1" >packed
	run pxwrite -f disk <packed
	no_boot disk 9
}

@test "an image without its last byte is refused, in every format" {
	for_each_format last_byte
}

@test "an empty member adds nothing and ends nothing" {
	: | gzip >empty.gz
	cat empty.gz "$IMAGES/img.gz" empty.gz >packed
	run pxwrite -f disk <packed
	written "$IMAGES/img" disk
}

@test "a zstd image with skippable frames is written" {
	{ printf '\120\052\115\030\3\0\0\0abc'; cat "$IMAGES/img.zst"; printf '\137\052\115\030\0\0\0\0'; } >packed
	run pxwrite -f disk <packed
	written "$IMAGES/img" disk
}

@test "a zstd image without checksums is written" {
	zstd -q --no-check -c "$IMAGES/img" >packed
	run pxwrite -f disk <packed
	written "$IMAGES/img" disk
}

@test "a zstd image that looks back over every distance is written, in frames and blocks of odd sizes" {
	# pieces that come again 100 KB to 24 MB later, none of them aligned
	python3 - <<-'PY'
		import random
		r = random.Random(3)
		b = bytearray(r.randbytes(100001))
		while len(b) < 37 << 20:
		    n = r.randrange(1, 3000000)
		    at = max(0, len(b) - r.randrange(1, 24 << 20))
		    b += b[at:at + n] + r.randbytes(n % 777) + bytes(n % 300001)
		b[446:512] = bytes(64) + b"\x55\xaa"
		open("far", "wb").write(b)
	PY
	hash=$(sha256_of far)
	head -c 9999999 far >part1
	tail -c +10000000 far | head -c 1234567 >part2
	tail -c +11234567 far >part3
	zstd -q -3 far -o one.zst
	zstd -q -3 --target-compressed-block-size=5000 far -o blocks.zst
	zstd -q --zstd=wlog=23 far -o 8mib.zst
	zstd -q --zstd=wlog=24 far -o 16mib.zst
	zstd -q --long=27 far -o long.zst
	zstd -q -1 part1 part2 part3
	printf '\x50\x2a\x4d\x18\x05\0\0\0hello' >skippable
	zstd -q --long=27 part2 -o part2.long.zst
	cat part1.zst skippable part2.zst part3.zst >frames.zst
	cat part1.zst part2.long.zst skippable part3.zst >mixed.zst
	truncate -s 64M disk
	for packed in one blocks 8mib 16mib long frames mixed; do
		echo "# $packed"
		run pxwrite -f -m 512M -H "$hash" disk <$packed.zst
		written far disk
		run pxwrite -f -m 512M -s "$(stat -c %s far)" disk <$packed.zst
		written far disk
	done
}

@test "a zstd window over the limit is refused with 11, a higher limit takes it" {
	zstd -q --ultra -22 --long=27 -c <"$IMAGES/img" >packed
	run pxwrite -f -m 8M disk <packed
	[ "$status" -eq 11 ]
	[[ $output == *"more memory than the limit of 8 MiB"* ]]
	run pxwrite -f -m 256M disk <packed
	written "$IMAGES/img" disk
}

@test "an xz dictionary over the limit is refused with 11, and the disk is untouched" {
	before=$(sha256_of disk)
	xz --lzma2=dict=64MiB -c "$IMAGES/img" >packed
	run pxwrite -f -m 16M disk <packed
	untouched disk "$before" 11
	run pxwrite -f -m 128M disk <packed
	written "$IMAGES/img" disk
}

@test "xz with every check that the format has is written" {
	for check in none crc32 crc64 sha256; do
		junk disk 6M
		xz -C "$check" -c "$IMAGES/img" >packed
		run pxwrite -f disk <packed
		written "$IMAGES/img" disk
	done
}

@test "lz4 with linked blocks and small blocks is written" {
	for options in -B4D -B7 "-B5 -BX" --content-size; do
		junk disk 6M
		# each word an option
		lz4 -q $options -c "$IMAGES/img" >packed
		run pxwrite -f disk <packed
		written "$IMAGES/img" disk
	done
}

# one test a format: they run side by side
damage() {
	"$PX_TOP/tests/write/damage.py" pxwrite "$IMAGES/small" "$IMAGES/small.$1" "$FAST" "${@:2}"
}

@test "gzip: whatever bit is flipped, what pxwrite says is true" {
	damage gz bits
}

@test "zstd: whatever bit is flipped, what pxwrite says is true" {
	damage zst bits
}

@test "xz: whatever bit is flipped, what pxwrite says is true" {
	damage xz bits
}

@test "bzip2: whatever bit is flipped, what pxwrite says is true" {
	damage bz2 bits
}

@test "lz4: whatever bit is flipped, what pxwrite says is true" {
	damage lz4 bits
}

@test "lzip: whatever bit is flipped, what pxwrite says is true" {
	damage lz bits
}

@test "wherever an image is cut, pxwrite refuses it" {
	for suffix in gz zst xz bz2 lz4 lz lzma legacy; do
		echo "# $suffix"
		damage "$suffix" cuts
	done
}

@test "with a hash, whatever bit is flipped in whatever format, what pxwrite says is true" {
	for suffix in gz zst xz bz2 lz4 lz lzma legacy; do
		echo "# $suffix"
		damage "$suffix" bits -H "sha256:$(sha256_of "$IMAGES/small")"
	done
}

@test "zstd frames with windows of any size come out as they went in" {
	need zstd
	run "$PX_TOP/tests/write/zstd_windows.py" "$PX_BUSYBOX" "$BATS_TEST_TMPDIR" 8
	echo "$output"
	[ "$status" -eq 0 ]
}

unsummed() {
	run pxwrite -f disk <"$IMAGES/img.$1"
	written "$IMAGES/img" disk
	{ cat "$IMAGES/img.$1"; echo; } >packed
	run pxwrite -f disk <packed
	no_boot disk 9
	{ cat "$IMAGES/img.$1"; head -c 700 /dev/zero; } >packed
	run pxwrite -f disk <packed
	written "$IMAGES/img" disk
}

@test ".lzma and legacy lz4, which have no checksum, are decoded" {
	unsummed lzma
	unsummed legacy
}

@test ".lzma with its size in the header and .lzma with a mark of its end are decoded, and refused when cut" {
	python3 - "$IMAGES/img" <<-'PY'
		import lzma, struct, sys
		img = open(sys.argv[1], "rb").read()
		f = [dict(id=lzma.FILTER_LZMA1, dict_size=1 << 20)]
		marked = lzma.compress(img, lzma.FORMAT_ALONE, filters=f)
		sized = marked[:5] + struct.pack("<Q", len(img)) + marked[13:]
		for name, z in (("marked", marked), ("sized", sized)):
		    open(name, "wb").write(z)
		    open(name + ".cut", "wb").write(z[:-1000])
	PY
	for name in marked sized; do
		junk disk 6M
		run pxwrite -f disk <$name
		written "$IMAGES/img" disk
		run pxwrite -f disk <$name.cut
		no_boot disk 9
		[[ $output = *"lzma: cut short"* ]]
	done
}

@test "a legacy lz4 image whose last block is full needs its size or hash: a next block may be missing" {
	image whole 16M
	lz4 -q -l whole whole.lz4
	truncate -s 24M disk
	run pxwrite -f disk <whole.lz4
	no_boot disk 9
	[[ $output = *"give the decoded image's size (-s) or hash (-H)"* ]]
	run pxwrite -f -s 16M disk <whole.lz4
	written whole disk
	run pxwrite -f -s 24M disk <whole.lz4
	no_boot disk 9
	# two frames, one after the other
	image small 1000448
	lz4 -q -l small small.lz4
	cat whole small >both
	cat whole.lz4 small.lz4 >both.lz4
	run pxwrite -f disk <both.lz4
	written both disk
}

@test "a pzstd image whose last frame, or one in between, never comes is refused" {
	need pzstd
	image big 40M
	python3 -c 'f = open("big", "r+b")
for i in range(40): # frames of different lengths
	f.seek(i << 20 | 4096); f.write(bytes(i * 20000))'
	pzstd -q -p 2 -1 big -o big.zst
	truncate -s 48M disk
	run pxwrite -f disk <big.zst
	written big disk
	python3 - <<-'PY'
		import struct
		z, at, frames = open("big.zst", "rb").read(), 0, []
		while at < len(z):
		    magic, four, n = struct.unpack("<III", z[at:at + 12])
		    assert (magic, four) == (0x184d2a50, 4)
		    frames.append((z[at:at + 12], z[at + 12:at + 12 + n]))
		    at += 12 + n
		assert len(frames) > 3
		every = [part for f in frames for part in f]
		for name, left_out in (("last", -1), ("between", 3)):
		    part = list(every)
		    del part[left_out]
		    open(name, "wb").write(b"".join(part))
		# the announcement of one frame, then another frame
		part = list(every)
		del part[3:5]
		open("other", "wb").write(b"".join(part))
		open("zeros", "wb").write(b"".join(every[:-1]) + bytes(512))
	PY
	for name in last between other zeros; do
		run pxwrite -f disk <$name
		no_boot disk 9
		[[ $output = *"announced"* ]]
	done
}

@test "a skippable frame of four bytes that announces nothing is passed over" {
	{ printf 'P*M\x18\4\0\0\0\0\0\0\0'; cat "$IMAGES/img.zst"; printf 'P*M\x18\4\0\0\0\1\0\0\0'; } >packed
	run pxwrite -f disk <packed
	written "$IMAGES/img" disk
}

@test "a BGZF file without the empty block that ends it is refused, one with it is written" {
	python3 - "$IMAGES/img" <<-'PY'
		import struct, sys, zlib
		img = open(sys.argv[1], "rb").read()
		def block(data):
		    c = zlib.compressobj(1, zlib.DEFLATED, -15)
		    z = c.compress(data) + c.flush()
		    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(z) + 25) + z
		            + struct.pack("<II", zlib.crc32(data), len(data)))
		blocks = [block(img[i:i + 65280]) for i in range(0, len(img), 65280)]
		open("whole", "wb").write(b"".join(blocks) + block(b""))
		open("cut", "wb").write(b"".join(blocks))
	PY
	run pxwrite -f disk <whole
	written "$IMAGES/img" disk
	run pxwrite -f disk <cut
	no_boot disk 9
	[[ $output = *"the empty block that ends a BGZF file is missing"* ]]
}
