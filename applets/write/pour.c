/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the stream to the disk. See pour.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += pour.o

#include "libbb.h"
#include "verify/bmapcheck.h"
#include "verify/rangecheck.h"
#include "write/gate.h"
#include "write/pour.h"
#include "write/proof.h"
#include "write/readback.h"
#include "lib/ring.h"
#include "verify/sha256.h"
#include "write/source.h"
#include "verify/sum.h"
#include "lib/zero.h"

enum {
	WRITERS = 2,          /* O_DIRECT writes in flight */
	PROVERS_MAX = 8,      /* threads that check what they write */
	STAGE_WRITE = 0,      /* of the ring */
	/* The longest range that the writers wait for: the ring must hold it and what is decoded behind it. */
	HOLD_BYTES = 8 << 20,
};

/* Zeros are written too, by the device where it can: what the disk held before must not show through. */
static int write_data(struct px_blkwrite *w, const uint8_t *data, size_t len_bytes, off_t offset_bytes, int zero)
{
	unsigned long long start_us;
	int error = EOPNOTSUPP;

	if (!w->skip_readback)
		w->sums[offset_bytes / PX_CHUNK_BYTES] = zero ? PX_SUM_ZERO : px_sum(data, len_bytes);
	start_us = monotonic_us();
	if (zero)
		error = px_blkdev_zero(w->dev, offset_bytes, len_bytes);
	if (error == EOPNOTSUPP)
		error = px_blkdev_write(w->dev, data, len_bytes, offset_bytes);
	__atomic_fetch_add(&w->disk_us, monotonic_us() - start_us, __ATOMIC_RELAXED);
	return error;
}

/* The image has something where its block map has a hole, and nothing but the map says what the image is: the disk
 * gets zeros there. Other stages and the decoder still read the chunk as it came, so the zeros go into a copy. */
static int write_without_holes(struct px_blkwrite *w, const struct px_chunk *chunk, size_t len_bytes)
{
	void *copy;
	int error;

	if (posix_memalign(&copy, 4096, PX_CHUNK_BYTES) != 0)
		return ENOMEM;
	memcpy(copy, chunk->data, len_bytes);
	px_bmap_zero_holes(w->bmap, copy, chunk->len_bytes, chunk->offset_bytes);
	error = write_data(w, copy, len_bytes, chunk->offset_bytes, px_zero_is_aligned(copy, len_bytes));
	free(copy);
	return error;
}

/* By any of the writers: which of them comes first says nothing. */
static void note_dropped(struct px_blkwrite *w, off_t at_bytes)
{
	off_t before_bytes = __atomic_load_n(&w->dropped_bytes, __ATOMIC_RELAXED);

	while (before_bytes < 0 || at_bytes < before_bytes)
		if (__atomic_compare_exchange_n(&w->dropped_bytes, &before_bytes, at_bytes, 0, __ATOMIC_RELAXED,
				__ATOMIC_RELAXED))
			return;
}

static int write_chunk(struct px_blkwrite *w, struct px_chunk *chunk)
{
	off_t room_bytes = w->dev->size_bytes - chunk->offset_bytes, dropped_bytes = -1;
	size_t len_bytes = px_blkdev_whole_sectors(w->dev, chunk->len_bytes);

	if (room_bytes <= 0)
		return 0; /* check_behind has looked at it */
	len_bytes = MIN((off_t)len_bytes, room_bytes);
	if (w->bmap && !chunk->zero)
		dropped_bytes = px_bmap_hole_with_data(w->bmap, chunk->data, chunk->len_bytes, chunk->offset_bytes);
	if (dropped_bytes >= 0) {
		note_dropped(w, dropped_bytes);
		return write_without_holes(w, chunk, len_bytes);
	}
	return write_data(w, chunk->data, len_bytes, chunk->offset_bytes, chunk->zero);
}

/* A chunk that the gate keeps back is not written; why is somebody else's failure, who has closed it. */
static int FAST_FUNC write_work(void *arg, struct px_chunk *chunk)
{
	struct px_blkwrite *w = arg;
	int error;

	if (!w->gate)
		return write_chunk(w, chunk);
	if (px_gate_wait(w->gate, chunk->offset_bytes + chunk->len_bytes) < 0)
		return 0;
	error = write_chunk(w, chunk);
	if (error)
		px_gate_close(w->gate);
	return error;
}

