/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block map whose ranges are so short that each lies in one chunk of the image: then any thread can hold any chunk
 * against it, and nobody waits for what comes before. Other maps are for bmapcheck.h.
 */
#ifndef PX_RANGECHECK_H
#define PX_RANGECHECK_H 1

#include "verify/bmap.h"

struct px_range_check;

/* NULL: a range lies in two of the chunks (chunk_bytes each, from the image's start), or has no SHA-256. bmap must
 * outlive the check. Free with free(). */
struct px_range_check *px_range_check_open(const struct px_bmap *bmap, size_t chunk_bytes) FAST_FUNC;

/* A chunk of the image, len_bytes of it from offset_bytes on. zero: all of it is known to be zero: then a range of the
 * usual length is not hashed, since what that gives is known. Returns the first range in it that is not what the map
 * says, or not there as a whole; -1: there is none. For any thread; prints nothing. */
ssize_t px_range_check(const struct px_range_check *check, const uint8_t *chunk, size_t len_bytes, off_t offset_bytes,
		int zero) FAST_FUNC;

#endif
