/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Only what the disk lacks of an image: pxwrite -u FD. Takes the place of px_blkwrite_look, px_pour and px_readback.
 *
 *	px_missing_look(m, &whole);  step 0: a sample of the disk; what the image begins with; nothing is written yet
 *	px_missing_pour(m);          steps 2 and 3: each range of the block map that the disk does not hold already is
 *	                             asked for, held against its checksum, and only then written
 *	px_missing_readback(m);      step 4, for what was written
 *
 * The lines that go to FD are pxfetch -R's (fetch/ranges.h), what comes are its pieces (decode/piece.h). There is no
 * journal: what an interrupted run has written is found like everything else that is right already.
 */
#ifndef PX_MISSING_H
#define PX_MISSING_H 1

#include "write/writing.h"

/* So much of what is looked at first may be missing; beyond, looking at the rest costs more than it saves. */
enum { PX_MISSING_MOST_PERCENT = 70 };

struct px_missing;

/* w->bmap is vouched for and fits the disk, w->source is open. ask_fd: taken over. memory_bytes: what buffers may
 * take. w and its bmap must outlive it. */
struct px_missing *px_missing_open(struct px_blkwrite *w, int ask_fd, size_t memory_bytes) FAST_FUNC;

/* Sets *whole when w->source gives the whole image from here on, to be written as ever (the disk has too little of
 * it, or it cannot be had in parts); else w->head, head_bytes and kind, as px_blkwrite_look does. PX_OK, or why not,
 * printed. */
enum px_status px_missing_look(struct px_missing *m, int *whole) FAST_FUNC;

/* After step 1. PX_OK: the disk holds all of the image but its first MiB, and nothing more came. */
enum px_status px_missing_pour(struct px_missing *m) FAST_FUNC;

/* Reads back what px_missing_pour wrote, and one range in 128 MiB of what was found; everything on a disk that may be
 * forged (w->read_all). */
enum px_status px_missing_readback(struct px_missing *m) FAST_FUNC;

void px_missing_free(struct px_missing *m) FAST_FUNC; /* NULL is fine */

#endif
