# SPDX-License-Identifier: GPL-2.0-or-later
# For the tests of pxwrite: images and disks made by command, and what a disk must look like afterwards.
#
#	load ../px
#	load ../write/write

# junk FILE SIZE: a file of bytes that are no zeros and do not compress, the same in every run
junk() {
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(7).randbytes(int(sys.argv[1])))' \
		"$(numfmt --from=iec "$2")" >"$1"
}

# image FILE SIZE: an image that looks like a disk: a boot sector, data, a MiB or more of zeros, data up to the last
# byte
image() {
	local bytes
	bytes=$(numfmt --from=iec "$2")
	python3 - "$1" "$bytes" <<'PY'
import random, sys
path, size = sys.argv[1], int(sys.argv[2])
image = bytearray(random.Random(1).randbytes(size))
image[446:510] = bytes(64)
image[510:512] = b'\x55\xaa'
image[size // 3:size * 2 // 3] = bytes(size * 2 // 3 - size // 3)
open(path, 'wb').write(image)
PY
}

# gpt_image FILE SIZE [SECTOR]: with two partitions, the last up to the end (sectors other than 512 need root: a loop
# device)
gpt_image() {
	local target=$1 loop=
	truncate -s "$2" "$1"
	if [ "${3:-512}" != 512 ]; then
		loop=$(losetup -f --show -b "$3" "$1")
		target=$loop
	fi
	printf 'label: gpt\nlabel-id: 11111111-2222-3333-4444-555555555555\n,1M,U\n,\n' | sfdisk -q "$target"
	if [ -n "$loop" ]; then
		losetup -d "$loop"
	fi
	printf 'first partition' | dd of="$1" bs=1M seek=1 conv=notrunc status=none
	printf 'last partition' | dd of="$1" bs=1M seek=2 conv=notrunc status=none
}

# compress_all FILE: FILE.gz .zst .xz .bz2 .lz4 .legacy (lz4 -l) .lzma .lz
compress_all() {
	gzip -kf "$1"
	zstd -qf "$1"
	xz -kf "$1"
	bzip2 -kf "$1"
	lz4 -qf "$1" "$1.lz4"
	lz4 -qlf "$1" "$1.legacy"
	xz -c --format=lzma "$1" >"$1.lzma"
	lzip_file "$1"
}

# lzip_file FILE: FILE.lz, as lzip would make it: LZMA with lc 3, lp 0, pb 2 and a mark of its end, between header and
# trailer
lzip_file() {
	python3 - "$1" <<'PY'
import lzma, struct, sys, zlib
data = open(sys.argv[1], 'rb').read()
z = lzma.compress(data, lzma.FORMAT_RAW, filters=[dict(id=lzma.FILTER_LZMA1, dict_size=1 << 20, lc=3, lp=0, pb=2)])
open(sys.argv[1] + '.lz', 'wb').write(b'LZIP\1\x14' + z + struct.pack('<IQQ', zlib.crc32(data), len(data), len(z) + 26))
PY
}

sha256_of() {
	local sum
	sum=$(sha256sum "$1")
	echo "${sum%% *}"
}

# loop_disk FILE [SECTOR]: sets $LOOP; loop_gone in teardown
loop_disk() {
	LOOP=$(losetup -f --show -b "${2:-512}" "$1")
	LOOPS="${LOOPS:-} $LOOP"
}

loop_gone() {
	local l
	for l in ${LOOPS:-}; do
		losetup -d "$l" || true
	done
}

last_line() {
	echo "${lines[-1]}"
}

# written IMAGE DISK: the last message says so, and the disk begins with the image (and zeros up to the sector's end)
written() {
	local bytes
	[ "$status" -eq 0 ]
	[ "$(last_line)" = "pxwrite: $2: disk written and verified" ]
	bytes=$(stat -c %s "$1")
	cmp -n "$bytes" "$1" "$2"
}

# untouched DISK SHA256 EXIT: nothing has changed, and the last message says so
untouched() {
	[ "$status" -eq "$3" ]
	[ "$(last_line)" = "pxwrite: $1: disk untouched" ]
	[ "$(sha256_of "$1")" = "$2" ]
}

# no_boot DISK EXIT: no boot sector, no table, and the last message says so
no_boot() {
	[ "$status" -eq "$2" ]
	[ "$(last_line)" = "pxwrite: $1: disk does not boot" ]
	cmp -n 4096 "$1" /dev/zero
}
