/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading back. See readback.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += readback.o

#include "libbb.h"
#include "write/readback.h"
#include "write/source.h"
#include "lib/ring.h"
#include "verify/sum.h"
#include "lib/zero.h"

enum {
	CHUNKS = 4,
	READERS = 2,      /* O_DIRECT reads in flight */
	DIFFERS = EBADMSG, /* no disk says so */
};

int FAST_FUNC px_readback_chunk(const struct px_blkwrite *w, struct px_chunk *chunk)
{
	size_t len_bytes = px_blkdev_whole_sectors(w->dev, chunk->len_bytes);
	int error = px_blkdev_read(w->dev, chunk->data, len_bytes, chunk->offset_bytes);
	uint64_t sum;

	if (error)
		return error;
	if (px_zero_is_aligned(chunk->data, len_bytes))
		sum = PX_SUM_ZERO;
	else
		sum = px_sum(chunk->data, len_bytes);
	return sum == w->sums[chunk->offset_bytes / PX_CHUNK_BYTES] ? 0 : DIFFERS;
}

static int FAST_FUNC read_work(void *arg, struct px_chunk *chunk)
{
	return px_readback_chunk(arg, chunk);
}

static enum px_status differs_between(const struct px_blkwrite *w, off_t first_bytes, off_t last_bytes)
{
	static const char words[] ALIGN1 = "the disk does not give back what was written";

	if (first_bytes == last_bytes)
		bb_error_msg("%s: %s at byte %"OFF_FMT"u: it is failing", w->dev->path, words, first_bytes);
	else
		bb_error_msg("%s: %s between byte %"OFF_FMT"u and %"OFF_FMT"u: it is failing", w->dev->path, words,
				first_bytes, last_bytes);
	return PX_IO;
}

/* What was written into a chunk, where that can still be had: zeros, or what a file with a raw image has there. 0 or
 * -1. */
static int written_again(const struct px_blkwrite *w, uint8_t *data, size_t len_bytes, off_t offset_bytes)
{
	memset(data, 0, PX_CHUNK_BYTES);
	if (w->sums[offset_bytes / PX_CHUNK_BYTES] == PX_SUM_ZERO)
		return 0;
	if (w->format || px_source_look(w->source, data, len_bytes, offset_bytes) < 0)
		return -1;
	if (w->bmap)
		px_bmap_zero_holes(w->bmap, data, len_bytes, offset_bytes);
	return 0;
}

/* The first byte of got that is not as in want. Nothing when there is none. */
static void find_first(const uint8_t *got, const uint8_t *want, size_t len_bytes, struct px_sum_place *place)
{
	size_t i;

	for (i = 0; i < len_bytes; i++)
		if (got[i] != want[i]) {
			place->first_bytes = place->last_bytes = i;
			return;
		}
}

/* Where in a chunk it is that the disk does not give back what was written; all of it when that cannot be found.
 * both: room for two chunks. */
static void find_wrong_byte(const struct px_blkwrite *w, uint8_t *both, off_t offset_bytes, struct px_sum_place *place)
{
	size_t len_bytes = MIN(px_written_bytes(w) - offset_bytes, (off_t)PX_CHUNK_BYTES);
	size_t sectors_bytes = px_blkdev_whole_sectors(w->dev, len_bytes);
	uint8_t *want = both + PX_CHUNK_BYTES;
	struct px_sum_place found;

	place->first_bytes = 0;
	place->last_bytes = len_bytes - 1;
	px_blkdev_drop_cache(w->dev);
	if (px_blkdev_read(w->dev, both, sectors_bytes, offset_bytes) != 0)
		return;
	if (written_again(w, want, len_bytes, offset_bytes) == 0)
		find_first(both, want, sectors_bytes, place);
	else if (px_sum_find_wrong_byte(both, sectors_bytes, w->sums[offset_bytes / PX_CHUNK_BYTES], &found) == 0)
		*place = found;
}

