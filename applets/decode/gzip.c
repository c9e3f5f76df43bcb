/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip (RFC 1952) with zlib, or ISA-L in its place (igzip.h): all members, each with its CRC-32 and length checked.
 *
 * A BGZF file (bgzip; SAM format 4.1) is made of small members that name themselves in the header's extra field, and
 * ends with an empty one. Without that it was cut between two members, where gzip alone sees nothing.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_GZIP) += gzip.o

#include "libbb.h"
#include <zlib.h>
#include "decode/decode.h"
#include "decode/igzip.h"

enum {
	IN_BYTES = 256 * 1024,
	EXTRA_BYTES = 64, /* of the header's extra field: BGZF's is 6 long */
};

struct gzip_stream {
	struct px_stream s;
	struct px_decode_options options;
	z_stream z;
	struct px_igzip *igzip; /* NULL: zlib */
	gz_header header;
	smallint started;      /* a member has begun, its trailer has not been seen */
	smallint lacks_bgzf_end; /* the last member is one of BGZF, and not the empty one */
	uint8_t extra[EXTRA_BYTES];
	uint8_t in[IN_BYTES];
};

/* 1: there is input; 0: upstream's end; -1 */
static int fill(struct gzip_stream *g)
{
	ssize_t n;

	if (g->z.avail_in)
		return 1;
	n = px_stream_pull(&g->s, g->in, sizeof(g->in));
	if (n <= 0)
		return n;
	g->z.next_in = g->in;
	g->z.avail_in = n;
	return 1;
}

static int inflate_failed(struct gzip_stream *g, int code)
{
	if (code == Z_MEM_ERROR)
		return px_stream_fail(&g->s, PX_RESOURCE, "gzip: out of memory");
	return px_stream_fail(&g->s, PX_DATA, "gzip: damaged at compressed byte %lu of the member: %s", g->z.total_in,
			g->z.msg ? g->z.msg : "no end");
}

/* Subfields of the extra field: two letters, length (2), data. BGZF's is "BC" with two bytes. */
static int is_bgzf(const struct gzip_stream *g)
{
	size_t have = MIN(g->header.extra_len, sizeof(g->extra));
	size_t at = 0;

	if (g->header.done != 1 || !g->header.extra)
		return 0;
	while (at + 4 <= have) {
		size_t len_bytes = g->extra[at + 2] | g->extra[at + 3] << 8;

		if (g->extra[at] == 'B' && g->extra[at + 1] == 'C' && len_bytes == 2)
			return 1;
		at += 4 + len_bytes;
	}
	return 0;
}

/* The header of the next member is kept for is_bgzf. zlib forgets that it was asked to at each reset, and says that
 * there is no extra field by taking our buffer's address away. */
static void keep_header(struct gzip_stream *g)
{
	memset(&g->header, 0, sizeof(g->header));
	g->header.extra = g->extra;
	g->header.extra_max = sizeof(g->extra);
}

static void reset(struct gzip_stream *g)
{
	keep_header(g);
	if (ENABLE_PX_GZIP_ISAL && g->igzip) {
		px_igzip_begin(g->igzip, &g->z, &g->header);
		return;
	}
	inflateReset(&g->z);
	inflateGetHeader(&g->z, &g->header);
}

static void end_member(struct gzip_stream *g)
{
	g->started = 0;
	g->lacks_bgzf_end = is_bgzf(g) && g->z.total_out != 0;
}

/* Upstream has ended, or what comes is no member: 0: that is the end; -1 */
static int end_file(struct gzip_stream *g)
{
	if (g->lacks_bgzf_end)
		return px_stream_fail(&g->s, PX_DATA, "gzip: cut short: "
				"the empty block that ends a BGZF file is missing");
	return px_decode_tail(&g->s, &g->options, "gzip", g->z.next_in, g->z.avail_in, 0);
}

/* Before the first byte of a member. 1: one begins; 0: the end; -1 */
static int begin_member(struct gzip_stream *g)
{
	ssize_t n = px_decode_need(&g->s, g->in, sizeof(g->in), g->z.next_in, g->z.avail_in, 2);

	if (n < 0)
		return -1;
	g->z.next_in = g->in;
	g->z.avail_in = n;
	if (n < 2 || g->in[0] != 0x1f || g->in[1] != 0x8b)
		return end_file(g);
	reset(g);
	g->started = 1;
	return 1;
}

static ssize_t FAST_FUNC gzip_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct gzip_stream *g = (struct gzip_stream *)s;

	g->z.next_out = buf;
	g->z.avail_out = MIN(len_bytes, INT_MAX);
	do {
		int n = g->started ? fill(g) : begin_member(g);

		if (n < 0)
			return -1;
		if (n == 0 && g->started)
			return px_stream_fail(s, PX_DATA, "gzip: cut short: the input ends before the trailer");
		if (n == 0)
			break;
		n = ENABLE_PX_GZIP_ISAL && g->igzip ? px_igzip_inflate(g->igzip, &g->z)
			: inflate(&g->z, Z_NO_FLUSH);
		if (n == Z_STREAM_END)
			end_member(g);
		else if (n != Z_OK && n != Z_BUF_ERROR)
			return inflate_failed(g, n);
	} while ((uint8_t *)g->z.next_out == buf);
	return (uint8_t *)g->z.next_out - (uint8_t *)buf;
}

static void FAST_FUNC gzip_close(struct px_stream *s)
{
	struct gzip_stream *g = (struct gzip_stream *)s;

	inflateEnd(&g->z);
	free(g->igzip);
}

static int FAST_FUNC gzip_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
}

/* zlib needs 40 KiB, whatever the stream: within any limit. ISA-L's 90 may not be (a small -m makes it zlib). */
static struct px_stream* FAST_FUNC gzip_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct gzip_stream *g = xzalloc(sizeof(*g));

	g->s.read = gzip_read;
	g->s.close = gzip_close;
	g->s.upstream = upstream;
	g->options = *options;
	g->z.next_in = g->in;
	if (ENABLE_PX_GZIP_ISAL)
		g->igzip = px_igzip_open(options->memory_bytes, options->hashed);
	if (!g->igzip && inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK)
		px_stream_fail(&g->s, PX_RESOURCE, "gzip: out of memory");
	else if (!g->igzip && options->hashed)
		inflateValidate(&g->z, 0);
	return &g->s;
}

PX_DECODER(gzip) = { "gzip", gzip_probe, gzip_open };