/* Of the ranges that are wrong the one that was seen first is told. */
static int prove(struct px_blkwrite *w, const uint8_t *data, size_t len_bytes, off_t offset_bytes, int zero)
{
	ssize_t wrong = px_range_check(w->range_check, data, len_bytes, offset_bytes, zero), none = -1;

	if (wrong < 0)
		return 0;
	__atomic_compare_exchange_n(&w->wrong_range, &none, wrong, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return EBADMSG;
}

static int FAST_FUNC prove_and_write_work(void *arg, struct px_chunk *chunk)
{
	struct px_blkwrite *w = arg;
	int error = prove(w, chunk->data, chunk->len_bytes, chunk->offset_bytes, chunk->zero);

	return error ? error : write_chunk(w, chunk);
}

static int FAST_FUNC hash_work(void *arg, struct px_chunk *chunk)
{
	struct px_blkwrite *w = arg;

	px_sha256_hash(&w->hash, chunk->data, chunk->len_bytes);
	return 0;
}

static int FAST_FUNC bmap_work(void *arg, struct px_chunk *chunk)
{
	struct px_blkwrite *w = arg;
	int error = px_bmap_check_feed(w->bmap_check, chunk->data, chunk->len_bytes);

	if (w->gate && error)
		px_gate_close(w->gate);
	else if (w->gate)
		px_gate_open(w->gate, px_bmap_check_proven(w->bmap_check, HOLD_BYTES));
	return error;
}

static void add_busy(struct px_blkwrite *w, int stage, unsigned long long total_us)
{
	unsigned ms = (total_us - w->seen_us[stage]) / 1000;

	w->progress.busy_ms[stage] += ms;
	w->seen_us[stage] += ms * 1000ULL;
}

static void report(struct px_blkwrite *w)
{
	unsigned long long net_us = px_source_wait_us(w->source);

	add_busy(w, PX_BUSY_NET, net_us);
	add_busy(w, PX_BUSY_DECODE, w->decode_us > net_us ? w->decode_us - net_us : 0);
	add_busy(w, PX_BUSY_DISK, __atomic_load_n(&w->disk_us, __ATOMIC_RELAXED) / w->writers);
	px_progress_update(&w->progress, w->done_bytes);
}

/* Reads the next MiB of the image into chunk: 1; 0 at the image's end; -1 failed, printed. Looks for zeros at once,
 * while they are in this processor's cache: for the other ones it takes four times as long. */
static int fill(struct px_blkwrite *w, struct px_chunk *chunk)
{
	unsigned long long start_us = monotonic_us();
	ssize_t n = px_stream_read_full(w->image, chunk->data, PX_CHUNK_BYTES);

	w->decode_us += monotonic_us() - start_us;
	if (n <= 0)
		return n;
	chunk->len_bytes = n;
	chunk->offset_bytes = w->done_bytes;
	memset(chunk->data + n, 0, px_blkdev_whole_sectors(w->dev, n) - n);
	chunk->zero = px_zero_is_aligned(chunk->data, px_blkdev_whole_sectors(w->dev, n));
	return 1;
}

/* What the disk has no room for: it was promised that nothing of it is in use. */
static enum px_status check_behind(struct px_blkwrite *w, const struct px_chunk *chunk)
{
	off_t skip_bytes = MAX(w->dev->size_bytes - chunk->offset_bytes, (off_t)0);

	if (chunk->offset_bytes + px_blkdev_whole_sectors(w->dev, chunk->len_bytes) <= w->dev->size_bytes)
		return PX_OK;
	if (!w->smaller) {
		bb_error_msg("%s: the image is larger than the disk (%"OFF_FMT"u bytes)", w->dev->path,
				w->dev->size_bytes);
		return PX_IO;
	}
	if (chunk->zero || (off_t)chunk->len_bytes <= skip_bytes || !px_extent_used(&w->extent,
			chunk->data + skip_bytes, chunk->len_bytes - skip_bytes, chunk->offset_bytes + skip_bytes))
		return PX_OK;
	bb_error_msg("%s: the image has data behind the disk's end (%"OFF_FMT"u bytes), in the MiB at byte "
			"%"OFF_FMT"u: Need is wrong", w->dev->path, w->dev->size_bytes, chunk->offset_bytes);
	w->why = "image";
	return PX_DATA;
}

/* PX_OK: all of the stream is in the ring, or a stage has failed (px_ring_finish says it), or behind has. */
static enum px_status pour_all(struct px_blkwrite *w, struct px_ring *ring, struct px_readbehind *behind)
{
	enum px_status status;
	struct px_chunk *chunk;

	while ((chunk = px_ring_get(ring)) != NULL) {
		int n = fill(w, chunk);

		if (n < 0)
			return w->image->status;
		if (n == 0) {
			w->poured = 1;
			return PX_OK;
		}
		status = check_behind(w, chunk);
		if (status != PX_OK)
			return status;
		if (px_ring_is_idle(ring, STAGE_WRITE) && px_readbehind_step(behind, px_written_bytes(w)) < 0)
			return PX_OK;
		px_ring_put(ring, chunk);
		w->done_bytes += chunk->len_bytes;
		report(w);
	}
	return PX_OK;
}

/* Checksums take the most of the time: where ranges are short, all processors compute them. */
static void prepare_check(struct px_blkwrite *w)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	w->writers = WRITERS;
	w->wrong_range = w->dropped_bytes = -1;
	if (w->bmap_vouched)
		w->range_check = px_range_check_open(w->bmap, PX_CHUNK_BYTES);
	if (w->range_check)
		w->writers = MAX(MIN(processors, (long)PROVERS_MAX), (long)WRITERS);
	else if (w->bmap)
		w->bmap_check = px_bmap_check_open(w->bmap, px_proof_holes_are_zero(w));
	if (w->bmap_vouched && !w->range_check)
		w->gate = px_gate_new();
}

