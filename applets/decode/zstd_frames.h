/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zstd frames that are decoded side by side: each is whole in memory, and so small that two of them fit. pzstd makes
 * such images, and whoever compresses an image in pieces.
 *
 * A frame is laid into a slot's buffer from its start on, packed as it came, while px_zstd_walk follows its blocks
 * (RFC 8878 3.1.1.2): that tells where it ends and how much it can become. It is decoded in place, in a thread of a
 * ring. Frames come out in the order in which they went in.
 */
#ifndef PX_ZSTD_FRAMES_H
#define PX_ZSTD_FRAMES_H 1

#include "decode/decode.h"

/* With fewer processors than these, hash and disk want them: on two the whole was measured to be no faster, and with
 * a hash slower. */
#ifndef PX_ZSTD_PROCESSORS /* for tests */
# define PX_ZSTD_PROCESSORS 4
# define PX_ZSTD_FRAME_BLOCKS 66 /* the largest frame: pzstd -3 makes 64, 8 MiB */
#endif

enum {
	PX_ZSTD_SLOTS = 2,
	PX_ZSTD_BLOCK_BYTES = 128 << 10,
	PX_ZSTD_FRAME_BYTES = PX_ZSTD_FRAME_BLOCKS * PX_ZSTD_BLOCK_BYTES,
	PX_ZSTD_SLOT_BYTES = PX_ZSTD_FRAME_BYTES + 2 * PX_ZSTD_BLOCK_BYTES,
	PX_ZSTD_SPARE_BYTES = 4 * (PX_ZSTD_BLOCK_BYTES + 3), /* behind it, for what is read too much */
	PX_ZSTD_PART = 3, /* of the memory that the decoder may take, this part is enough for the slots */
};

/* What is known of a frame as far as it has been seen. */
struct px_zstd_walk {
	size_t need_bytes;     /* of the frame, before px_zstd_walk_on can be called */
	size_t room_bytes;     /* to decode in place what was seen: all that its blocks can become, and the margin */
	size_t block_bytes;    /* a block becomes at most that much */
	smallint checksum;     /* four bytes of it behind the last block */
	smallint ended;        /* need_bytes is all of it */
};

/* header_bytes, block_bytes, checksum: from the frame's header. */
void px_zstd_walk_begin(struct px_zstd_walk *walk, size_t header_bytes, size_t block_bytes, int checksum) FAST_FUNC;

/* frame: walk->need_bytes of it. 1: see need_bytes and ended; 0: this frame is not for a slot. */
int px_zstd_walk_on(struct px_zstd_walk *walk, const uint8_t *frame) FAST_FUNC;

struct px_zstd_frames;

/* NULL, without a message: the slots would be too large a part of options->memory_bytes, there are too few
 * processors, or no memory or threads. */
struct px_zstd_frames *px_zstd_frames_open(const struct px_decode_options *options) FAST_FUNC;

/* The buffer for the next frame, PX_ZSTD_SLOT_BYTES and _SPARE_BYTES long; NULL: all slots are taken. */
uint8_t *px_zstd_frames_slot(struct px_zstd_frames *frames) FAST_FUNC;

/* The frame in that buffer is complete: walk has ended. */
void px_zstd_frames_put(struct px_zstd_frames *frames, const struct px_zstd_walk *walk) FAST_FUNC;

/* Copies at most len_bytes of what the oldest frame became, waits for it if need be: gives how many; 0: that frame is
 * at its end and its slot free; or libzstd's error (ZSTD_isError). Only when px_zstd_frames_pending. */
size_t px_zstd_frames_take(struct px_zstd_frames *frames, void *buf, size_t len_bytes) FAST_FUNC;

/* How many frames have not been taken to their end. */
unsigned px_zstd_frames_pending(const struct px_zstd_frames *frames) FAST_FUNC;

/* Waits for those in work. NULL is fine. */
void px_zstd_frames_close(struct px_zstd_frames *frames) FAST_FUNC;

#endif