enum px_status FAST_FUNC px_readback_failed(struct px_blkwrite *w, off_t offset_bytes, int error)
{
	struct px_sum_place place;
	void *both;

	if (error != DIFFERS)
		return px_blkdev_failed(w->dev, "cannot read back", offset_bytes, error);
	if (posix_memalign(&both, 4096, 2 * PX_CHUNK_BYTES) != 0)
		bb_die_memory_exhausted();
	find_wrong_byte(w, both, offset_bytes, &place);
	free(both);
	return differs_between(w, offset_bytes + place.first_bytes, offset_bytes + place.last_bytes);
}

static int read_one(struct px_blkwrite *w, struct px_ring *ring, off_t at_bytes)
{
	struct px_chunk *chunk = px_ring_get(ring);

	if (!chunk)
		return -1;
	chunk->offset_bytes = at_bytes;
	chunk->len_bytes = MIN(px_written_bytes(w) - at_bytes, (off_t)PX_CHUNK_BYTES);
	px_ring_put(ring, chunk);
	return 0;
}

/* One MiB that is not all zeros of each batch that was read behind the writers: a disk that is smaller than it says
 * (a forged one) wraps around, and what came later is where that was. */
static void read_samples(struct px_blkwrite *w, struct px_ring *ring)
{
	off_t at_bytes = w->head_bytes;

	while (at_bytes < w->verified_bytes) {
		off_t batch = (at_bytes - w->head_bytes) / PX_BEHIND_BYTES;

		if (w->sums[at_bytes / PX_CHUNK_BYTES] == PX_SUM_ZERO)
			at_bytes += PX_CHUNK_BYTES;
		else if (read_one(w, ring, at_bytes) == 0)
			at_bytes = w->head_bytes + (batch + 1) * PX_BEHIND_BYTES;
		else
			break;
	}
}

static void read_rest(struct px_blkwrite *w, struct px_ring *ring)
{
	off_t at_bytes = w->verified_bytes;

	while (at_bytes < px_written_bytes(w) && read_one(w, ring, at_bytes) == 0) {
		px_progress_update(&w->progress, at_bytes);
		at_bytes = MIN(at_bytes + PX_CHUNK_BYTES, px_written_bytes(w));
	}
	px_progress_end(&w->progress, at_bytes);
}

enum px_status FAST_FUNC px_readback(struct px_blkwrite *w)
{
	struct px_ring_stage stage = { read_work, w, READERS };
	struct px_ring_failure failure;
	struct px_ring *ring;

	if (w->skip_readback)
		return PX_OK;
	px_blkdev_drop_cache(w->dev);
	px_progress_init(&w->progress, "verify", px_written_bytes(w), w->progress_fd, w->quiet);
	w->progress.last_bytes = w->verified_bytes;
	ring = px_ring_open(CHUNKS, PX_CHUNK_BYTES, &stage, 1);
	if (!ring) {
		bb_simple_error_msg("no memory or no threads");
		return PX_RESOURCE;
	}
	read_samples(w, ring);
	read_rest(w, ring);
	if (px_ring_finish(ring, &failure) == 0)
		return PX_OK;
	w->why = "readback";
	return px_readback_failed(w, failure.offset_bytes, failure.error);
}

enum px_status FAST_FUNC px_readback_range(struct px_blkwrite *w, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes)
{
	void *got;
	size_t i;
	int error;

	if (posix_memalign(&got, 4096, len_bytes) != 0)
		bb_die_memory_exhausted();
	px_blkdev_drop_cache(w->dev);
	error = px_blkdev_read(w->dev, got, len_bytes, offset_bytes);
	for (i = 0; !error && i < len_bytes; i++) {
		if (((uint8_t *)got)[i] != data[i])
			break;
	}
	free(got);
	if (!error && i == len_bytes)
		return PX_OK;
	w->why = "readback";
	if (error)
		return px_blkdev_failed(w->dev, "cannot read back", offset_bytes, error);
	return differs_between(w, offset_bytes + i, offset_bytes + i);
}
