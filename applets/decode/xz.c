/*
 * xz (the .xz file format, 1.2.1) with liblzma: all streams and the padding between them, with CRC32, CRC64 or SHA-256.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_XZ) += xz.o

#include "libbb.h"
#include <lzma.h>
#include "decode/decode.h"

enum { IN_BYTES = 256 * 1024 };

struct xz_stream {
	struct px_stream s;
	lzma_stream z;
	size_t memory_bytes;
	lzma_action action;    /* LZMA_FINISH once upstream has ended */
	uint8_t in[IN_BYTES];
};

static int decode_failed(struct xz_stream *x, lzma_ret code)
{
	switch (code) {
	case LZMA_MEMLIMIT_ERROR:
		return px_stream_fail(&x->s, PX_RESOURCE,
				"xz: its dictionary needs %u MiB of memory, the limit is %u (see -m)",
				(unsigned)(lzma_memusage(&x->z) >> 20), (unsigned)(x->memory_bytes >> 20));
	case LZMA_MEM_ERROR:
		return px_stream_fail(&x->s, PX_RESOURCE, "xz: out of memory");
	case LZMA_BUF_ERROR:
		return px_stream_fail(&x->s, PX_DATA, "xz: cut short: the input ends before the trailer");
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return px_stream_fail(&x->s, PX_DATA, "xz: filter or check unknown here, or damaged");
	case LZMA_FORMAT_ERROR:
		return px_stream_fail(&x->s, PX_DATA, "xz: garbage after the end");
	default:
		return px_stream_fail(&x->s, PX_DATA, "xz: damaged at compressed byte %"OFF_FMT"u",
				(off_t)x->z.total_in);
	}
}

static int fill(struct xz_stream *x)
{
	ssize_t n;

	if (x->z.avail_in || x->action == LZMA_FINISH)
		return 0;
	n = px_stream_pull(&x->s, x->in, sizeof(x->in));
	if (n < 0)
		return -1;
	if (n == 0)
		x->action = LZMA_FINISH;
	x->z.next_in = x->in;
	x->z.avail_in = n;
	return 0;
}

static ssize_t FAST_FUNC xz_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct xz_stream *x = (struct xz_stream *)s;

	x->z.next_out = buf;
	x->z.avail_out = len_bytes;
	do {
		lzma_ret code;

		if (fill(x) < 0)
			return -1;
		code = lzma_code(&x->z, x->action);
		if (code == LZMA_STREAM_END)
			break;
		if (code != LZMA_OK)
			return decode_failed(x, code);
	} while (x->z.next_out == buf);
	return x->z.next_out - (uint8_t *)buf;
}

static void FAST_FUNC xz_close(struct px_stream *s)
{
	lzma_end(&((struct xz_stream *)s)->z);
}

static int FAST_FUNC xz_probe(const uint8_t *head, size_t len_bytes)
{
	return len_bytes >= 6 && memcmp(head, "\xfd" "7zXZ", 6) == 0;
}

static struct px_stream* FAST_FUNC xz_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct xz_stream *x = xzalloc(sizeof(*x));

	x->s.read = xz_read;
	x->s.close = xz_close;
	x->s.upstream = upstream;
	x->memory_bytes = options->memory_bytes;
	if (lzma_stream_decoder(&x->z, options->memory_bytes, LZMA_CONCATENATED
			| (options->hashed ? LZMA_IGNORE_CHECK : LZMA_TELL_UNSUPPORTED_CHECK)) != LZMA_OK)
		px_stream_fail(&x->s, PX_RESOURCE, "xz: out of memory");
	return &x->s;
}

PX_DECODER(xz) = { "xz", xz_probe, xz_open };
