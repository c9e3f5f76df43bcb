/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image as zstd frames. See encode.h.
 *
 * Frame n lies in chunk n % chunks of the ring, and what it becomes in the slot of the same number. Before a chunk is
 * filled again, the frame that was in it is written out: so the caller's thread does all reading and writing, in order,
 * and the others only compute.
 */
//kbuild:lib-$(CONFIG_PX_READ) += encode.o

#include "libbb.h"
#include <zstd.h>
#include "lib/bytes.h"
#include "lib/ring.h"
#include "lib/zero.h"
#include "read/encode.h"
#include "read/seektable.h"
#include "verify/sha256.h"

enum { THREADS_MAX = 32, COMPRESS = 0, HASH = 1 };

struct slot {
	ZSTD_CCtx *context;
	uint8_t *packed;
	off_t used_bytes;      /* of the image, as far as this frame has any; 0 */
	struct px_frame frame; /* what it became */
};

/* A frame of zeros, made once: images are full of them. */
struct zeros {
	uint8_t *packed;
	struct px_frame frame;
};

struct px_encoder {
	struct px_ring *ring;
	struct slot *slots;
	unsigned slot_count;
	size_t frame_bytes;
	struct px_part *out;
	struct zeros zeros;
	struct px_extent extent;
	struct px_frame *frames; /* the threads do not know it: it may move */
	size_t frame_count;    /* put in */
	size_t written;        /* of them, written out */
	smallint failed;       /* the output */
	smallint whole;        /* is hashed */
	struct px_chunk *chunk; /* that the caller fills */
	struct px_chunk **chunks; /* of each slot */
	sha256_ctx_t hash;
	uint8_t sha256[32];
	off_t image_bytes, used_bytes;
};

/* --- one frame; in a thread of the ring */

/* 0, or EIO: libzstd does not fail at this unless it has no memory. */
static int pack(ZSTD_CCtx *context, uint8_t *packed, size_t frame_bytes, const uint8_t *data, size_t len_bytes,
		struct px_frame *frame)
{
	size_t n = ZSTD_compress2(context, packed, ZSTD_compressBound(frame_bytes), data, len_bytes);

	if (ZSTD_isError(n))
		return EIO;
	frame->packed_bytes = n;
	frame->len_bytes = len_bytes;
	frame->checksum = px_le32(packed + n - 4); /* the frame's last four bytes are just that (RFC 8878, 3.1.1) */
	px_sha256_of(data, len_bytes, frame->sha256);
	return 0;
}

static int FAST_FUNC compress(void *arg, struct px_chunk *chunk)
{
	struct px_encoder *e = arg;
	struct slot *slot = &e->slots[chunk->offset_bytes / e->frame_bytes % e->slot_count];

	if (chunk->zero && chunk->len_bytes == e->frame_bytes) {
		slot->used_bytes = 0;
		slot->frame = e->zeros.frame;
		memcpy(slot->packed, e->zeros.packed, slot->frame.packed_bytes);
		return 0;
	}
	slot->used_bytes = px_extent_used(&e->extent, chunk->data, chunk->len_bytes, chunk->offset_bytes);
	return pack(slot->context, slot->packed, e->frame_bytes, chunk->data, chunk->len_bytes, &slot->frame);
}

static int FAST_FUNC hash_whole(void *arg, struct px_chunk *chunk)
{
	px_sha256_hash(&((struct px_encoder *)arg)->hash, chunk->data, chunk->len_bytes);
	return 0;
}

/* --- setting up */

static ZSTD_CCtx *new_context(int level)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();

	if (context) {
		ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
		ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	}
	return context;
}

static int make_slots(struct px_encoder *e, int level)
{
	unsigned i;

	e->slots = xzalloc(e->slot_count * sizeof(*e->slots));
	e->chunks = xzalloc(e->slot_count * sizeof(*e->chunks));
	for (i = 0; i < e->slot_count; i++) {
		e->slots[i].packed = malloc(ZSTD_compressBound(e->frame_bytes));
		e->slots[i].context = new_context(level);
		if (!e->slots[i].packed || !e->slots[i].context)
			return -1;
	}
	return 0;
}

static int make_zeros(struct px_encoder *e)
{
	uint8_t *data = calloc(1, e->frame_bytes);
	int error = ENOMEM;

	e->zeros.packed = malloc(ZSTD_compressBound(e->frame_bytes));
	if (data && e->zeros.packed)
		error = pack(e->slots[0].context, e->zeros.packed, e->frame_bytes, data, e->frame_bytes,
				&e->zeros.frame);
	free(data);
	return error ? -1 : 0;
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : MIN(n, THREADS_MAX);
}

struct px_encoder* FAST_FUNC px_encoder_open(size_t frame_bytes, int level, int whole, struct px_part *out)
{
	struct px_encoder *e = xzalloc(sizeof(*e));
	struct px_ring_stage stages[2] = {
		[COMPRESS] = { compress, e, processors() },
		[HASH] = { hash_whole, e, 1 },
	};

