/*
 * zstd (RFC 8878) with libzstd: all frames, skippable ones too; the checksum is checked where a frame has one.
 *
 * A caller that keeps what it read (decode.h, history_bytes) has the frames decoded straight into its buffers, block by
 * block: these are the window. That spares a copy of everything, a fifth of the work. Frames with a window that is too large for
 * it, and skippable ones, go through libzstd's own window.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_ZSTD) += zstd.o

#include "libbb.h"
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_d_forceIgnoreChecksum, ZSTD_decompressContinue */
#include <zstd.h>
#include <zstd_errors.h>
#include "decode/decode.h"

enum { IN_BYTES = 4 * (ZSTD_BLOCKSIZE_MAX + 3) }; /* a block and its header at least */

enum { BETWEEN, COPIED, DIRECT }; /* frames; how the one in work is decoded */

struct zstd_stream {
	struct px_stream s;
	struct px_decode_options options;
	ZSTD_DStream *z;
	smallint frame;         /* BETWEEN, ... */
	smallint full;          /* COPIED: the last call filled its output: it may have more without more input */
	uint64_t content_bytes; /* what the frame's header says of it, or ZSTD_CONTENTSIZE_UNKNOWN */
	uint64_t frame_bytes;   /* that came out of the frame so far */
	const uint8_t *ahead;   /* DIRECT: what was decoded behind the end of the last read's buffer */
	size_t ahead_bytes;
	size_t at, have;        /* input not used yet: from buf + at up to buf + have */
	uint8_t buf[IN_BYTES];
};

static int decode_failed(struct zstd_stream *z, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
	case ZSTD_error_frameParameter_windowTooLarge:
		return px_stream_fail(&z->s, PX_RESOURCE, "zstd: its window needs more memory than the limit of %u MiB (see -m)",
				(unsigned)(z->options.memory_bytes >> 20));
	default:
		return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: %s", ZSTD_getErrorName(code));
	}
}

static int cut_short(struct zstd_stream *z)
{
	return px_stream_fail(&z->s, PX_DATA, "zstd: cut short: the input ends within a frame");
}

/* Until there are so many bytes of input in one piece. 1; 0: upstream ends before; -1 */
static int need(struct zstd_stream *z, size_t bytes)
{
	while (z->have - z->at < bytes) {
		ssize_t n;

		memmove(z->buf, z->buf + z->at, z->have - z->at);
		z->have -= z->at;
		z->at = 0;
		n = px_stream_pull(&z->s, z->buf + z->have, IN_BYTES - z->have);
		if (n <= 0)
			return n;
		z->have += n;
	}
	return 1;
}

/* A frame that can be decoded into the caller's buffers: its window and blocks are not larger than what these promise. */
static int is_direct(const struct zstd_stream *z, const ZSTD_FrameHeader *header)
{
	return header->frameType == ZSTD_frame
		&& header->windowSize <= MIN(z->options.history_bytes, z->options.memory_bytes)
		&& header->blockSizeMax <= z->options.slack_bytes;
}

/* libzstd does not compare the content size when the last block is empty. 0, or -1 */
static int end_frame(struct zstd_stream *z)
{
	z->frame = BETWEEN;
	if (z->content_bytes == ZSTD_CONTENTSIZE_UNKNOWN || z->content_bytes == z->frame_bytes)
		return 0;
	return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: a frame of %llu bytes holds %llu",
			(unsigned long long)z->content_bytes, (unsigned long long)z->frame_bytes);
}

/* 1: a frame has begun; 0: upstream's end; -1. Headers that are cut or wrong are for libzstd's own mode to tell. */
static int begin_frame(struct zstd_stream *z)
{
	ZSTD_FrameHeader header = { .frameType = ZSTD_skippableFrame };
	size_t bytes = 1;
	int n;

	while ((n = need(z, bytes)) > 0) {
		size_t more = ZSTD_getFrameHeader(&header, z->buf + z->at, z->have - z->at);

		if (ZSTD_isError(more) || more == 0)
			break;
		bytes = more;
	}
	if (n < 0 || z->have == z->at)
		return n;
	z->full = 0;
	z->frame_bytes = 0;
	z->content_bytes = n && header.frameType == ZSTD_frame ? header.frameContentSize : ZSTD_CONTENTSIZE_UNKNOWN;
	z->frame = n && is_direct(z, &header) ? DIRECT : COPIED;
	if (z->frame == DIRECT)
		ZSTD_decompressBegin(z->z);
	else
		ZSTD_DCtx_reset(z->z, ZSTD_reset_session_only);
	return 1;
}

/* Both: bytes written to buf, 0: none yet, or the frame has ended; -1 */

static ssize_t read_copied(struct zstd_stream *z, void *buf, size_t len_bytes)
{
	ZSTD_outBuffer out = { buf, len_bytes, 0 };
	ZSTD_inBuffer in = { z->buf, 0, 0 };
	int n = z->full ? 1 : need(z, 1);
	size_t more;

	if (n <= 0)
		return n < 0 ? -1 : cut_short(z);
	in.size = z->have;
	in.pos = z->at;
	more = ZSTD_decompressStream(z->z, &out, &in);
	if (ZSTD_isError(more))
		return decode_failed(z, more);
	z->at = in.pos;
	z->full = more && out.pos == out.size;
	z->frame_bytes += out.pos;
	if (!more && end_frame(z) < 0)
		return -1;
	return out.pos;
}

static ssize_t read_direct(struct zstd_stream *z, uint8_t *buf, size_t len_bytes)
{
	size_t bytes = ZSTD_nextSrcSizeToDecompress(z->z);
	size_t got;
	int n;

	if (bytes == 0)
		return end_frame(z);
	n = need(z, bytes);
	if (n <= 0)
		return n < 0 ? -1 : cut_short(z);
	got = ZSTD_decompressContinue(z->z, buf, len_bytes + z->options.slack_bytes, z->buf + z->at, bytes);
	if (ZSTD_isError(got))
		return decode_failed(z, got);
	z->at += bytes;
	z->frame_bytes += got;
	if (got <= len_bytes)
		return got;
	z->ahead = buf + len_bytes;
	z->ahead_bytes = got - len_bytes;
	return len_bytes;
}

/* What is ahead is mostly in its place already: buffers follow each other but for the last one and the first. */
static ssize_t take_ahead(struct zstd_stream *z, uint8_t *buf, size_t len_bytes)
{
	size_t n = MIN(z->ahead_bytes, len_bytes);

	if (buf != z->ahead)
		memmove(buf, z->ahead, n);
	z->ahead += n;
	z->ahead_bytes -= n;
	return n;
}

static ssize_t FAST_FUNC zstd_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct zstd_stream *z = (struct zstd_stream *)s;
	ssize_t n;

	if (z->ahead_bytes)
		return take_ahead(z, buf, len_bytes);
	do {
		if (z->frame == BETWEEN) {
			n = begin_frame(z);
			if (n <= 0)
				return n;
		}
		n = z->frame == DIRECT ? read_direct(z, buf, len_bytes) : read_copied(z, buf, len_bytes);
	} while (n == 0);
	return n;
}

static void FAST_FUNC zstd_close(struct px_stream *s)
{
	ZSTD_freeDStream(((struct zstd_stream *)s)->z);
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
	z->options = *options;
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
