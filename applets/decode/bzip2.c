/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bzip2 with libbz2: all streams that follow each other, each block and stream with its CRC.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_BZIP2) += bzip2.o

#include "libbb.h"
#include <bzlib.h>
#include "decode/decode.h"

enum {
	IN_BYTES = 256 * 1024,
	MOST_BYTES = 4 << 20, /* what libbz2 takes for the largest blocks */
};

struct bzip2_stream {
	struct px_stream s;
	struct px_decode_options options;
	bz_stream z;
	smallint started;      /* a stream has begun, its trailer has not been seen */
	char in[IN_BYTES];
};

/* 1: there is input; 0: upstream's end; -1 */
static int fill(struct bzip2_stream *b)
{
	ssize_t n;

	if (b->z.avail_in)
		return 1;
	n = px_stream_pull(&b->s, b->in, sizeof(b->in));
	if (n <= 0)
		return n;
	b->z.next_in = b->in;
	b->z.avail_in = n;
	return 1;
}

static int decode_failed(struct bzip2_stream *b, int code)
{
	switch (code) {
	case BZ_MEM_ERROR:
		return px_stream_fail(&b->s, PX_RESOURCE, "bzip2: out of memory");
	default:
		return px_stream_fail(&b->s, PX_DATA, "bzip2: damaged");
	}
}

/* libbz2 cannot be reset: each stream is a new decoder. 1: one begins; 0: the end; -1 */
static int begin_stream(struct bzip2_stream *b)
{
	ssize_t n = px_decode_need(&b->s, b->in, sizeof(b->in), b->z.next_in, b->z.avail_in, 4);

	if (n < 0)
		return -1;
	b->z.next_in = b->in;
	b->z.avail_in = n;
	if (n < 4 || memcmp(b->in, "BZh", 3) != 0 || b->in[3] < '1' || b->in[3] > '9')
		return px_decode_tail(&b->s, &b->options, "bzip2", b->in, n, 0);
	BZ2_bzDecompressEnd(&b->z);
	n = BZ2_bzDecompressInit(&b->z, 0, 0);
	if (n != BZ_OK)
		return decode_failed(b, n);
	b->started = 1;
	return 1;
}

static ssize_t FAST_FUNC bzip2_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct bzip2_stream *b = (struct bzip2_stream *)s;

	b->z.next_out = buf;
	b->z.avail_out = MIN(len_bytes, INT_MAX);
	do {
		int n = b->started ? fill(b) : begin_stream(b);

		if (n < 0)
			return -1;
		if (n == 0 && b->started)
			return px_stream_fail(s, PX_DATA, "bzip2: cut short: the input ends before the trailer");
		if (n == 0)
			break;
		n = BZ2_bzDecompress(&b->z);
		if (n == BZ_STREAM_END)
			b->started = 0;
		else if (n != BZ_OK)
			return decode_failed(b, n);
	} while (b->z.next_out == buf);
	return b->z.next_out - (char *)buf;
}

static void FAST_FUNC bzip2_close(struct px_stream *s)
{
	BZ2_bzDecompressEnd(&((struct bzip2_stream *)s)->z);
}

static int FAST_FUNC bzip2_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 10 && memcmp(head, "BZh", 3) == 0 && head[3] >= '1' && head[3] <= '9'
		&& (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0    /* a block */
		 || memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);  /* none: the trailer */
}

static struct px_stream* FAST_FUNC bzip2_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct bzip2_stream *b = xzalloc(sizeof(*b));

	b->s.read = bzip2_read;
	b->s.close = bzip2_close;
	b->s.upstream = upstream;
	b->options = *options;
	b->z.next_in = b->in;
	if (options->memory_bytes < MOST_BYTES)
		px_stream_fail(&b->s, PX_RESOURCE, "bzip2: may need 4 MiB of memory (see -m)");
	return &b->s;
}

/* libbz2 built without stdio wants this for what cannot happen */
void bz_internal_error(int code);
void bz_internal_error(int code)
{
	bb_error_msg_and_die("bzip2: internal error %d", code);
}

PX_DECODER(bzip2) = { "bzip2", bzip2_probe, bzip2_open };
