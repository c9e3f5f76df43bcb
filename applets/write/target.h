/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk that is written: looked at, held against what was asked for, opened exclusively. Nothing here writes.
 */
#ifndef PX_TARGET_H
#define PX_TARGET_H 1

#include "disk/blkdev.h"
#include "disk/disk.h"
#include "disk/identity.h"
#include "disk/platform.h"

struct px_target {
	/* set by the caller */
	const char *path;
	smallint dry;                /* open it for reading only */
	smallint force;              /* it may hold data */
	smallint identity_known;     /* it must be this one: */
	struct px_identity identity;
	struct px_platform machine;   /* what is to start from it */
	smallint machine_known;      /* somebody has said so; else it is the machine that this runs on */
	/* set by px_target_open */
	struct px_disk *disk;
	struct px_blkdev dev;
	const char *why;             /* keyword for -p: why it failed; NULL: the status says it */
};

/* need_bytes: what the image has at least; 0: not known. Returns PX_OK; PX_TARGET: refused (too small, in use, another
 * disk than the one that was chosen, ...); PX_IO. All but PX_OK with a message. */
enum px_status px_target_open(struct px_target *target, off_t need_bytes) FAST_FUNC;

/* The same question again, now that more is known of the image. need_bytes 0, sector_bytes 0: not known. PX_OK, or
 * PX_TARGET with a message. */
enum px_status px_target_refuse(const struct px_target *target, off_t need_bytes, unsigned sector_bytes) FAST_FUNC;

/* Whether it may be a forged stick or card, smaller than it says: what was written to it last lies where other things
 * were. */
int px_target_may_be_forged(const struct px_target *target) FAST_FUNC;

/* Whether the disk may be read while it is written: one with heads would lose time. A forged stick or card, smaller
 * than it says, overwrites its beginning later on: it must be read when all of it is written. */
int px_target_reads_behind(const struct px_target *target) FAST_FUNC;

#endif
