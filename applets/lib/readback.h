/*
 * Reading back what was written, past the page cache.
 */
#ifndef PX_READBACK_H
#define PX_READBACK_H 1

#include "lib/blkwrite.h"

/* Step 4: everything from the first MiB to w->done_bytes against w->sums. PX_OK (at once with w->skip_readback), or PX_IO with a
 * message that names the first MiB found that differs or cannot be read. */
enum px_status px_readback(struct px_blkwrite *w) FAST_FUNC;

/* Compares a range of whole sectors with data. PX_OK, or PX_IO with a message that names the first byte that differs. */
enum px_status px_readback_range(struct px_blkwrite *w, const uint8_t *data, size_t len_bytes, off_t offset_bytes) FAST_FUNC;

#endif
