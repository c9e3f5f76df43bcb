/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lz4's legacy frames (lz4 -l; "Legacy frame" in lz4_Frame_format.md) with liblz4: 02 21 4c 18, then blocks, each
 * with its packed size (4 bytes, little-endian) before it. A block becomes 8 MiB, only the last one less.
 *
 * There is no mark of the end and no checksum. A last block of less than 8 MiB is an end all the same; behind one of
 * 8 MiB another may be missing, so then the image's size or hash must be known.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_LZ4) += lz4_legacy.o

#include "libbb.h"
#include <lz4.h>
#include "decode/decode.h"

enum {
	LEGACY_MAGIC = 0x184c2102,
	SIZE_BYTES = 4,
	BLOCK_BYTES = 8 << 20,
	PACKED_BYTES = LZ4_COMPRESSBOUND(BLOCK_BYTES),
	MOST_BYTES = BLOCK_BYTES + PACKED_BYTES + SIZE_BYTES,
};

struct legacy_stream {
	struct px_stream s;
	struct px_decode_options options;
	uint8_t *in;           /* SIZE_BYTES + PACKED_BYTES */
	size_t in_bytes;       /* in it already: the next size, or less at upstream's end */
	uint8_t *block;        /* BLOCK_BYTES */
	size_t block_bytes;    /* of the last one */
	size_t taken_bytes;
	smallint frame;        /* its magic has been seen */
};

/* in_bytes becomes want_bytes, or less at upstream's end: 0, or -1 */
static int need(struct legacy_stream *z, size_t want_bytes)
{
	ssize_t n = px_decode_need(&z->s, z->in, want_bytes, z->in, z->in_bytes, want_bytes);

	if (n < 0)
		return -1;
	z->in_bytes = n;
	return 0;
}

static int cut_short(struct legacy_stream *z)
{
	return px_stream_fail(&z->s, PX_DATA, "lz4 (legacy): cut short: the input ends within a block");
}

/* A next frame begins where a block's size would stand. What is no size either is the tail. 1: a block follows; 0:
 * the end; -1 */
static int begin_block(struct legacy_stream *z)
{
	do {
		if (need(z, SIZE_BYTES) < 0)
			return -1;
		if (z->in_bytes < SIZE_BYTES || get_unaligned_le32(z->in) != LEGACY_MAGIC)
			break;
		z->frame = 1;
		z->in_bytes = 0;
	} while (1);
	if (z->in_bytes == SIZE_BYTES && get_unaligned_le32(z->in) - 1 < PACKED_BYTES)
		return 1;
	if (z->block_bytes == BLOCK_BYTES && !z->options.sized)
		return px_stream_fail(&z->s, PX_DATA, "lz4 (legacy): the format does not say where it ends: give the "
				"decoded image's size (-s) or hash (-H)");
	return px_decode_tail(&z->s, &z->options, "lz4 (legacy)", z->in, z->in_bytes, 0);
}

/* The next block into z->block. 1; 0: the end; -1 */
static int read_block(struct legacy_stream *z)
{
	int n = begin_block(z);
	size_t packed_bytes;

	if (n <= 0)
		return n;
	/* a short block is the last one of its frame: what follows without a frame's beginning was not there when it
	 * was made */
	if (z->block_bytes && z->block_bytes < BLOCK_BYTES && !z->frame)
		return px_stream_fail(&z->s, PX_DATA, "lz4 (legacy): damaged: a block behind the last one");
	packed_bytes = get_unaligned_le32(z->in);
	if (need(z, SIZE_BYTES + packed_bytes) < 0)
		return -1;
	if (z->in_bytes < SIZE_BYTES + packed_bytes)
		return cut_short(z);
	n = LZ4_decompress_safe((char *)z->in + SIZE_BYTES, (char *)z->block, packed_bytes, BLOCK_BYTES);
	if (n <= 0)
		return px_stream_fail(&z->s, PX_DATA, "lz4 (legacy): damaged");
	z->in_bytes = 0;
	z->frame = 0;
	z->block_bytes = n;
	z->taken_bytes = 0;
	return 1;
}

static ssize_t FAST_FUNC legacy_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct legacy_stream *z = (struct legacy_stream *)s;
	size_t bytes;

	if (z->taken_bytes == z->block_bytes) {
		int n = read_block(z);

		if (n <= 0)
			return n;
	}
	bytes = MIN(len_bytes, z->block_bytes - z->taken_bytes);
	memcpy(buf, z->block + z->taken_bytes, bytes);
	z->taken_bytes += bytes;
	return bytes;
}

static void FAST_FUNC legacy_close(struct px_stream *s)
{
	struct legacy_stream *z = (struct legacy_stream *)s;

	free(z->in);
	free(z->block);
}

static int FAST_FUNC legacy_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 4 && get_unaligned_le32(head) == LEGACY_MAGIC;
}

static struct px_stream* FAST_FUNC legacy_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct legacy_stream *z = xzalloc(sizeof(*z));

	z->s.read = legacy_read;
	z->s.close = legacy_close;
	z->s.upstream = upstream;
	z->options = *options;
	px_decode_unsealed(options);
	if (options->memory_bytes < MOST_BYTES) {
		px_stream_fail(&z->s, PX_RESOURCE, "lz4 (legacy): needs 17 MiB of memory (see -m)");
		return &z->s;
	}
	z->in = malloc(SIZE_BYTES + PACKED_BYTES);
	z->block = malloc(BLOCK_BYTES);
	if (!z->in || !z->block)
		px_stream_fail(&z->s, PX_RESOURCE, "lz4 (legacy): out of memory");
	return &z->s;
}

PX_DECODER(lz4_legacy) = { "lz4 (legacy)", legacy_probe, legacy_open };
