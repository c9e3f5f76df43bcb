# SPDX-License-Identifier: GPL-2.0-or-later
# Which proof is enough: the packed file's SHA-256 (-P; pxfetch checks it) with checksums of the format's own, else the
# image's.
load ../px
load ../write/write

setup_file() {
	export IMAGES=$BATS_FILE_TMPDIR
	cd "$IMAGES"
	image img 2500500
	compress_all img
	# what carries no checksum of all of it
	zstd -qf --no-check img -o img.nocheck.zst
	xz -c --check=none img >img.none.xz
	lz4 -qf --no-frame-crc img img.nocrc.lz4
	image other 2500500
	printf x | dd of=other bs=1 seek=700000 conv=notrunc status=none
}

setup() {
	px_install pxfetch pxwrite
	cd "$BATS_TEST_TMPDIR"
	junk disk 6M
	RIGHT=$(sha256_of "$IMAGES/img")
	WRONG=$(sha256_of "$IMAGES/other")
}

teardown() {
	[ -z "${SERVER:-}" ] || stop "$SERVER"
}

# source_proven FILE OPTION...: FILE to disk, and whoever fetched it says that it was right
source_proven() {
	local file=$1
	shift
	run bash -c 'file=$1; shift; pxwrite -f -P -c 4 -p 5 "$@" disk <"$file" 4< <(echo commit) 5>progress' - "$file" "$@"
	echo "$output"
}

# proven_by KEYWORD IMAGE: it is on the disk, and pxwrite says what has proven it
proven_by() {
	written "$2" disk
	grep -qx "proof=$1" progress
}

@test "where the file was right and has checksums of its own, the hash of the image is not computed, but with -w" {
	for suffix in gz zst xz bz2 lz4 lz; do
		echo "# $suffix"
		source_proven "$IMAGES/img.$suffix" -H "$WRONG"
		proven_by source "$IMAGES/img"
		source_proven "$IMAGES/img.$suffix" -H "$WRONG" -w
		no_boot disk 9
		source_proven "$IMAGES/img.$suffix" -H "$RIGHT" -w
		proven_by sha256 "$IMAGES/img"
	done
}

@test "where it has none, the hash of the image proves it, or says that it is another one" {
	for name in img img.lzma img.legacy img.nocheck.zst img.none.xz img.nocrc.lz4; do
		echo "# $name"
		source_proven "$IMAGES/$name" -H "$WRONG"
		no_boot disk 9
		[[ $output == *"the image: wrong SHA-256"* ]]
		source_proven "$IMAGES/$name" -H "$RIGHT"
		proven_by sha256 "$IMAGES/img"
		source_proven "$IMAGES/$name"
		proven_by file "$IMAGES/img"
	done
}

# later PACKED WITHOUT: a member with a checksum, then one without
later() {
	cat "$1" "$2" >packed
	cat "$IMAGES/img" "$IMAGES/img" >both
	source_proven packed -H "$(sha256_of both)"
	proven_by sha256 both
	source_proven packed -H "$RIGHT"
	no_boot disk 9
	source_proven packed
	proven_by file both
}

@test "a member without a checksum that comes later has the whole image hashed, as it lies on the disk" {
	later "$IMAGES/img.zst" "$IMAGES/img.nocheck.zst"
	later "$IMAGES/img.xz" "$IMAGES/img.none.xz"
	later "$IMAGES/img.lz4" "$IMAGES/img.nocrc.lz4"
	# -V: nothing else is read back
	source_proven packed -V -H "$RIGHT"
	no_boot disk 9
}

@test "a small frame without a checksum among such that are decoded side by side is noticed" {
	need strace
	python3 - "$IMAGES/img" <<'PY'
import subprocess, sys
data, step = open(sys.argv[1], 'rb').read(), 500100
with open('packed', 'wb') as out:
    for n in range(5):
        piece = data[n * step:(n + 1) * step]
        open('piece', 'wb').write(piece)
        out.write(subprocess.run(['zstd', '-qc', '--no-check' if n == 3 else '--check', 'piece'], capture_output=True).stdout)
PY
	FOUR=$PX_TOP/tests/write/four_processors
	for hash in "$WRONG" "$RIGHT"; do
		run bash -c '"$1" pxwrite -f -P -c 4 -p 5 -H "$2" disk <packed 4< <(echo commit) 5>progress' - "$FOUR" "$hash"
		echo "$output"
		[ "$hash" = "$RIGHT" ] || no_boot disk 9
	done
	proven_by sha256 "$IMAGES/img"
}

@test "the file's own checksums are part of that proof: they are checked" {
	for suffix in gz zst lz4; do
		cp "$IMAGES/img.$suffix" bad
		# in gzip the length comes last, four bytes
		at=$(($(stat -c %s bad) - $([ $suffix = gz ] && echo 5 || echo 1)))
		python3 -c 'import sys
b = bytearray(open("bad", "rb").read()); b[int(sys.argv[1])] ^= 1; open("bad", "wb").write(b)' "$at"
		source_proven bad -H "$RIGHT"
		no_boot disk 9
	done
}

