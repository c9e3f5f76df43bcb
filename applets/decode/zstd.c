/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zstd (RFC 8878) with libzstd: all frames, skippable ones too; the checksum is checked where a frame has one.
 *
 * A caller that keeps what it read (decode.h, history_bytes) has the frames decoded straight into its buffers, block
 * by block: these are the window. That spares a copy of everything, a fifth of the work. Frames with a window that is
 * too large for it, and skippable ones, go through libzstd's own window. Small ones, one after the other, are decoded
 * side by side (zstd_frames.h).
 */
//kbuild:obj-$(CONFIG_PX_DECODE_ZSTD) += zstd.o

#include "libbb.h"
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_d_forceIgnoreChecksum, ZSTD_decompressContinue */
#include <zstd.h>
#include <zstd_errors.h>
#include "decode/zstd_frames.h"

enum { IN_BYTES = PX_ZSTD_SPARE_BYTES }; /* a block and its header at least */

enum { BETWEEN, COPIED, DIRECT, ASIDE }; /* frames; how the one in work is decoded */

enum { FRAME_MAGIC = 0xfd2fb528, SKIPPABLE_MAGIC = 0x184d2a50 }; /* the latter and the 15 numbers behind it */

/* What pzstd writes before each frame: a skippable one of four bytes that say how long the next frame is, packed.
 * Less than that no frame is: then it is somebody else's. */
enum { PZSTD_MAGIC = SKIPPABLE_MAGIC, PZSTD_BYTES = 12, PZSTD_LEAST_BYTES = 9 };

struct zstd_stream {
	struct px_stream s;
	struct px_decode_options options;
	ZSTD_DStream *z;
	smallint frame;         /* BETWEEN, ... */
	smallint next;          /* ASIDE: the frame that comes after those is one of them; its header is in header */
	smallint full;          /* COPIED: the last call filled its output: it may have more without more input */
	uint64_t content_bytes; /* what the frame's header says of it, or ZSTD_CONTENTSIZE_UNKNOWN */
	uint64_t frame_bytes;   /* that came out of the frame so far */
	const uint8_t *ahead;   /* DIRECT: what was decoded behind the end of the last read's buffer */
	size_t ahead_bytes;
	struct px_zstd_frames *frames; /* ASIDE */
	smallint alone;         /* no frame is: no memory for it, or there was one that does not fit */
	uint32_t packed_bytes;  /* of the frame that comes next or is in work, as pzstd says; 0: it does not */
	uint64_t pulled_bytes;  /* from upstream so far */
	uint64_t frame_at_bytes; /* of all input: where the frame in work began */
	ZSTD_FrameHeader header; /* of the next frame */
	const uint8_t *pushed;  /* input that was read already, and comes before upstream's */
	size_t pushed_bytes;
	size_t at, have;        /* input not used yet: from buf + at up to buf + have */
	uint8_t buf[IN_BYTES];
};

static int window_failed(struct zstd_stream *z)
{
	return px_stream_fail(&z->s, PX_RESOURCE,
			"zstd: its window needs more memory than the limit of %u MiB (see -m)",
			(unsigned)(z->options.memory_bytes >> 20));
}

static int decode_failed(struct zstd_stream *z, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
	case ZSTD_error_frameParameter_windowTooLarge:
		return window_failed(z);
	default:
		return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: %s", ZSTD_getErrorName(code));
	}
}

static int cut_short(struct zstd_stream *z)
{
	return px_stream_fail(&z->s, PX_DATA, "zstd: cut short: the input ends within a frame");
}

/* Reads on where the input stopped: what a slot gave back (lay_aside) comes before upstream's next bytes. */
static ssize_t pull(struct zstd_stream *z, void *buf, size_t len_bytes)
{
	size_t bytes = MIN(len_bytes, z->pushed_bytes);

	if (bytes == 0) {
		ssize_t n = px_stream_pull(&z->s, buf, len_bytes);

		z->pulled_bytes += MAX(n, 0);
		return n;
	}
	memcpy(buf, z->pushed, bytes);
	z->pushed += bytes;
	z->pushed_bytes -= bytes;
	return bytes;
}

