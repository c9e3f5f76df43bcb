/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lz4 (frame format 1.6) with liblz4: all frames, skippable ones too; checksums are checked where a frame has them.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_LZ4) += lz4.o

#include "libbb.h"
#include <lz4frame.h>
#include "decode/decode.h"

enum { FRAME_MAGIC = 0x184d2204, SKIPPABLE_MAGIC = 0x184d2a50 };

enum { CONTENT_CHECKSUM = 1 << 2 }; /* in the byte behind the magic; those of blocks cover packed bytes only */

enum {
	IN_BYTES = 256 * 1024,
	MOST_BYTES = 9 << 20, /* what liblz4 takes for the largest blocks (4 MiB) */
};

struct lz4_stream {
	struct px_stream s;
	struct px_decode_options options;
	LZ4F_dctx *z;
	size_t in_pos, in_len;
	size_t more;           /* 0: between frames */
	smallint full;         /* the last call filled its output: there may be more without more input */
	uint8_t in[IN_BYTES];
};

/* Between frames. 1: one begins; 0: the end; -1 */
static int begin_frame(struct lz4_stream *z)
{
	ssize_t n = px_decode_need(&z->s, z->in, sizeof(z->in), z->in + z->in_pos, z->in_len - z->in_pos, 5);

	if (n < 0)
		return -1;
	z->in_pos = 0;
	z->in_len = n;
	if (n >= 5 && get_unaligned_le32(z->in) == FRAME_MAGIC && !(z->in[4] & CONTENT_CHECKSUM))
		px_decode_unsealed(&z->options);
	if (n >= 4 && (get_unaligned_le32(z->in) == FRAME_MAGIC
			|| (get_unaligned_le32(z->in) & ~15) == SKIPPABLE_MAGIC))
		return 1;
	n = px_decode_tail(&z->s, &z->options, "lz4", z->in, n, 0);
	z->in_len = 0;
	return n;
}

/* 1: there is input or output to come; 0: upstream's end; -1 */
static int fill(struct lz4_stream *z)
{
	ssize_t n;

	if (!z->more)
		return begin_frame(z);
	if (z->in_pos < z->in_len || z->full)
		return 1;
	n = px_stream_pull(&z->s, z->in, sizeof(z->in));
	if (n < 0)
		return -1;
	z->in_pos = 0;
	z->in_len = n;
	if (n == 0)
		return px_stream_fail(&z->s, PX_DATA, "lz4: cut short: the input ends within a frame");
	return 1;
}

/* One call of liblz4: bytes written to buf (perhaps 0), -1 */
static ssize_t decode(struct lz4_stream *z, void *buf, size_t len_bytes)
{
	size_t got = len_bytes, used = z->in_len - z->in_pos;

	z->more = LZ4F_decompress(z->z, buf, &got, z->in + z->in_pos, &used, NULL);
	if (LZ4F_isError(z->more))
		return px_stream_fail(&z->s, PX_DATA, "lz4: damaged: %s",
				LZ4F_getErrorName(z->more));
	z->in_pos += used;
	z->full = z->more && got == len_bytes;
	return got;
}

static ssize_t FAST_FUNC lz4_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct lz4_stream *z = (struct lz4_stream *)s;
	ssize_t n;

	do {
		n = fill(z);
		if (n > 0)
			n = decode(z, buf, len_bytes);
		else
			return n;
	} while (n == 0);
	return n;
}

static void FAST_FUNC lz4_close(struct px_stream *s)
{
	LZ4F_freeDecompressionContext(((struct lz4_stream *)s)->z);
}

static int FAST_FUNC lz4_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 4 && get_unaligned_le32(head) == FRAME_MAGIC;
}

static struct px_stream* FAST_FUNC lz4_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct lz4_stream *z = xzalloc(sizeof(*z));

	z->s.read = lz4_read;
	z->s.close = lz4_close;
	z->s.upstream = upstream;
	z->options = *options;
	if (options->memory_bytes < MOST_BYTES)
		px_stream_fail(&z->s, PX_RESOURCE, "lz4: may need 9 MiB of memory (see -m)");
	else if (LZ4F_isError(LZ4F_createDecompressionContext(&z->z, LZ4F_VERSION)))
		px_stream_fail(&z->s, PX_RESOURCE, "lz4: out of memory");
	return &z->s;
}

PX_DECODER(lz4) = { "lz4", lz4_probe, lz4_open };
