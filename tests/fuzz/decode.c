/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoders behind the stream, fed with hostile bytes in pieces of odd sizes. The first byte says how: whether the
 * format's own sums are checked and what lies behind the end is refused, how much is read at once. Whatever the pieces,
 * the outcome must be the same; and once more with the promises of decode.h, where nothing may be read or written that
 * is not the decoder's.
 */
//fuzz-sources: decode/gzip.c decode/igzip.c decode/zstd.c decode/zstd_frames.c lib/ring.c
//fuzz-sources: decode/xz.c decode/bzip2.c decode/lz4.c decode/lz4_legacy.c decode/decode.c lib/stream.c lib/zero.c
//fuzz-libs: z isal zstd lzma bz2 lz4
#include "libbb.h"
#include "decode/decode.h"

enum {
	MEMORY_BYTES = 20 << 20,
	MOST_BYTES = 4 << 20,   /* a bomb is cut off there */
};

struct piece_stream {
	struct px_stream s;
	const uint8_t *data;
	size_t left, most;
};

struct outcome {
	enum px_status status;
	uint64_t sum;
	size_t bytes;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t FAST_FUNC piece_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct piece_stream *p = (struct piece_stream *)s;
	size_t n = MIN(MIN(p->left, p->most), len_bytes);

	memcpy(buf, p->data, n);
	p->data += n;
	p->left -= n;
	return n;
}

static struct px_stream *piece_open(const uint8_t *data, size_t size, size_t most)
{
	struct piece_stream *p = xzalloc(sizeof(*p));

	p->s.read = piece_read;
	p->data = data;
	p->left = size;
	p->most = most;
	return &p->s;
}

/* Ends and failures are for ever. */
static void check_end(struct px_stream *s, ssize_t n)
{
	char c;

	if (px_stream_read(s, &c, 1) != n || (n == 0) != (s->status == PX_OK))
		abort();
}

static struct outcome decode_within(const struct px_decoder *d, const uint8_t *data, size_t size, int hashed, size_t in,
		size_t out, size_t memory_bytes)
{
	struct px_decode_options options = { .memory_bytes = memory_bytes, .hashed = hashed, .sized = hashed,
		.proven = hashed };
	struct px_stream *s = d->open(piece_open(data, size, in), &options);
	struct outcome o = { PX_OK, 1, 0 };
	uint8_t *buf = malloc(out);
	ssize_t n, i;

	while ((n = px_stream_read(s, buf, out)) > 0 && o.bytes < MOST_BYTES) {
		for (i = 0; i < n && o.bytes < MOST_BYTES; i++, o.bytes++)
			o.sum = (o.sum ^ buf[i]) * 0x100000001b3ULL;
	}
	if (n <= 0)
		check_end(s, n);
	o.status = s->status;
	if (o.bytes == MOST_BYTES)
		o.status = PX_OK; /* not read to the end: what comes behind it is not compared */
	px_stream_close(s);
	free(buf);
	return o;
}

static struct outcome decode(const struct px_decoder *d, const uint8_t *data, size_t size, int hashed, size_t in,
		size_t out)
{
	return decode_within(d, data, size, hashed, in, out, MEMORY_BYTES);
}

static void compare(struct outcome a, struct outcome b)
{
	if (a.status != b.status || (a.status == PX_OK && (a.sum != b.sum || a.bytes != b.bytes)))
		abort();
}

/* Into one buffer that is filled over and over, as a ring is. What a damaged frame gives when it looks back too far
 * depends on what lies there: the outcome is not compared. */
static void decode_direct(const struct px_decoder *d, const uint8_t *data, size_t size, size_t piece)
{
	struct px_decode_options options = { .memory_bytes = MEMORY_BYTES, .history_bytes = 256 << 10,
		.slack_bytes = 128 << 10 };
	size_t ring_bytes = options.history_bytes + piece, at = 0, bytes = 0;
	struct px_stream *s = d->open(piece_open(data, size, 4096), &options);
	uint8_t *ring = malloc(ring_bytes + options.slack_bytes);
	ssize_t n;

	while ((n = px_stream_read(s, ring + at, MIN(piece, ring_bytes - at))) > 0 && bytes < MOST_BYTES) {
		at = (at + n) % ring_bytes;
		bytes += n;
	}
	px_stream_close(s);
	free(ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 7, 4096, 1 << 20 };
	const struct px_decoder *d;
	struct outcome a, b;
	uint8_t how;

	if (size < 2)
		return 0;
	how = *data++;
	d = px_decoder_find(data, --size);
	if (!d)
		return 0;
	a = decode(d, data, size, how & 1, 1 << 20, 1 << 16);
	b = decode(d, data, size, how & 1, pieces[how >> 1 & 3], 1 + (how >> 3) * 33);
	compare(a, b);
	if (strcmp(d->name, "gzip") == 0) /* no room for ISA-L: zlib must say the same */
		compare(a, decode_within(d, data, size, how & 1, 1 << 20, 1 << 16, 64 << 10));
	decode_direct(d, data, size, 1 + (how >> 3) * 4096);
	return 0;
}