/* Until there are so many bytes of input in one piece. 1; 0: upstream ends before; -1 */
static int need(struct zstd_stream *z, size_t bytes)
{
	while (z->have - z->at < bytes) {
		ssize_t n;

		/* What is asked for must lie in one piece: the rest moves to the front. It is at most a block's header
		 * or a block, mostly nothing, so this costs less than a ring of input would. */
		memmove(z->buf, z->buf + z->at, z->have - z->at);
		z->have -= z->at;
		z->at = 0;
		n = pull(z, z->buf + z->have, IN_BYTES - z->have);
		if (n <= 0)
			return n;
		z->have += n;
	}
	return 1;
}

/* A frame that can be decoded into the caller's buffers: its window and blocks are not larger than what these
 * promise. */
static int is_direct(const struct zstd_stream *z, const ZSTD_FrameHeader *header)
{
	return header->frameType == ZSTD_frame
		&& header->windowSize <= MIN(z->options.history_bytes, z->options.memory_bytes)
		&& header->blockSizeMax <= z->options.slack_bytes;
}

/* How much of the input is used up. */
static uint64_t position(const struct zstd_stream *z)
{
	return z->pulled_bytes - z->pushed_bytes - (z->have - z->at);
}

/* The frame that pzstd announced was packed_bytes long. 0, or -1: it was another one, and that one has been lost. */
static int compare_with_hint(struct zstd_stream *z, uint64_t packed_bytes)
{
	uint32_t announced_bytes = z->packed_bytes;

	z->packed_bytes = 0;
	if (!announced_bytes || announced_bytes == packed_bytes)
		return 0;
	return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: a frame of %u packed bytes was announced, "
			"one of %llu came", (unsigned)announced_bytes, (unsigned long long)packed_bytes);
}

/* libzstd does not compare the content size when the last block is empty. 0, or -1 */
static int end_frame(struct zstd_stream *z)
{
	z->frame = BETWEEN;
	if (z->header.frameType == ZSTD_frame && compare_with_hint(z, position(z) - z->frame_at_bytes) < 0)
		return -1;
	if (z->content_bytes == ZSTD_CONTENTSIZE_UNKNOWN || z->content_bytes == z->frame_bytes)
		return 0;
	return px_stream_fail(&z->s, PX_DATA, "zstd: damaged: a frame of %llu bytes holds %llu",
			(unsigned long long)z->content_bytes, (unsigned long long)z->frame_bytes);
}

/* Small enough for a slot, says its header or pzstd's frame before it: else the slot is filled in vain. */
static int is_small(const struct zstd_stream *z, const ZSTD_FrameHeader *header)
{
	return header->frameType == ZSTD_frame
		&& header->windowSize <= z->options.memory_bytes
		&& (header->frameContentSize <= PX_ZSTD_FRAME_BYTES
			|| (header->frameContentSize == ZSTD_CONTENTSIZE_UNKNOWN && z->packed_bytes
				&& z->packed_bytes <= PX_ZSTD_FRAME_BYTES));
}

static int go_aside(struct zstd_stream *z)
{
	if (z->alone || !is_small(z, &z->header))
		return 0;
	if (!z->frames)
		z->frames = px_zstd_frames_open(&z->options);
	z->alone = !z->frames;
	return !z->alone;
}

static int announced_in_vain(struct zstd_stream *z)
{
	return px_stream_fail(&z->s, PX_DATA, "zstd: cut short: a frame of %u packed bytes was announced "
			"and did not come", (unsigned)z->packed_bytes);
}

/* Passes over what pzstd says. As need */
static int skip_hint(struct zstd_stream *z)
{
	int n;

	while ((n = need(z, PZSTD_BYTES)) > 0) {
		const uint8_t *hint = z->buf + z->at;

		if (get_unaligned_le32(hint) != PZSTD_MAGIC || get_unaligned_le32(hint + 4) != 4
		 || get_unaligned_le32(hint + 8) < PZSTD_LEAST_BYTES)
			break;
		if (z->packed_bytes) /* and here is the next announcement */
			return announced_in_vain(z);
		z->packed_bytes = get_unaligned_le32(hint + 8);
		z->at += PZSTD_BYTES;
	}
	return n;
}

