/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the first MiB of an image says about image and disk together: refusals, before anything is written, and
 * warnings.
 */
#ifndef PX_JUDGE_H
#define PX_JUDGE_H 1

#include "write/target.h"
#include "write/writing.h"

/* Whether the image is read from the very disk that it is written to: then it would be overwritten before it is read.
 * PX_OK, or PX_TARGET with a message. */
enum px_status px_judge_source(const struct px_blkwrite *w, const struct px_target *target) FAST_FUNC;

/* To be called after px_blkwrite_look. known: only an image that is known or proven will do, also where target->force
 * is set (-k). PX_OK; with a message: PX_DATA (this is no disk image, or not all of it), PX_TARGET (not for this
 * disk). */
enum px_status px_judge_image(struct px_blkwrite *w, const struct px_target *target, int known) FAST_FUNC;

#endif
