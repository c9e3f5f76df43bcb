/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formats of liblzma: .xz (1.2.1: streams, padding between them; CRC32, CRC64 or SHA-256), .lz (lzip: members,
 * CRC32) and .lzma (LZMA_Alone: one stream, and no checksum).
 */
//kbuild:obj-$(CONFIG_PX_DECODE_XZ) += xz.o

#include "libbb.h"
#include <lzma.h>
#include "decode/decode.h"

enum { IN_BYTES = 256 * 1024 };

struct xz_stream;

struct format {
	const char *name;
	lzma_ret (*begin)(struct xz_stream *x);
	uint8_t magic_bytes;   /* 0: no other member can follow */
	char magic[7];
	smallint padded;       /* zeros, in fours, may stand between members and behind the last one */
};

struct xz_stream {
	struct px_stream s;
	struct px_decode_options options;
	const struct format *format;
	lzma_stream z;
	smallint started;      /* a member has begun, its end has not been seen */
	uint8_t in[IN_BYTES];
};

static lzma_ret begin_xz(struct xz_stream *x)
{
	return lzma_stream_decoder(&x->z, x->options.memory_bytes, LZMA_TELL_NO_CHECK
			| (x->options.hashed ? LZMA_IGNORE_CHECK : LZMA_TELL_UNSUPPORTED_CHECK));
}

static lzma_ret begin_lzip(struct xz_stream *x)
{
	return lzma_lzip_decoder(&x->z, x->options.memory_bytes, x->options.hashed ? LZMA_IGNORE_CHECK : 0);
}

static lzma_ret begin_lzma(struct xz_stream *x)
{
	px_decode_unsealed(&x->options);
	return lzma_alone_decoder(&x->z, x->options.memory_bytes);
}

static const struct format xz = { "xz", begin_xz, 6, "\xfd" "7zXZ", 1 };
static const struct format lzip = { "lzip", begin_lzip, 4, "LZIP", 0 };
static const struct format lzma = { "lzma", begin_lzma, 0, "", 0 };

static int decode_failed(struct xz_stream *x, lzma_ret code)
{
	const char *name = x->format->name;

	switch (code) {
	case LZMA_MEMLIMIT_ERROR:
		return px_stream_fail(&x->s, PX_RESOURCE,
				"%s: its dictionary needs %u MiB of memory, the limit is %u (see -m)", name,
				(unsigned)(lzma_memusage(&x->z) >> 20), (unsigned)(x->options.memory_bytes >> 20));
	case LZMA_MEM_ERROR:
		return px_stream_fail(&x->s, PX_RESOURCE, "%s: out of memory", name);
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return px_stream_fail(&x->s, PX_DATA, "%s: filter or check unknown here, or damaged", name);
	default:
		return px_stream_fail(&x->s, PX_DATA, "%s: damaged at compressed byte %"OFF_FMT"u", name,
				(off_t)x->z.total_in);
	}
}

/* 1: there is input; 0: upstream's end; -1 */
static int fill(struct xz_stream *x)
{
	ssize_t n;

	if (x->z.avail_in)
		return 1;
	n = px_stream_pull(&x->s, x->in, sizeof(x->in));
	if (n <= 0)
		return n;
	x->z.next_in = x->in;
	x->z.avail_in = n;
	return 1;
}

/* Passes over the zeros between two members: how many there were; -1: upstream failed */
static off_t skip_zeros(struct xz_stream *x)
{
	off_t zeros = 0;
	int n;

	while ((n = fill(x)) > 0 && x->z.next_in[0] == 0) {
		x->z.next_in++;
		x->z.avail_in--;
		zeros++;
	}
	return n < 0 ? -1 : zeros;
}

