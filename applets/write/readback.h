/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading back what was written, past the page cache.
 */
#ifndef PX_READBACK_H
#define PX_READBACK_H 1

#include "write/writing.h"
#include "lib/ring.h"

/* Step 4: everything from w->verified_bytes (at least the first MiB) to w->done_bytes against w->sums, and a sample
 * of what comes before. PX_OK (at once with w->skip_readback), or PX_IO with a message that names the first MiB found
 * that differs or cannot be read. */
enum px_status px_readback(struct px_blkwrite *w) FAST_FUNC;

/*
 * The same behind the writers, while these wait for the image: each PX_BEHIND_BYTES that were written are flushed and
 * read back then, past the cache, so that on a disk that is faster than the network little is left for px_readback.
 */
#ifndef PX_BEHIND_BYTES /* for tests */
# define PX_BEHIND_BYTES (128 << 20)
#endif

struct px_readbehind;

/* NULL: it is not for this disk (w->read_behind), or there are no threads to be had: px_readback does it all. What
 * fails makes px_ring_failed_fd of writers readable. */
struct px_readbehind *px_readbehind_open(struct px_blkwrite *w, const struct px_ring *writers) FAST_FUNC;

/* To be called again and again; everything from w->head_bytes to written_bytes has been written, and no writer is at
 * work. behind may be NULL. 0; -1: a chunk cannot be read back, or differs. */
int px_readbehind_step(struct px_readbehind *behind, off_t written_bytes) FAST_FUNC;

/* Waits for what has been begun and frees behind (NULL: nothing happens); sets w->verified_bytes. PX_OK, or PX_IO
 * with a message unless quiet. */
enum px_status px_readbehind_finish(struct px_readbehind *behind, int quiet) FAST_FUNC;

/* For px_readbehind, in a ring's stage: reads a chunk (len_bytes and offset_bytes are set) and compares. 0, or an
 * errno for px_readback_failed, which prints it and gives PX_IO. */
int px_readback_chunk(const struct px_blkwrite *w, struct px_chunk *chunk) FAST_FUNC;
enum px_status px_readback_failed(struct px_blkwrite *w, off_t offset_bytes, int error) FAST_FUNC;

/* Compares a range of whole sectors with data. PX_OK, or PX_IO with a message that names the first byte that
 * differs. */
enum px_status px_readback_range(struct px_blkwrite *w, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes) FAST_FUNC;

#endif