/* Where a frame may begin. 1: one does; 0: the end, what lies behind it is passed over; -1 */
static int begins_frame(struct zstd_stream *z)
{
	int n = need(z, 4);
	uint32_t magic = n > 0 ? get_unaligned_le32(z->buf + z->at) : 0;

	if (n < 0 || magic == FRAME_MAGIC || (magic & 0xfffffff0) == SKIPPABLE_MAGIC)
		return n;
	if (z->packed_bytes)
		return announced_in_vain(z);
	if (z->pushed_bytes && !z->options.proven) /* px_decode_tail reads upstream and would not see these */
		return px_stream_fail(&z->s, PX_DATA, "zstd: garbage behind the end");
	n = px_decode_tail(&z->s, &z->options, "zstd", z->buf + z->at, z->have - z->at, 0);
	z->at = z->have = 0;
	return n;
}

/* 1: how the next frame is to be decoded is in *how, its header in z->header; 0: upstream's end; -1. Headers that are
 * cut or wrong are for libzstd's own mode to tell. */
static int look_ahead(struct zstd_stream *z, smallint *how)
{
	size_t bytes = 1;
	int n = skip_hint(z);

	if (n >= 0)
		n = begins_frame(z);
	if (n <= 0)
		return n;
	z->frame_at_bytes = position(z);
	while (bytes && (n = need(z, bytes)) > 0) {
		bytes = ZSTD_getFrameHeader(&z->header, z->buf + z->at, z->have - z->at);
		if (ZSTD_isError(bytes))
			break;
	}
	if (n < 0)
		return n;
	/* a header that never became whole has nothing in z->header: as a skippable frame it goes to libzstd's own
	 * mode, which calls it cut short or damaged */
	if (bytes)
		z->header.frameType = ZSTD_skippableFrame;
	else if (z->header.frameType == ZSTD_frame && !z->header.checksumFlag)
		px_decode_unsealed(&z->options);
	if (go_aside(z))
		*how = ASIDE;
	else
		*how = is_direct(z, &z->header) ? DIRECT : COPIED;
	return 1;
}

/* The largest window that fits the limit, as its logarithm; libzstd takes 10 to 31. */
static int window_log(size_t memory_bytes)
{
	int log = 10;

	while (log < 31 && (memory_bytes >> log) > 1)
		log++;
	return log;
}

/* libzstd asks this only of a frame that does not lie whole in its input, and decodes a small one in one go: the
 * verdict would hang on how the pieces came. */
static int is_too_large(const struct zstd_stream *z)
{
	return z->header.frameType == ZSTD_frame
		&& z->header.windowSize > 1ULL << window_log(z->options.memory_bytes);
}

/* 1: a frame has begun; 0: upstream's end; -1 */
static int begin_frame(struct zstd_stream *z)
{
	int n = look_ahead(z, &z->frame);

	if (n <= 0)
		return n;
	if (z->frame == COPIED && is_too_large(z))
		return window_failed(z);
	/* next is what read_aside goes on with: the header was looked at just now */
	z->next = z->frame;
	z->full = 0;
	z->frame_bytes = 0;
	z->content_bytes = z->header.frameType == ZSTD_frame ? z->header.frameContentSize : ZSTD_CONTENTSIZE_UNKNOWN;
	if (z->frame == DIRECT)
		ZSTD_decompressBegin(z->z);
	else if (z->frame == COPIED)
		ZSTD_DCtx_reset(z->z, ZSTD_reset_session_only);
	return 1;
}

/* All: bytes written to buf, 0: none yet, or the frame has ended; -1 */