	e->frame_bytes = frame_bytes;
	e->out = out;
	e->whole = whole;
	e->slot_count = 2 * processors() + 2;
	sha256_begin(&e->hash);
	if (make_slots(e, level) == 0 && make_zeros(e) == 0)
		e->ring = px_ring_open(e->slot_count, frame_bytes, stages, whole ? 2 : 1);
	if (e->ring)
		return e;
	bb_simple_error_msg("no memory or no threads to compress in");
	px_encoder_close(e);
	return NULL;
}

void FAST_FUNC px_encoder_set_extent(struct px_encoder *encoder, const struct px_extent *extent)
{
	encoder->extent = *extent;
}

/* --- the caller's side */

/* Writes out the oldest frame that has not been. 0 or -1; then the ring or, for ever, the output has failed. */
static int write_oldest(struct px_encoder *e)
{
	struct slot *slot = &e->slots[e->written % e->slot_count];
	struct px_frame *frame = &e->frames[e->written];
	smallint mapped = frame->mapped;

	if (e->failed)
		return -1;
	px_ring_wait(e->ring, e->chunks[e->written % e->slot_count]);
	if (px_ring_has_failed(e->ring))
		return -1;
	e->used_bytes = MAX(e->used_bytes, slot->used_bytes);
	*frame = slot->frame;
	frame->mapped = mapped;
	e->written++;
	e->failed = px_part_write(e->out, slot->packed, frame->packed_bytes) != 0;
	return e->failed ? -1 : 0;
}

uint8_t* FAST_FUNC px_encoder_buffer(struct px_encoder *e)
{
	if (e->frame_count - e->written == e->slot_count && write_oldest(e) != 0)
		return NULL;
	e->chunk = px_ring_get(e->ring);
	return e->chunk ? e->chunk->data : NULL;
}

void FAST_FUNC px_encoder_put(struct px_encoder *e, size_t len_bytes, int mapped)
{
	struct px_chunk *chunk = e->chunk;

	if (!mapped && (e->whole || len_bytes != e->frame_bytes)) /* nobody else looks at them */
		memset(chunk->data, 0, len_bytes);
	chunk->len_bytes = len_bytes;
	chunk->offset_bytes = e->image_bytes;
	chunk->zero = !mapped || px_zero_is(chunk->data, len_bytes);
	e->chunks[e->frame_count % e->slot_count] = chunk;
	if ((e->frame_count & (e->frame_count - 1)) == 0) /* 0 and every power of two: twice the room */
		e->frames = xrealloc(e->frames, (e->frame_count ? 2 * e->frame_count : 1) * sizeof(*e->frames));
	e->frames[e->frame_count++].mapped = mapped;
	e->image_bytes += len_bytes;
	px_ring_put(e->ring, chunk);
}

enum px_status FAST_FUNC px_encoder_finish(struct px_encoder *e)
{
	struct px_ring_failure failure;
	uint8_t *table;
	size_t table_bytes;
	int failed = 0;

	while (!failed && e->written < e->frame_count)
		failed = write_oldest(e);
	failed |= px_ring_finish(e->ring, &failure);
	e->ring = NULL;
	if (failed) {
		if (failure.error)
			bb_error_msg("cannot compress what lies at %"OFF_FMT"u: %s", failure.offset_bytes,
					strerror(failure.error));
		return failure.error ? PX_RESOURCE : PX_IO;
	}
	sha256_end(&e->hash, e->sha256);
	table = px_seektable_make(e->frames, e->frame_count, &table_bytes);
	failed = px_part_write(e->out, table, table_bytes);
	free(table);
	return failed ? PX_IO : PX_OK;
}

const struct px_frame* FAST_FUNC px_encoder_frames(const struct px_encoder *encoder, size_t *count)
{
	*count = encoder->frame_count;
	return encoder->frames;
}

off_t FAST_FUNC px_encoder_image_bytes(const struct px_encoder *encoder)
{
	return encoder->image_bytes;
}

off_t FAST_FUNC px_encoder_used_bytes(const struct px_encoder *encoder)
{
	return encoder->used_bytes;
}

const uint8_t* FAST_FUNC px_encoder_sha256(const struct px_encoder *encoder)
{
	return encoder->sha256;
}

void FAST_FUNC px_encoder_close(struct px_encoder *e)
{
	struct px_ring_failure failure;
	unsigned i;

	if (!e)
		return;
	if (e->ring)
		px_ring_finish(e->ring, &failure);
	for (i = 0; e->slots && i < e->slot_count; i++) {
		ZSTD_freeCCtx(e->slots[i].context);
		free(e->slots[i].packed);
	}
	free(e->slots);
	free(e->chunks);
	free(e->zeros.packed);
	free(e->frames);
	free(e);
}
