/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts an image on a disk in the order that leaves, at every moment, either the complete and verified image or a disk
 * that does not boot (CONTRIBUTING.md, "How pxwrite writes"; steps 0 to 6).
 *
 *	px_blkwrite_look(w);   step 0: the first MiB of the image, in memory; the disk is not touched
 *	px_blkwrite_fits(w);
 *	px_blkwrite_run(w);    steps 1 to 6
 */
#ifndef PX_BLKWRITE_H
#define PX_BLKWRITE_H 1

#include "write/writing.h"

/* Reads and looks at the start of the image. PX_OK or the stream's status (printed); an image of no bytes is
 * PX_DATA. */
enum px_status px_blkwrite_look(struct px_blkwrite *w) FAST_FUNC;

/* Whether image_bytes can be all of the image that was looked at. PX_OK, or PX_DATA with a message. */
enum px_status px_blkwrite_whole(struct px_blkwrite *w, off_t image_bytes) FAST_FUNC;

/* The same for the image's last 512 bytes (end), which are all by which some formats can be told. */
enum px_status px_blkwrite_refuse_end(const uint8_t *end) FAST_FUNC;

/* Of a partition that ends behind its image, which size and hash have proven, that much is cleared at most. */
enum { PX_OVERHANG_BYTES = 16 << 20 };

/* Whether the image's partition table can work on this disk. PX_OK, or PX_TARGET with a message. */
enum px_status px_blkwrite_fits(struct px_blkwrite *w) FAST_FUNC;

/* Writes. PX_OK, or why not, printed; w->state says what that left behind. Never PX_TARGET. */
enum px_status px_blkwrite_run(struct px_blkwrite *w) FAST_FUNC;

/* Step 1 alone: clears the first and the last MiB and reads them back; nothing of w but dev is needed. */
enum px_status px_blkwrite_clear(struct px_blkwrite *w) FAST_FUNC;

void px_blkwrite_free(struct px_blkwrite *w) FAST_FUNC; /* what it allocated, not w */

#endif