@test "a right file that becomes another size is 9" {
	for suffix in gz zst xz; do
		for size in 2500499 2500501 2500000 4M; do
			source_proven "$IMAGES/img.$suffix" -s "$size" -H "$RIGHT"
			no_boot disk 9
		done
	done
}

@test "a map that is vouched for is enough, and -w has the hash computed, too" {
	python3 - "$IMAGES/img" <<'PY'
import hashlib, sys
data = open(sys.argv[1], 'rb').read()
blocks = -(-len(data) // 4096)
text = (f'<bmap version="2.0"><ImageSize>{len(data)}</ImageSize><BlockSize>4096</BlockSize><BlocksCount>{blocks}</BlocksCount>'
        f'<MappedBlocksCount>{blocks}</MappedBlocksCount><ChecksumType>sha256</ChecksumType><BmapFileChecksum>%s'
        f'</BmapFileChecksum><BlockMap><Range chksum="{hashlib.sha256(data).hexdigest()}">0-{blocks - 1}</Range></BlockMap></bmap>')
open('bmap', 'w').write(text % hashlib.sha256((text % ('0' * 64)).encode()).hexdigest())
PY
	run pxwrite -f -b bmap -B -H "$WRONG" -p 5 -i "$IMAGES/img.nocheck.zst" disk 5>progress
	echo "$output"
	proven_by map "$IMAGES/img"
	run pxwrite -f -b bmap -B -H "$WRONG" -w -i "$IMAGES/img.nocheck.zst" disk
	no_boot disk 9
	run pxwrite -f -b bmap -p 5 -i "$IMAGES/img.nocheck.zst" disk 5>progress
	proven_by ranges "$IMAGES/img"
}

@test "what else there is to prove an image is said as it is" {
	run pxwrite -f -p 5 -i "$IMAGES/img.gz" disk 5>progress
	proven_by format "$IMAGES/img"
	[[ $output == *"the image was proven by nothing but the checksums in the file"* ]]
	run pxwrite -f -s 2500500 -p 5 -i "$IMAGES/img.nocheck.zst" disk 5>progress
	proven_by size "$IMAGES/img"
	run pxwrite -f -p 5 -i "$IMAGES/img.nocheck.zst" disk 5>progress
	proven_by none "$IMAGES/img"
	run pxwrite -f -H "$RIGHT" -p 5 -i "$IMAGES/img.gz" disk 5>progress
	proven_by sha256 "$IMAGES/img"
}

@test "nothing boots before the word that the file was right has come, and -P without -c is a usage error" {
	run bash -c 'pxwrite -f -P -c 4 disk <"$1" 4</dev/null' - "$IMAGES/img.zst"
	no_boot disk 4
	junk disk 6M
	before=$(sha256_of disk)
	run pxwrite -f -P -i "$IMAGES/img.zst" disk
	untouched disk "$before" 2
}

# fetched HASH PATH...: these mirrors of img.zst, which has that SHA-256, to the disk, as pximenu has it done
fetched() {
	local hash=$1 urls=()
	shift
	for path; do
		urls+=("http://127.0.0.1:$(cat port)/$path")
	done
	mkfifo word
	run bash -c 'hash=$1 right=$2; shift 2
		{ pxfetch -q -t 1 -j -O - -H "$hash" "$@"; rc=$?; [ $rc != 0 ] || echo commit >word; echo "pxfetch: $rc" >&2; } |
		pxwrite -f -P -c 4 -p 5 -H "$right" disk 4<>word 5>progress 6>&-' - "$hash" "$RIGHT" "${urls[@]}"
	echo "$output"
	rm word
}

@test "parts of several mirrors are joined and proven; a mirror with another file of the same size is found out" {
	need python3
	SUM=$(sha256_of "$IMAGES/img.zst")
	cp "$IMAGES/img.zst" other.zst
	# as long, and a good zstd file: a bit differs, in a block that does not compress, and in the checksum
	zstd -qf "$IMAGES/other" -o other.zst
	[ "$(stat -c %s other.zst)" = "$(stat -c %s "$IMAGES/img.zst")" ]
	python3 "$PX_TOP/tests/write/mirrors.py" "$IMAGES/img.zst" other.zst >port 2>requests 3>&- &
	SERVER=$!
	wait_for 10 test -s port
	fetched "$SUM" half whole
	proven_by source "$IMAGES/img"
	# the second was asked for the rest only
	[ "$(awk '$1 == "/whole" { print ($2 > 0) }' requests)" = 1 ]
	for mirrors in "half other" "other" "other whole"; do
		# two words, or one
		fetched "$SUM" $mirrors
		[[ $output == *"pxfetch: 9"* ]]
		[ "$status" -ne 0 ]
		cmp -n 4096 disk /dev/zero
	done
	fetched "$WRONG" whole
	[[ $output == *"pxfetch: 9"* ]]
	cmp -n 4096 disk /dev/zero
}
