/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zstd frames side by side. See zstd_frames.h.
 */
//kbuild:obj-$(CONFIG_PX_DECODE_ZSTD) += zstd_frames.o

#include "libbb.h"
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_d_forceIgnoreChecksum */
#include <zstd.h>
#include "decode/zstd_frames.h"
#include "lib/ring.h"

enum {
	BLOCK_HEADER_BYTES = 3,
	CHECKSUM_BYTES = 4,
};

enum { RAW, RLE, COMPRESSED, RESERVED };

struct slot {
	ZSTD_DCtx *z;
	uint8_t *buf;
	size_t packed_bytes, room_bytes;
	size_t content_bytes;  /* what it became, or libzstd's error */
	size_t taken_bytes;
	struct px_chunk *chunk;
};

struct px_zstd_frames {
	struct px_ring *ring;  /* its chunks carry no data but which slot */
	unsigned put, taken;   /* frames; frame n is in slot n % PX_ZSTD_SLOTS */
	struct slot slot[PX_ZSTD_SLOTS];
};

/* --- the blocks */

void FAST_FUNC px_zstd_walk_begin(struct px_zstd_walk *walk, size_t header_bytes, size_t block_bytes, int checksum)
{
	memset(walk, 0, sizeof(*walk));
	walk->need_bytes = header_bytes + BLOCK_HEADER_BYTES;
	walk->room_bytes = header_bytes + block_bytes + CHECKSUM_BYTES; /* ZSTD_decompressionMargin */
	walk->block_bytes = block_bytes;
	walk->checksum = checksum;
}

/* bit 0: the last one; bits 1, 2: its type; then its size, packed; of RLE: unpacked */
int FAST_FUNC px_zstd_walk_on(struct px_zstd_walk *walk, const uint8_t *frame)
{
	const uint8_t *b = frame + walk->need_bytes - BLOCK_HEADER_BYTES;
	unsigned header = b[0] | b[1] << 8 | b[2] << 16;
	unsigned type = header >> 1 & 3;
	size_t size_bytes = header >> 3;

	if (type == RESERVED || size_bytes > walk->block_bytes)
		return 0;
	walk->room_bytes += BLOCK_HEADER_BYTES + (type == COMPRESSED ? walk->block_bytes : size_bytes);
	walk->need_bytes += type == RLE ? 1 : size_bytes;
	walk->ended = header & 1;
	if (!walk->ended)
		walk->need_bytes += BLOCK_HEADER_BYTES;
	else if (walk->checksum)
		walk->need_bytes += CHECKSUM_BYTES;
	return walk->room_bytes <= PX_ZSTD_SLOT_BYTES && walk->need_bytes <= PX_ZSTD_SLOT_BYTES;
}

/* --- the slots */

/* In a thread: the packed frame goes to the end of its room, so what is decoded never catches up with what is not. */
static int FAST_FUNC decode_work(void *arg, struct px_chunk *chunk)
{
	struct px_zstd_frames *frames = arg;
	struct slot *slot = &frames->slot[chunk->offset_bytes];
	size_t room_bytes = MAX(slot->room_bytes, slot->packed_bytes);
	uint8_t *packed = slot->buf + room_bytes - slot->packed_bytes;

	memmove(packed, slot->buf, slot->packed_bytes);
	slot->content_bytes = ZSTD_decompressDCtx(slot->z, slot->buf, room_bytes, packed, slot->packed_bytes);
	return 0;
}

static int open_slot(struct slot *slot, const struct px_decode_options *options)
{
	slot->buf = malloc(PX_ZSTD_SLOT_BYTES + PX_ZSTD_SPARE_BYTES);
	slot->z = ZSTD_createDCtx();
	if (!slot->buf || !slot->z)
		return -1;
	if (options->hashed)
		ZSTD_DCtx_setParameter(slot->z, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
	return 0;
}

struct px_zstd_frames* FAST_FUNC px_zstd_frames_open(const struct px_decode_options *options)
{
	struct px_zstd_frames *frames;
	struct px_ring_stage stage;
	unsigned i;

	if (options->memory_bytes / PX_ZSTD_PART < PX_ZSTD_SLOTS * PX_ZSTD_SLOT_BYTES
	 || sysconf(_SC_NPROCESSORS_ONLN) < PX_ZSTD_PROCESSORS)
		return NULL;
	frames = xzalloc(sizeof(*frames));
	for (i = 0; i < PX_ZSTD_SLOTS; i++) {
		if (open_slot(&frames->slot[i], options) < 0)
			goto fail;
	}
	stage = (struct px_ring_stage){ decode_work, frames, PX_ZSTD_SLOTS };
	/* px_ring_get wants one chunk more than is in work */
	frames->ring = px_ring_open(PX_ZSTD_SLOTS + 1, 0, &stage, 1);
	if (frames->ring)
		return frames;
 fail:
	px_zstd_frames_close(frames);
	return NULL;
}

unsigned FAST_FUNC px_zstd_frames_pending(const struct px_zstd_frames *frames)
{
	return frames->put - frames->taken;
}

uint8_t* FAST_FUNC px_zstd_frames_slot(struct px_zstd_frames *frames)
{
	if (px_zstd_frames_pending(frames) == PX_ZSTD_SLOTS)
		return NULL;
	return frames->slot[frames->put % PX_ZSTD_SLOTS].buf;
}

void FAST_FUNC px_zstd_frames_put(struct px_zstd_frames *frames, const struct px_zstd_walk *walk)
{
	unsigned index = frames->put++ % PX_ZSTD_SLOTS;
	struct slot *slot = &frames->slot[index];

	slot->packed_bytes = walk->need_bytes;
	slot->room_bytes = walk->room_bytes;
	slot->taken_bytes = 0;
	slot->chunk = px_ring_get(frames->ring);
	slot->chunk->offset_bytes = index;
	px_ring_put(frames->ring, slot->chunk);
}

size_t FAST_FUNC px_zstd_frames_take(struct px_zstd_frames *frames, void *buf, size_t len_bytes)
{
	struct slot *slot = &frames->slot[frames->taken % PX_ZSTD_SLOTS];
	size_t bytes;

	px_ring_wait(frames->ring, slot->chunk);
	if (ZSTD_isError(slot->content_bytes))
		return slot->content_bytes;
	bytes = MIN(len_bytes, slot->content_bytes - slot->taken_bytes);
	memcpy(buf, slot->buf + slot->taken_bytes, bytes);
	slot->taken_bytes += bytes;
	if (bytes == 0)
		frames->taken++;
	return bytes;
}

void FAST_FUNC px_zstd_frames_close(struct px_zstd_frames *frames)
{
	struct px_ring_failure failure;
	unsigned i;

	if (!frames)
		return;
	if (frames->ring)
		px_ring_finish(frames->ring, &failure);
	for (i = 0; i < PX_ZSTD_SLOTS; i++) {
		ZSTD_freeDCtx(frames->slot[i].z);
		free(frames->slot[i].buf);
	}
	free(frames);
}
