/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fast sum for comparing what a disk gives back with what it was given: a disk errs, it does not attack. Two
 * different chunks have the same sum once in 2^64 cases.
 */
#ifndef PX_SUM_H
#define PX_SUM_H 1

enum { PX_SUM_ZERO = 0 }; /* stands for a chunk of zeros: never what px_sum gives */

/* data is aligned to 8, len_bytes a multiple of 64. */
uint64_t px_sum(const void *data, size_t len_bytes) FAST_FUNC;

#endif
