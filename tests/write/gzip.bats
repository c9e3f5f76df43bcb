# SPDX-License-Identifier: GPL-2.0-or-later
# gzip has two decoders: ISA-L where the processor can, else (or where -m leaves no room) zlib. Both say the same.
load ../px
load ../write/write

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	python3 - <<'PY'
import random, struct, zlib
r = random.Random(1)
data = bytearray(r.randbytes(20000)) + bytes(30000) + b"hello world " * 3000 + r.randbytes(5000)
data[446:512] = bytes(64) + b"\x55\xaa"
open("img", "wb").write(data)

def member(data, flags=0, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    c = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    head = bytes((31, 139, 8, flags, 0, 0, 0, 0, 0, 3))
    if flags & 4:
        extra = b"AB\3\0xyz" + b"CD\x50\0" + bytes(80)
        head += struct.pack("<H", len(extra)) + extra
    head += (b"name\0" if flags & 8 else b"") + (b"a comment\0" if flags & 16 else b"")
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xffff)
    return head + c.compress(data) + c.flush() + struct.pack("<II", zlib.crc32(data), len(data))

half = len(data) // 2
open("fast.gz", "wb").write(member(data, level=1))
open("best.gz", "wb").write(member(data, level=9))
open("heads.gz", "wb").write(member(data[:half], 0x1e) + member(data[half:], strategy=zlib.Z_FIXED))
open("stored.gz", "wb").write(member(data, level=0) + member(b""))
PY
	PX_TEST_IMAGES=$PWD
	export PX_TEST_IMAGES
}

setup() {
	px_install pxwrite
	cd "$PX_TEST_IMAGES"
}

@test "600 damaged files have the same verdict of both decoders" {
	run "$PX_TOP/tests/write/gzip_damage.py" pxwrite fast.gz best.gz heads.gz stored.gz
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == "604 files, "*" refused, 0 differences" ]]
}

@test "a processor without the instructions decodes with zlib" {
	not_under "a sanitizer's shadow is too large for qemu-user, and 32 bits have no ISA-L" address thread m32
	need qemu-x86_64
	[ "$(uname -m)" = x86_64 ] || skip "ISA-L is for x86-64"
	grep -q "^CONFIG_PX_GZIP_ISAL=y" "$PX_TOP/.config" || skip "built without ISA-L (PX_GZIP_ISAL)"
	for without in '' ,-pclmulqdq ,-sse4.2; do
		# each instruction that is translated, once
		qemu-x86_64 -d in_asm -D "$BATS_TEST_TMPDIR/asm" -cpu "max$without" "$PX_BUSYBOX" pxwrite -q - <best.gz \
			>"$BATS_TEST_TMPDIR/out"
		cmp "$BATS_TEST_TMPDIR/out" img
		folds=$(grep -c pclmul "$BATS_TEST_TMPDIR/asm" || true)
		echo "$without: $folds"
		if [ -z "$without" ]; then
			[ "$folds" -gt 0 ]
		else
			[ "$folds" -eq 0 ]
		fi
	done
}

# lying FUNCTION: a busybox in which its first instruction is one that no processor has
lying() {
	local address
	address=$(nm "$PX_BUILD/busybox-tree/busybox_unstripped" | awk -v name="$1" '$3 == name { print $1 }')
	[ -n "$address" ]
	cp "$PX_BUSYBOX" "$BATS_TEST_TMPDIR/busybox-lying"
	# a static binary at 4 MiB; ud2
	printf '\017\013' | dd of="$BATS_TEST_TMPDIR/busybox-lying" bs=1 seek=$((0x$address - 0x400000)) conv=notrunc \
		status=none
}

@test "a processor that has not got what it says it has ends pxwrite, and nothing boots" {
	not_under "its functions are not where those of build/busybox are" address thread m32
	need nm
	[ -e "$PX_BUILD/busybox-tree/busybox_unstripped" ] || skip "no build/busybox-tree: make busybox"
	grep -q "^CONFIG_PX_GZIP_ISAL=y" "$PX_TOP/.config" || skip "built without ISA-L (PX_GZIP_ISAL)"
	grep -qw pclmulqdq /proc/cpuinfo || skip "this processor has no pclmulqdq"
	lying crc32_gzip_refl_by8
	cd "$BATS_TEST_TMPDIR"
	junk disk 6M
	before=$(sha256_of disk)
	run ./busybox-lying pxwrite -f -s "$(stat -c %s "$PX_TEST_IMAGES/img")" -i "$PX_TEST_IMAGES/best.gz" disk
	echo "$output"
	[ "$status" -eq 132 ]
	[ "$(sha256_of disk)" = "$before" ] # it ended before the first byte was written
	grep -qw sha_ni /proc/cpuinfo || return 0
	lying hash_blocks
	junk disk 6M
	run ./busybox-lying pxwrite -f -H "$(sha256_of "$PX_TEST_IMAGES/img")" -i "$PX_TEST_IMAGES/img" disk
	echo "$output"
	[ "$status" -eq 132 ]
	cmp -n 4096 disk /dev/zero
}