/* Behind a member. 1: another one begins; 0: the end; -1 */
static int begin_member(struct xz_stream *x)
{
	const struct format *format = x->format;
	off_t zeros = format->padded ? skip_zeros(x) : 0;
	ssize_t n;

	if (zeros < 0)
		return -1;
	n = px_decode_need(&x->s, x->in, sizeof(x->in), x->z.next_in, x->z.avail_in, MAX(format->magic_bytes, 1));
	if (n < 0)
		return -1;
	x->z.next_in = x->in;
	x->z.avail_in = n;
	if (n == 0 && zeros % 4 == 0)
		return 0; /* padding as the format has it */
	if (!format->magic_bytes || n < format->magic_bytes || memcmp(x->in, format->magic, format->magic_bytes) != 0)
		return px_decode_tail(&x->s, &x->options, format->name, x->in, n, zeros);
	if (zeros % 4 != 0)
		return px_stream_fail(&x->s, PX_DATA, "%s: damaged: %"OFF_FMT"u zeros between two streams, "
				"not in fours", format->name, zeros);
	if (format->begin(x) != LZMA_OK)
		return decode_failed(x, LZMA_MEM_ERROR);
	x->started = 1;
	return 1;
}

static ssize_t FAST_FUNC xz_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct xz_stream *x = (struct xz_stream *)s;

	x->z.next_out = buf;
	x->z.avail_out = len_bytes;
	do {
		int n = x->started ? fill(x) : begin_member(x);
		lzma_ret code;

		if (n < 0)
			return -1;
		if (n == 0 && x->started)
			return px_stream_fail(s, PX_DATA, "%s: cut short: the input ends before the trailer",
					x->format->name);
		if (n == 0)
			break;
		code = lzma_code(&x->z, LZMA_RUN);
		if (code == LZMA_STREAM_END)
			x->started = 0;
		else if (code == LZMA_NO_CHECK) /* said once, before the stream's first block */
			px_decode_unsealed(&x->options);
		else if (code != LZMA_OK)
			return decode_failed(x, code);
	} while (x->z.next_out == buf);
	return x->z.next_out - (uint8_t *)buf;
}

static void FAST_FUNC xz_close(struct px_stream *s)
{
	lzma_end(&((struct xz_stream *)s)->z);
}

static struct px_stream *format_open(struct px_stream *upstream, const struct px_decode_options *options,
		const struct format *format)
{
	struct xz_stream *x = xzalloc(sizeof(*x));

	x->s.read = xz_read;
	x->s.close = xz_close;
	x->s.upstream = upstream;
	x->options = *options;
	x->format = format;
	x->z.next_in = x->in;
	x->started = 1;
	if (format->begin(x) != LZMA_OK)
		px_stream_fail(&x->s, PX_RESOURCE, "%s: out of memory", format->name);
	return &x->s;
}

static int FAST_FUNC xz_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 6 && memcmp(head, xz.magic, 6) == 0;
}

static struct px_stream* FAST_FUNC xz_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	return format_open(upstream, options, &xz);
}

/* Behind the magic: version 1, and the dictionary's size in one byte (12 to 29 as a power of two, less some
 * sixteenths). */
static int FAST_FUNC lzip_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 6 && memcmp(head, lzip.magic, 4) == 0 && head[4] <= 1
		&& (head[5] & 0x1f) >= 12 && (head[5] & 0x1f) <= 29;
}

static struct px_stream* FAST_FUNC lzip_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	return format_open(upstream, options, &lzip);
}

/* There is no magic: properties (below 225), the dictionary's size (a power of two, or one and a half), the size of
 * the data or all ones, and then the range coder, whose first byte is always 0. xz itself looks at it like this. No
 * boot code has all that. */
static int FAST_FUNC lzma_probe(const uint8_t *head, size_t len_bytes)
{
	uint32_t dict_bytes, power;
	uint64_t data_bytes;

	if (len_bytes < 14 || head[0] >= 225 || head[13] != 0)
		return 0;
	dict_bytes = get_unaligned_le32(head + 1);
	power = dict_bytes & -dict_bytes; /* the lowest bit */
	data_bytes = get_unaligned_le32(head + 5) | (uint64_t)get_unaligned_le32(head + 9) << 32;
	if (dict_bytes < 4096 || (dict_bytes != 0xffffffff && dict_bytes != power && dict_bytes != 3 * power))
		return 0;
	return data_bytes == UINT64_MAX || (data_bytes > 0 && data_bytes < (uint64_t)1 << 48);
}

static struct px_stream* FAST_FUNC lzma_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	return format_open(upstream, options, &lzma);
}

PX_DECODER(xz) = { "xz", xz_probe, xz_open };
PX_DECODER(lzip) = { "lzip", lzip_probe, lzip_open };
PX_DECODER(lzma) = { "lzma", lzma_probe, lzma_open };
