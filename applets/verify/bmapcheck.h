/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block map, held against the image as that passes: the checksums of its ranges, and its holes, which are zeros. An
 * image that has something there is another one than the map was made of.
 */
#ifndef PX_BMAPCHECK_H
#define PX_BMAPCHECK_H 1

#include "verify/bmap.h"

struct px_bmap_check;

/* bmap must outlive the check. holes_are_zero: data in a hole is a failure; else px_bmap_check_dropped tells. Free
 * with free(). */
struct px_bmap_check *px_bmap_check_open(const struct px_bmap *bmap, int holes_are_zero) FAST_FUNC;

/* The next bytes of the image, from its start. 0, or EBADMSG when a range that ended in them, or a hole, is not what
 * the map says. May run in a thread; prints nothing. */
int px_bmap_check_feed(struct px_bmap_check *check, const uint8_t *data, size_t len_bytes) FAST_FUNC;

/* After EBADMSG: the message, with the range's offsets. */
void px_bmap_check_say(const struct px_bmap_check *check) FAST_FUNC;

/* Prints that this range of bmap is another one in the image. */
void px_bmap_say_wrong(const struct px_bmap *bmap, size_t range) FAST_FUNC;

/* Up to where all bytes that were fed are proven: the end of the last range that was right, or of what was fed behind
 * it of a hole. A range of more than hold_bytes is taken as proven while it comes. */
off_t px_bmap_check_proven(const struct px_bmap_check *check, off_t hold_bytes) FAST_FUNC;

/* Where the first byte of the image was that is not zero in a hole; -1: there was none. */
off_t px_bmap_check_dropped(const struct px_bmap_check *check) FAST_FUNC;

#endif
