/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image on its way to a disk: what the steps of blkwrite.h (pouring, reading back behind the writers and at the
 * end) know together.
 */
#ifndef PX_WRITING_H
#define PX_WRITING_H 1

#include "disk/blkdev.h"
#include "verify/bmap.h"
#include "verify/check.h"
#include "volume/extent.h"
#include "volume/gpt.h"
#include "volume/volume.h"
#include "lib/progress.h"
#include "lib/state.h"

struct px_blkwrite {
	/* set by the caller */
	struct px_blkdev *dev;
	struct px_stream *image;          /* decoded; its end must be proven; owned by the caller */
	struct px_stream *source;         /* where it waits for bytes (write/source), for the progress line */
	const char *format;               /* the decoder's name; NULL: image gives the bytes of source as they are */
	off_t image_bytes;                /* -1: not known */
	off_t need_bytes;                 /* of image_bytes, up to the last one in use: a disk of that size will
	                                   * do; 0: not said */
	struct px_digest digest;
	enum px_proof proof;              /* what of digest and image_bytes is from somebody who knows the image */
	const struct px_bmap *bmap;       /* its checksums; NULL: none */
	smallint bmap_vouched;            /* bmap is right for sure: each range and hole is what it says */
	smallint source_proven;           /* who says the word of commit_fd has held the packed file against its hash */
	smallint whole;                   /* digest is held against the image, whatever else proves that */
	smallint unsealed;                /* a part of what was decoded so far had no checksum in its file */
	int commit_fd;                    /* -1, or whence the word that the boot sector waits for (commit.h) */
	struct px_missing *missing;       /* only what the disk lacks is written (missing.h); NULL: all of it */
	smallint read_all;                /* the disk may be forged: what is right now must be right in the end, too */
	smallint skip_readback;
	smallint read_behind;             /* reading disturbs this disk's writing little: no head to move */
	smallint grow;
	smallint quiet;
	int progress_fd;
	/* set by px_blkwrite_look */
	uint8_t *head;                    /* PX_HEAD_BYTES and a ring's slack, aligned, zeros behind head_bytes */
	size_t head_bytes;
	uint8_t *ahead;                   /* what px_bootcheck has read behind it; or NULL */
	struct px_volume kind;
	struct px_extent extent;          /* set by px_judge_image, with smaller */
	smallint smaller;                 /* the disk ends before the image: what does not fit must be zeros, or
	                                   * the backup GPT, which step 5 makes anew */
	/* PX_STATE_UNTOUCHED from the caller, then kept by px_blkwrite_run, which says it on progress_fd; a signal
	 * handler may read it */
	volatile smallint state;          /* enum px_state */
	const char *why;                  /* keyword for -p: why a step failed; NULL: its status says it */
	off_t done_bytes;                 /* of the image; in the end: how long it is */
	struct px_mend mend;              /* what was fitted to the disk */
	/* private */
	off_t verified_bytes;             /* read back already */
	struct px_progress progress;
	uint64_t *sums;                   /* of what was written: one for each MiB of the disk, the first is not used */
	unsigned long long decode_us;     /* in reading image, waits of source included */
	unsigned long long disk_us;       /* in writes, of all threads together */
	unsigned long long seen_us[PX_BUSY_STAGES]; /* what of these and of the waits has been reported */
	sha256_ctx_t hash;
	smallint hashed;                  /* hash is of all of the image, from its first byte on */
	struct px_bmap_check *bmap_check;
	struct px_range_check *range_check; /* in its place, when whoever writes a chunk can check it by itself */
	ssize_t wrong_range;              /* that it found first; -1: none */
	off_t dropped_bytes;              /* where the first byte with data in a hole was; -1: none */
	unsigned writers;                 /* threads */
	smallint poured;                  /* all of the image has been given to the stages */
	struct px_gate *gate;             /* with bmap_vouched: what is not proven is not written; else NULL */
};

/* How much of the image lies on the disk so far. */
static ALWAYS_INLINE off_t px_written_bytes(const struct px_blkwrite *w)
{
	return MIN(w->done_bytes, w->dev->size_bytes);
}

#endif
