/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether bytes are all zero: any of them, or whole aligned pieces, fast.
 */
#ifndef PX_ZERO_H
#define PX_ZERO_H 1

/* True when all bytes are zero (also when there are none). */
int px_zero_is(const void *data, size_t len_bytes) FAST_FUNC;

/* The same for what is written: data is aligned to 8, len_bytes a multiple of 64. Some times faster. */
int px_zero_is_aligned(const void *data, size_t len_bytes) FAST_FUNC;

#endif