static ssize_t read_copied(struct zstd_stream *z, void *buf, size_t len_bytes)
{
	ZSTD_outBuffer out = { buf, len_bytes, 0 };
	ZSTD_inBuffer in = { z->buf, 0, 0 };
	int n = z->full ? 1 : need(z, 1);
	size_t more;

	if (n <= 0)
		return n < 0 ? -1 : cut_short(z);
	/* libzstd's own window: it copies out of there, and asks for no input before all of that was taken (full) */
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

	/* libzstd says what it wants next: the frame's header, a block's header, a block, the checksum; 0: the frame is
	 * at its end */
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
	/* A block is decoded whole. What did not fit the buffer lies in the slack behind it, where the next read's
	 * buffer mostly begins: see take_ahead. */
	if (got <= len_bytes)
		return got;
	z->ahead = buf + len_bytes;
	z->ahead_bytes = got - len_bytes;
	return len_bytes;
}

/* The next frame into a slot: 1; 0: it turned out to be none for it, and is input again; -1 */
static int lay_aside(struct zstd_stream *z, uint8_t *slot)
{
	size_t have = z->have - z->at;
	struct px_zstd_walk walk;

	/* The slot takes over the input, from the frame's first byte on: a thread will decode it there, so no byte of
	 * it may stay behind in buf. */
	memcpy(slot, z->buf + z->at, have);
	z->at = z->have = 0;
	px_zstd_walk_begin(&walk, z->header.headerSize, z->header.blockSizeMax, z->header.checksumFlag);
	while (1) {
		while (have < walk.need_bytes) {
			ssize_t n = pull(z, slot + have, IN_BYTES);
			if (n <= 0)
				return n < 0 ? -1 : cut_short(z);
			have += n;
		}
		if (walk.ended)
			break;
		if (!px_zstd_walk_on(&walk, slot)) {
			/* Larger than its header said, or damaged: it is decoded the plain way, which tells. No other
			 * frame is laid aside after that one: pushed lies in a slot until it is used up. */
			z->alone = 1;
			z->pushed = slot;
			z->pushed_bytes = have;
			return 0;
		}
	}
	/* what was read behind the frame is input again */
	z->have = have - walk.need_bytes;
	memcpy(z->buf, slot + walk.need_bytes, z->have);
	if (compare_with_hint(z, walk.need_bytes) < 0)
		return -1;
	px_zstd_frames_put(z->frames, &walk);
	return 1;
}

/* As long as a slot is free the next frame goes there first: the threads must not wait for us. */
static ssize_t read_aside(struct zstd_stream *z, void *buf, size_t len_bytes)
{
	uint8_t *slot;
	size_t bytes;

	while (z->next == ASIDE && (slot = px_zstd_frames_slot(z->frames)) != NULL) {
		int n = lay_aside(z, slot);

		z->next = BETWEEN;
		if (n > 0)
			n = look_ahead(z, &z->next);
		if (n < 0)
			return -1;
	}
	if (!px_zstd_frames_pending(z->frames)) {
		z->frame = BETWEEN;
		return 0;
	}
	bytes = px_zstd_frames_take(z->frames, buf, len_bytes);
	return ZSTD_isError(bytes) ? decode_failed(z, bytes) : (ssize_t)bytes;
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
		if (z->frame == ASIDE)
			n = read_aside(z, buf, len_bytes);
		else
			n = z->frame == DIRECT ? read_direct(z, buf, len_bytes) : read_copied(z, buf, len_bytes);
	} while (n == 0);
	return n;
}

static void FAST_FUNC zstd_close(struct px_stream *s)
{
	struct zstd_stream *z = (struct zstd_stream *)s;

	px_zstd_frames_close(z->frames);
	ZSTD_freeDStream(z->z);
}

static int FAST_FUNC zstd_probe(const uint8_t *head, size_t len_bytes)
{
	uint32_t magic;

	if (len_bytes < 4)
		return 0;
	magic = get_unaligned_le32(head);
	return magic == FRAME_MAGIC || (magic & 0xfffffff0) == SKIPPABLE_MAGIC;
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
