/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 0: whether a machine will start from the image (volume/boot.h), before the first byte is written.
 */
#ifndef PX_BOOTCHECK_H
#define PX_BOOTCHECK_H 1

#include "write/target.h"
#include "write/writing.h"

/* Call it after px_blkwrite_look. Says what speaks against the image (`warning=` on -p), or why it is refused because
 * it certainly does not start: then PX_TARGET. With target->dry what lies behind w->head is read, too, from w->image,
 * as far as 16 MiB, and an image that fails there gives its status. A stick, a card, a file or a loop device is mostly
 * meant for another machine than this one: without target->machine_known it is only warned of, with target->dry.
 * known: the words are for pximenu's user (-k). */
enum px_status px_bootcheck(struct px_blkwrite *w, const struct px_target *target, int known) FAST_FUNC;

#endif
