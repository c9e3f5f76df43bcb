/*
 * zstd (RFC 8878) with libzstd: all frames, skippable ones too; the checksum is checked where a frame has one.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_ZSTD) += zstd.o

#include "libbb.h"
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_d_forceIgnoreChecksum */
#include <zstd.h>
#include <zstd_errors.h>
#include "decode/decode.h"

struct zstd_stream {
	struct px_stream s;
	ZSTD_DStream *z;
	ZSTD_inBuffer in;
	size_t memory_bytes;
	size_t more;            /* 0: between frames; else libzstd waits for more input or has more output */
	smallint full;          /* the last call filled its output: it may have more without more input */
	size_t in_bytes;
	uint8_t *buf;
	uint8_t head[ZSTD_FRAMEHEADERSIZE_MAX]; /* how the frame began */
	unsigned head_bytes;
	uint64_t frame_bytes;   /* of content that came out of it */
};

static int decode_failed(struct zstd_stream *z, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
	case ZSTD_error_frameParameter_windowTooLarge:
		return px_stream_fail(&z->s, PX_RESOURCE, "zstd: its window needs more memory than the limit of %u MiB (see -m)",
				(unsigned)(z->memory_bytes >> 20));
	default:
		return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: %s", ZSTD_getErrorName(code));
	}
}

/* The content size in a frame's header, which libzstd does not compare when the last block is empty. */
static int check_frame(struct zstd_stream *z)
{
	ZSTD_frameHeader header;

	if (ZSTD_getFrameHeader(&header, z->head, z->head_bytes) == 0 && header.frameType == ZSTD_frame
	 && header.frameContentSize != ZSTD_CONTENTSIZE_UNKNOWN && header.frameContentSize != z->frame_bytes)
		return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: a frame of %llu bytes holds %llu",
				(unsigned long long)header.frameContentSize, (unsigned long long)z->frame_bytes);
	z->head_bytes = 0;
	z->frame_bytes = 0;
	return 0;
}

/* One call of libzstd: 0, or -1 */
static int decompress(struct zstd_stream *z, ZSTD_outBuffer *out)
{
	size_t in_before = z->in.pos, out_before = out->pos, n;

	z->more = ZSTD_decompressStream(z->z, out, &z->in);
	if (ZSTD_isError(z->more))
		return decode_failed(z, z->more);
	n = MIN(z->in.pos - in_before, sizeof(z->head) - z->head_bytes);
	memcpy(z->head + z->head_bytes, (const uint8_t *)z->in.src + in_before, n);
	z->head_bytes += n;
	z->frame_bytes += out->pos - out_before;
	z->full = z->more && out->pos == out->size;
	return z->more ? 0 : check_frame(z);
}

/* 1: there is input; 0: upstream's end; -1 */
static int fill(struct zstd_stream *z)
{
	ssize_t n = px_stream_pull(&z->s, z->buf, z->in_bytes);

	if (n <= 0)
		return n;
	z->in.src = z->buf;
	z->in.size = n;
	z->in.pos = 0;
	return 1;
}

static ssize_t FAST_FUNC zstd_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct zstd_stream *z = (struct zstd_stream *)s;
	ZSTD_outBuffer out = { buf, len_bytes, 0 };

	while (out.pos == 0) {
		if (z->in.pos == z->in.size && !z->full) {
			int n = fill(z);
			if (n < 0)
				return -1;
			if (n == 0 && z->more)
				return px_stream_fail(s, PX_DATA, "zstd: cut short: the input ends within a frame");
			if (n == 0)
				return 0;
		}
		if (decompress(z, &out) < 0)
			return -1;
	}
	return out.pos;
}

static void FAST_FUNC zstd_close(struct px_stream *s)
{
	struct zstd_stream *z = (struct zstd_stream *)s;

	ZSTD_freeDStream(z->z);
	free(z->buf);
}

static int FAST_FUNC zstd_probe(const uint8_t *head, size_t len_bytes)
{
	uint32_t magic;

	if (len_bytes < 4)
		return 0;
	magic = get_unaligned_le32(head);
	return magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50;
}

/* The largest window that fits the limit, as its logarithm; libzstd takes 10 to 31. */
static int window_log(size_t memory_bytes)
{
	int log = 10;

	while (log < 31 && (memory_bytes >> log) > 1)
		log++;
	return log;
}

static struct px_stream* FAST_FUNC zstd_open(struct px_stream *upstream, const struct px_decode_options *options)
{
	struct zstd_stream *z = xzalloc(sizeof(*z));

	z->s.read = zstd_read;
	z->s.close = zstd_close;
	z->s.upstream = upstream;
	z->memory_bytes = options->memory_bytes;
	z->in_bytes = 4 * ZSTD_DStreamInSize();
	z->buf = xmalloc(z->in_bytes);
	z->z = ZSTD_createDStream();
	if (!z->z)
		px_stream_fail(&z->s, PX_RESOURCE, "zstd: out of memory");
	else {
		ZSTD_DCtx_setParameter(z->z, ZSTD_d_windowLogMax, window_log(options->memory_bytes));
		if (options->hashed)
			ZSTD_DCtx_setParameter(z->z, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
	}
	return &z->s;
}

PX_DECODER(zstd) = { "zstd", zstd_probe, zstd_open };
