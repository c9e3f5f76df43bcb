/*
 * gzip (RFC 1952) with zlib: all members, each with its CRC-32 and length checked. Anything after the last member is
 * an error, zeros too: RFC 1952 knows no padding.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_GZIP) += gzip.o

#include "libbb.h"
#include <zlib.h>
#include "decode/decode.h"

enum { IN_BYTES = 256 * 1024 };

struct gzip_stream {
	struct px_stream s;
	z_stream z;
	smallint started;      /* a member has begun, its trailer has not been seen */
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

/* Before the first byte of a member: upstream may end here, or a next member begin. */
static int begin_member(struct gzip_stream *g)
{
	int n = fill(g);

	if (n <= 0)
		return n;
	if (g->z.next_in[0] != 0x1f)
		return px_stream_fail(&g->s, PX_DATA, "gzip: garbage after the end");
	inflateReset(&g->z);
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
		n = inflate(&g->z, Z_NO_FLUSH);
		if (n == Z_STREAM_END)
			g->started = 0;
		else if (n != Z_OK && n != Z_BUF_ERROR)
			return inflate_failed(g, n);
	} while ((uint8_t *)g->z.next_out == buf);
	return (uint8_t *)g->z.next_out - (uint8_t *)buf;
}

static void FAST_FUNC gzip_close(struct px_stream *s)
{
	inflateEnd(&((struct gzip_stream *)s)->z);
}

static int FAST_FUNC gzip_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
}

/* zlib needs 40 KiB, whatever the stream: within any limit */
static struct px_stream* FAST_FUNC gzip_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct gzip_stream *g = xzalloc(sizeof(*g));

	g->s.read = gzip_read;
	g->s.close = gzip_close;
	g->s.upstream = upstream;
	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK)
		px_stream_fail(&g->s, PX_RESOURCE, "gzip: out of memory");
	else if (options->hashed)
		inflateValidate(&g->z, 0);
	return &g->s;
}

PX_DECODER(gzip) = { "gzip", gzip_probe, gzip_open };