static void prepare(struct px_blkwrite *w)
{
	off_t most_bytes = w->image_bytes > 0 ? w->image_bytes : w->dev->size_bytes;

	/* not all of it becomes memory: only what is written to */
	w->sums = xzalloc((most_bytes / PX_CHUNK_BYTES + 1) * sizeof(w->sums[0]));
	w->done_bytes = w->head_bytes;
	w->hashed = px_proof_hashes(w);
	sha256_begin(&w->hash);
	if (w->hashed)
		px_sha256_hash(&w->hash, w->head, w->head_bytes);
	prepare_check(w);
	px_progress_init(&w->progress, "write", MAX(w->image_bytes, 0), w->progress_fd, w->quiet);
	w->progress.stages = PX_BUSY_STAGES;
}

static enum px_status wrong_data(struct px_blkwrite *w)
{
	if (w->bmap_check)
		px_bmap_check_say(w->bmap_check);
	else
		px_bmap_say_wrong(w->bmap, w->wrong_range);
	return PX_DATA;
}

/* What a stage's failure means. */
static enum px_status stage_failed(struct px_blkwrite *w, const struct px_ring_failure *failure,
		const struct px_ring_stage *stage)
{
	int wrong = stage->work == bmap_work || (failure->error == EBADMSG && w->wrong_range >= 0);

	w->why = wrong ? "image" : "disk";
	if (wrong)
		return wrong_data(w);
	return px_blkdev_failed(w->dev, "cannot write", failure->offset_bytes, failure->error);
}

static enum px_status pour_through_ring(struct px_blkwrite *w)
{
	struct px_ring_stage stages[PX_RING_STAGES] = {
		[STAGE_WRITE] = { w->range_check ? prove_and_write_work : write_work, w, w->writers },
	};
	unsigned count = 1;
	struct px_ring_failure failure;
	struct px_readbehind *behind;
	struct px_ring *ring;
	enum px_status status, behind_status;

	if (w->hashed)
		stages[count++] = (struct px_ring_stage){ hash_work, w, 1 };
	if (w->bmap_check)
		stages[count++] = (struct px_ring_stage){ bmap_work, w, 1 };
	ring = px_ring_open(PX_POUR_CHUNKS, PX_CHUNK_BYTES, stages, count);
	if (!ring) {
		bb_simple_error_msg("no memory or no threads");
		return PX_RESOURCE;
	}
	behind = px_readbehind_open(w, ring);
	/* else a disk's error waits for the network's next byte */
	px_source_give_up_on(w->source, px_ring_failed_fd(ring));
	status = pour_all(w, ring, behind);
	px_source_give_up_on(w->source, -1);
	if (w->gate && !w->poured)
		px_gate_close(w->gate); /* the rest of the range that the writers wait for does not come any more */
	px_ring_finish(ring, &failure);
	px_progress_end(&w->progress, w->done_bytes);
	behind_status = px_readbehind_finish(behind, failure.error);
	if (failure.error)
		return stage_failed(w, &failure, &stages[failure.stage]);
	if (behind_status == PX_OK)
		return status;
	w->why = "readback";
	return behind_status;
}

static void warn_of_holes(struct px_blkwrite *w)
{
	off_t dropped_bytes = w->bmap_check ? px_bmap_check_dropped(w->bmap_check) : w->dropped_bytes;

	if (dropped_bytes >= 0)
		px_state_warn(w->progress_fd, w->quiet, "hole",
				"the image has data at byte %"OFF_FMT"u and perhaps elsewhere, "
				"where its block map has holes: the disk has zeros there", dropped_bytes);
}

/* 0 or EBADMSG */
static int check_head(struct px_blkwrite *w)
{
	off_t dropped_bytes;

	if (w->bmap_check)
		return px_bmap_check_feed(w->bmap_check, w->head, w->head_bytes);
	dropped_bytes = px_bmap_hole_with_data(w->bmap, w->head, w->head_bytes, 0);
	if (dropped_bytes >= 0)
		note_dropped(w, dropped_bytes);
	return prove(w, w->head, w->head_bytes, 0, 0);
}

enum px_status FAST_FUNC px_pour(struct px_blkwrite *w)
{
	enum px_status status;

	prepare(w);
	if (w->bmap && check_head(w) != 0)
		return wrong_data(w);
	status = pour_through_ring(w);
	if (w->bmap) /* not before: the decoder may look back into it */
		px_bmap_zero_holes(w->bmap, w->head, w->head_bytes, 0);
	if (status == PX_OK && w->bmap)
		warn_of_holes(w);
	if (status == PX_OK && w->hashed && px_digest_check(&w->digest, &w->hash, "the image") < 0)
		status = PX_DATA;
	return status;
}
