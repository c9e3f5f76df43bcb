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

static enum px_status differs_at(const struct px_blkwrite *w, off_t offset_bytes)
{
	bb_error_msg("%s: the disk does not give back what was written at byte %"OFF_FMT"u: it is failing",
			w->dev->path, offset_bytes);
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

/* The first byte of a chunk that the disk does not give back, -1: that cannot be found. both: room for two chunks. */
static off_t first_wrong_byte(const struct px_blkwrite *w, uint8_t *both, off_t offset_bytes)
{
	size_t len_bytes = MIN(px_written_bytes(w) - offset_bytes, (off_t)PX_CHUNK_BYTES);
	size_t sectors_bytes = px_blkdev_whole_sectors(w->dev, len_bytes), i;
	uint8_t *want = both + PX_CHUNK_BYTES;

	if (written_again(w, want, len_bytes, offset_bytes) < 0)
		return -1;
	px_blkdev_drop_cache(w->dev);
	if (px_blkdev_read(w->dev, both, sectors_bytes, offset_bytes) != 0)
		return -1;
	for (i = 0; i < sectors_bytes; i++)
		if (both[i] != want[i])
			return offset_bytes + i;
	return -1;
}

enum px_status FAST_FUNC px_readback_failed(struct px_blkwrite *w, off_t offset_bytes, int error)
{
	off_t wrong_bytes;
	void *both;

	if (error != DIFFERS)
		return px_blkdev_failed(w->dev, "cannot read back", offset_bytes, error);
	if (posix_memalign(&both, 4096, 2 * PX_CHUNK_BYTES) != 0)
		bb_die_memory_exhausted();
	wrong_bytes = first_wrong_byte(w, both, offset_bytes);
	free(both);
	if (wrong_bytes >= 0)
		return differs_at(w, wrong_bytes);
	bb_error_msg("%s: the disk does not give back what was written between byte %"OFF_FMT"u and %"OFF_FMT"u: "
			"it is failing", w->dev->path, offset_bytes,
			MIN(px_written_bytes(w), offset_bytes + PX_CHUNK_BYTES) - 1);
	return PX_IO;
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
	return differs_at(w, offset_bytes + i);
}
