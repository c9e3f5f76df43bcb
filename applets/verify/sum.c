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
#define ODD_INVERSE 0xf1de83e19937733dULL /* ODD times this is 1 */

enum { LANES = 8 };

static ALWAYS_INLINE uint64_t step(uint64_t lane, uint64_t word)
{
	lane = (lane ^ word) * ODD;
	return (lane << 29) | (lane >> 35);
}

/* What went into step: lane ^ word. */
static uint64_t before(uint64_t lane)
{
	return ((lane >> 29) | (lane << 35)) * ODD_INVERSE;
}

static void run_lanes(uint64_t *lanes, const uint64_t *p, size_t len_bytes)
{
	const uint64_t *end = p + len_bytes / 8;
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;

	for (; p < end; p += LANES) {
		a = step(a, p[0]);
		b = step(b, p[1]);
		c = step(c, p[2]);
		d = step(d, p[3]);
		e = step(e, p[4]);
		f = step(f, p[5]);
		g = step(g, p[6]);
		h = step(h, p[7]);
	}
	lanes[0] = a;
	lanes[1] = b;
	lanes[2] = c;
	lanes[3] = d;
	lanes[4] = e;
	lanes[5] = f;
	lanes[6] = g;
	lanes[7] = h;
}

uint64_t FAST_FUNC px_sum(const void *data, size_t len_bytes)
{
	uint64_t lanes[LANES], sum = len_bytes;
	int i;

	run_lanes(lanes, data, len_bytes);
	for (i = 0; i < LANES; i++)
		sum = step(sum, lanes[i]);
	return sum == PX_SUM_ZERO ? 1 : sum;
}

/* How the lane would have to end for this sum, if the others are right. */
static uint64_t wanted_end(const uint64_t *lanes, int lane, size_t len_bytes, uint64_t sum)
{
	uint64_t ahead = len_bytes;
	int i;

	for (i = 0; i < lane; i++)
		ahead = step(ahead, lanes[i]);
	for (i = LANES - 1; i > lane; i--)
		sum = before(sum) ^ lanes[i];
	return before(sum) ^ ahead;
}

/* The byte of a word in which alone the bits of difference are; -1: in none, or in several. */
static int only_byte(uint64_t difference)
{
	int i;

	difference = SWAP_LE64(difference);
	for (i = 0; difference && !(difference & 0xff); i++)
		difference >>= 8;
	return difference && !(difference >> 8) ? i : -1;
}

/* Both ends of a lane run backwards over what is taken to be right, until one word makes the one of the other. */
static void find_in_lane(const uint64_t *p, ssize_t i, uint64_t got, uint64_t want, struct px_sum_place *place)
{
	for (; i >= 0; i -= LANES) {
		int byte;

		got = before(got);
		want = before(want);
		byte = only_byte(got ^ want);
		if (byte >= 0) {
			place->first_bytes = MIN(place->first_bytes, i * 8 + byte);
			place->last_bytes = MAX(place->last_bytes, i * 8 + byte);
		}
		got ^= p[i];
		want ^= p[i];
	}
}

int FAST_FUNC px_sum_find_wrong_byte(const void *data, size_t len_bytes, uint64_t sum, struct px_sum_place *place)
{
	uint64_t lanes[LANES];
	int i;

	place->first_bytes = len_bytes;
	place->last_bytes = -1;
	run_lanes(lanes, data, len_bytes);
	for (i = 0; i < LANES; i++)
		find_in_lane(data, len_bytes / 8 - LANES + i, lanes[i], wanted_end(lanes, i, len_bytes, sum), place);
	return place->last_bytes < 0 ? -1 : 0;
}
