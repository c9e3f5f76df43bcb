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

struct px_sum_place {
	ssize_t first_bytes, last_bytes;   /* the same, mostly */
};

/* Where a byte of data (as above) is that is not what it was when px_sum of it was sum (not PX_SUM_ZERO), if it is the
 * only one: nothing but the sum is needed for that, as its steps can be undone, which gives for each place the word
 * that would make the sum right; hardly ever is that but a byte away from what is there. A change of a word's highest
 * bits may look like one of the lane's next word, 57 to 64 bytes behind it: then both are named. 0; -1: more than one
 * is wrong. Of more, a single one is named once in 2^36 cases. */
int px_sum_find_wrong_byte(const void *data, size_t len_bytes, uint64_t sum, struct px_sum_place *place) FAST_FUNC;

#endif
