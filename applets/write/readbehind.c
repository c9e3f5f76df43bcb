/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading back behind the writers. See readback.h.
 *
 * A ring of its own, with one reader, so that it sees its chunks in order: before the first chunk of each
 * PX_BEHIND_BYTES it flushes the disk. Else the device's write cache would answer for what it may lose.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += readbehind.o

#include "libbb.h"
#include <sys/eventfd.h>
#include "write/readback.h"
#include "lib/ring.h"

enum { CHUNKS = 4 };

struct px_readbehind {
	struct px_blkwrite *w;
	struct px_ring *ring;
	int failed_fd;         /* the writers' (a copy): wakes who waits for the image; -1: none */
	off_t begun_bytes;     /* put into the ring up to here */
	off_t flushed_bytes;   /* the reader's own: flushed up to here */
	smallint flush_failed;
};

static int flush_and_read(struct px_readbehind *behind, struct px_chunk *chunk)
{
	if (chunk->offset_bytes >= behind->flushed_bytes) {
		if (fdatasync(behind->w->dev->fd) < 0) {
			behind->flush_failed = 1;
			return px_ring_errno();
		}
		behind->flushed_bytes = chunk->offset_bytes + PX_BEHIND_BYTES;
	}
	return px_readback_chunk(behind->w, chunk);
}

static int FAST_FUNC behind_work(void *arg, struct px_chunk *chunk)
{
	struct px_readbehind *behind = arg;
	int error = flush_and_read(behind, chunk);

	if (error && behind->failed_fd >= 0)
		eventfd_write(behind->failed_fd, 1);
	return error;
}

static void forget(struct px_readbehind *behind)
{
	if (behind->failed_fd >= 0)
		close(behind->failed_fd);
	free(behind);
}

struct px_readbehind* FAST_FUNC px_readbehind_open(struct px_blkwrite *w, const struct px_ring *writers)
{
	struct px_readbehind *behind;
	struct px_ring_stage stage = { behind_work, NULL, 1 };

	w->verified_bytes = w->head_bytes;
	if (!w->read_behind || w->skip_readback || !w->dev->is_direct)
		return NULL;
	behind = xzalloc(sizeof(*behind));
	behind->w = w;
	behind->begun_bytes = behind->flushed_bytes = w->head_bytes;
	behind->failed_fd = fcntl(px_ring_failed_fd(writers), F_DUPFD_CLOEXEC, 0);
	stage.arg = behind;
	behind->ring = px_ring_open(CHUNKS, PX_CHUNK_BYTES, &stage, 1);
	if (behind->ring)
		return behind;
	forget(behind);
	return NULL;
}

int FAST_FUNC px_readbehind_step(struct px_readbehind *behind, off_t written_bytes)
{
	struct px_chunk *chunk;
	off_t end_bytes;

	if (!behind)
		return 0;
	/* whole batches only: their flush comes before their first chunk is read */
	end_bytes = written_bytes - (written_bytes - (off_t)behind->w->head_bytes) % PX_BEHIND_BYTES;
	while (behind->begun_bytes < end_bytes && (chunk = px_ring_try_get(behind->ring)) != NULL) {
		chunk->offset_bytes = behind->begun_bytes;
		chunk->len_bytes = PX_CHUNK_BYTES;
		behind->begun_bytes += PX_CHUNK_BYTES;
		px_ring_put(behind->ring, chunk);
	}
	return px_ring_has_failed(behind->ring) ? -1 : 0;
}

enum px_status FAST_FUNC px_readbehind_finish(struct px_readbehind *behind, int quiet)
{
	struct px_ring_failure failure;
	enum px_status status = PX_OK;

	if (!behind)
		return PX_OK;
	if (px_ring_finish(behind->ring, &failure) < 0) {
		status = PX_IO;
		if (!quiet && behind->flush_failed)
			px_blkdev_flush_failed(behind->w->dev, failure.error);
		else if (!quiet)
			px_readback_failed(behind->w, failure.offset_bytes, failure.error);
	}
	behind->w->verified_bytes = behind->begun_bytes;
	forget(behind);
	return status;
}
