/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sums of chunks. See sum.h.
 *
 * Eight lanes, so that the processor's multiplications overlap: each lane is a chain of x -> (x ^ word) * odd, then a
 * rotation; every step can be undone, so a change in one word always changes its lane.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += sum.o

#include "libbb.h"
#include "verify/sum.h"

#define ODD 0x9e3779b97f4a7c15ULL /* 2^64 divided by the golden ratio */

static ALWAYS_INLINE uint64_t step(uint64_t lane, uint64_t word)
{
	lane = (lane ^ word) * ODD;
	return (lane << 29) | (lane >> 35);
}

uint64_t FAST_FUNC px_sum(const void *data, size_t len_bytes)
{
	const uint64_t *p = data;
	const uint64_t *end = p + len_bytes / 8;
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
	uint64_t sum;

	for (; p < end; p += 8) {
		a = step(a, p[0]);
		b = step(b, p[1]);
		c = step(c, p[2]);
		d = step(d, p[3]);
		e = step(e, p[4]);
		f = step(f, p[5]);
		g = step(g, p[6]);
		h = step(h, p[7]);
	}
	sum = step(step(step(step(step(step(step(step(len_bytes, a), b), c), d), e), f), g), h);
	return sum == PX_SUM_ZERO ? 1 : sum;
}
