/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formats with a short magic. See probe_weak.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += probe_weak.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/probe_weak.h"

enum { HEAD_BYTES = 64 };

/* compress(1): 1f 9d, then the most bits of a code, 9 to 16, and bit 7 for block mode; then the codes, of 9 bits at the
 * beginning, the lowest first. The first one is a byte; each one more may name one string more, which begin at 257 in
 * block mode. */
static int is_compress(const uint8_t *h)
{
	unsigned bits = h[2] & 0x7f, n;

	if (h[0] != 0x1f || h[1] != 0x9d || bits < 9 || bits > 16)
		return 0;
	for (n = 0; n < 16; n++) {
		unsigned code = px_le32(h + 3 + n * 9 / 8) >> n * 9 % 8 & 0x1ff;

		if (code > (n ? 256 + n : 255))
			return 0;
	}
	return 1;
}

/* pack(1): 1f 1e, the size unpacked in 4 bytes (big-endian), how many levels the tree has, at most 24, and how many
 * leaves each level: on the first one 2 at most, on the second one 4. */
static int is_pack(const uint8_t *h)
{
	return h[0] == 0x1f && h[1] == 0x1e && (h[2] | h[3] | h[4] | h[5])
		&& h[6] >= 1 && h[6] <= 24 && h[7] <= 2 && (h[6] == 1 || h[8] <= 4);
}

/* RFC 1952, 2.3.1: deflate, the three upper flags are 0, what the compressor says of itself is 0, 2 or 4, and the
 * system it ran on has a number up to 19, or 255. */
static int is_gzip(const uint8_t *h)
{
	return h[0] == 0x1f && h[1] == 0x8b && h[2] == 8 && !(h[3] & 0xe0) && (h[8] == 0 || h[8] == 2 || h[8] == 4)
		&& (h[9] <= 19 || h[9] == 255);
}

/* cpio(5), old binary: 13 numbers of 16 bits: the magic 070707, device, inode, mode, uid, gid, links, rdev, time (2),
 * size of the name (with the NUL that ends it), size of the file (2); then the name. The upper 4 bits of the mode are
 * the kind of file. */
static int is_cpio(const uint8_t *h, size_t head_bytes)
{
	static const unsigned kinds = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12;
	unsigned little = h[0] == 0xc7 && h[1] == 0x71;
	unsigned mode = little ? h[7] << 8 | h[6] : h[6] << 8 | h[7];
	unsigned name_bytes = little ? h[21] << 8 | h[20] : h[20] << 8 | h[21];

	if (!little && (h[0] != 0x71 || h[1] != 0xc7))
		return 0;
	return (kinds >> (mode >> 12) & 1) && name_bytes >= 2 && name_bytes <= 1024 && 26 + name_bytes <= head_bytes
		&& memchr(h + 26, 0, name_bytes) == h + 26 + name_bytes - 1;
}

/* "-lh5-", from the third byte on, and a header's level (0 to 3) at 20 */
static int is_lha(const uint8_t *h)
{
	return memcmp(h + 2, "-lh", 3) == 0 && (isdigit(h[5]) || h[5] == 'd') && h[6] == '-' && h[20] <= 3;
}

/* RFC 4880 and 6637. A session key (5.1): version 3, 8 bytes of key id, the algorithm: 18 is ECDH. A key from a
 * password (5.3): version 4, a cipher (1 to 13), how it is made: 3, iterated, a hash (1 to 14). */
static int is_gpg(const uint8_t *h)
{
	if (h[0] == 0x84 && h[1] == 0x5e && h[2] == 3)
		return h[11] == 18;
	return (h[0] == 0x8c || h[0] == 0xc3) && h[1] == 13 && h[2] == 4
		&& h[3] >= 1 && h[3] <= 13 && h[4] == 3 && h[5] >= 1 && h[5] <= 14;
}

/* RFC 4880, 5.6, compressed data of unknown length: by deflate (1), whose first block is the last, stored, with its
 * length and the complement of that (RFC 1951, 3.2.4); or by zlib (2; RFC 1950: 78, and the first two bytes are a
 * multiple of 31). */
static int is_signed(const uint8_t *h)
{
	if (h[0] != 0xa3)
		return 0;
	if (h[1] == 1)
		return h[2] == 1 && (h[3] ^ h[5]) == 0xff && (h[4] ^ h[6]) == 0xff;
	return h[1] == 2 && h[2] == 0x78 && (h[2] << 8 | h[3]) % 31 == 0 && !(h[3] & 0x20) && (h[4] & 6) != 6;
}

/* JPEG (ITU T.81, B.1.1): begin, and the first segment: of an application (e0 to ef), tables (db, c4), a comment (fe),
 * with its length, which no program makes longer than 4 KiB but for thumbnails and profiles (e1, e2). */
static int is_picture(const uint8_t *h)
{
	unsigned len = h[4] << 8 | h[5];

	if (h[0] != 0xff || h[1] != 0xd8 || h[2] != 0xff || len < 2)
		return 0;
	if (h[3] == 0xe1)
		return memcmp(h + 6, "Exif", 4) == 0 || memcmp(h + 6, "http", 4) == 0;
	return ((h[3] & 0xf0) == 0xe0 || h[3] == 0xdb || h[3] == 0xc4 || h[3] == 0xfe) && len <= 4096;
}

/* A byte order mark, and 8 letters that ASCII has. */
static int is_text(const uint8_t *h)
{
	unsigned little = h[0] == 0xff && h[1] == 0xfe, i;

	if (!little && (h[0] != 0xfe || h[1] != 0xff))
		return 0;
	for (i = 2; i < 18; i += 2) {
		uint8_t low = h[little ? i : i + 1], high = h[little ? i + 1 : i];

		if (high || low >= 0x7f || (low < ' ' && low != '\n' && low != '\r' && low != '\t'))
			return 0;
	}
	return 1;
}

enum px_weak FAST_FUNC px_probe_weak(const uint8_t *head, size_t head_bytes)
{
	static int (*const is[])(const uint8_t *) = {
		[PX_WEAK_COMPRESS] = is_compress,
		[PX_WEAK_PACK] = is_pack,
		[PX_WEAK_GZIP] = is_gzip,
		[PX_WEAK_LHA] = is_lha,
		[PX_WEAK_GPG] = is_gpg,
		[PX_WEAK_SIGNED] = is_signed,
		[PX_WEAK_PICTURE] = is_picture,
		[PX_WEAK_TEXT] = is_text,
	};
	unsigned i;

	if (head_bytes < HEAD_BYTES)
		return PX_WEAK_NONE;
	for (i = 0; i < ARRAY_SIZE(is); i++)
		if (is[i] && is[i](head))
			return i;
	return is_cpio(head, head_bytes) ? PX_WEAK_CPIO : PX_WEAK_NONE;
}
