/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ring.c by itself: every stage sees every chunk, one with a single thread in order, with the bytes that were put
 * in; or the failure is one that a stage reported.
 */
#include "libbb.h"
#include <pthread.h>
#include "lib/ring.h"
#include "stress.h"

enum { CHUNK_BYTES = 4096, ERROR_BASE = 1000 };

struct seen {
	unsigned stage, threads, next;
	unsigned chunks;           /* of all threads */
	long fail_at;              /* the chunk with this number, and all behind it */
	smallint fills;            /* writes into the chunk, as a reader of a disk does */
};

static int FAST_FUNC work(void *arg, struct px_chunk *chunk)
{
	struct seen *seen = arg;
	unsigned number = chunk->offset_bytes / CHUNK_BYTES, seed = number + seen->stage;

	dawdle(&seed);
	if (seen->threads == 1)
		expect(seen->next++ == number, "a stage with one thread sees the chunks in order");
	if (seen->fills)
		memset(chunk->data, number, CHUNK_BYTES);
	else
		expect(chunk->len_bytes == CHUNK_BYTES && chunk->data[0] == (uint8_t)number
				&& chunk->data[CHUNK_BYTES - 1] == (uint8_t)number, "a chunk has what was put in");
	__atomic_fetch_add(&seen->chunks, 1, __ATOMIC_RELAXED);
	return (long)number >= seen->fail_at ? (int)(ERROR_BASE + seen->stage) : 0;
}

/* As pour does: what was put in is still there, chunks - 2 later. */
static void check_history(const struct px_chunk *chunk, unsigned number, unsigned chunks)
{
	if (number >= chunks - 2 && chunk->data > chunk[-1].data)
		expect(chunks < 4 || chunk[-1].data[7] == (uint8_t)(number - 1), "the chunk before is still there");
}

static struct px_chunk *next_chunk(struct px_ring *ring, unsigned *seed)
{
	struct px_chunk *chunk;

	if (chance(seed, 2))
		return px_ring_get(ring);
	while (!(chunk = px_ring_try_get(ring)) && !px_ring_has_failed(ring))
		sched_yield();
	return chunk;
}

static void check_idle(struct px_ring *ring, struct seen *seen, unsigned stages, unsigned put)
{
	unsigned i;

	for (i = 0; i < stages; i++)
		if (px_ring_is_idle(ring, i) && !px_ring_has_failed(ring))
			expect(__atomic_load_n(&seen[i].chunks, __ATOMIC_RELAXED) == put,
					"an idle stage is done with all");
}

static unsigned produce(struct px_ring *ring, struct seen *seen, unsigned stages, unsigned chunks, unsigned *seed)
{
	unsigned count = chance(seed, 60), number;

	for (number = 0; number < count; number++) {
		struct px_chunk *chunk = next_chunk(ring, seed);

		if (!chunk)
			break;
		chunk->offset_bytes = (off_t)number * CHUNK_BYTES;
		chunk->len_bytes = CHUNK_BYTES;
		if (!seen->fills) {
			memset(chunk->data, number, CHUNK_BYTES + chance(seed, CHUNK_BYTES)); /* into the slack, too */
			if (number && (number % chunks))
				check_history(chunk, number, chunks);
		}
		px_ring_put(ring, chunk);
		if (chance(seed, 8) == 0)
			px_ring_wait(ring, chunk);
		if (chance(seed, 4) == 0)
			check_idle(ring, seen, stages, number + 1);
		dawdle(seed);
	}
	return number;
}

static void check_failed_fd(struct px_ring *ring)
{
	struct pollfd polled = { .fd = px_ring_failed_fd(ring), .events = POLLIN };

	if (px_ring_has_failed(ring) && polled.fd >= 0)
		expect(poll(&polled, 1, 0) == 1, "a failure can be polled for");
}

void round_of_ring(unsigned seed)
{
	struct px_ring_stage stages[PX_RING_STAGES];
	struct seen seen[PX_RING_STAGES];
	struct px_ring_failure failure;
	unsigned count = 1 + chance(&seed, PX_RING_STAGES), chunks = 2 + chance(&seed, 7), i, put;
	struct px_ring *ring;
	int no_thread;

	for (i = 0; i < count; i++) {
		seen[i] = (struct seen){ .stage = i, .threads = 1 + chance(&seed, 3), .fail_at = INT_MAX };
		if (chance(&seed, 6) == 0)
			seen[i].fail_at = chance(&seed, 60);
		stages[i] = (struct px_ring_stage){ work, &seen[i], seen[i].threads };
	}
	seen[0].fills = count == 1 && chance(&seed, 2);
	no_thread = chance(&seed, 10) == 0;
	faults.thread_at = no_thread ? (int)chance(&seed, 6) : -1;
	faults.event_at = chance(&seed, 10) == 0 ? 0 : -1;
	ring = px_ring_open(chunks, CHUNK_BYTES, stages, count);
	expect(!ring == (no_thread && faults.thread_at < 0), "a ring opens unless a thread cannot be had");
	if (!ring)
		return;
	put = produce(ring, seen, count, chunks, &seed);
	check_failed_fd(ring);
	if (px_ring_finish(ring, &failure) != 0) {
		expect(failure.error == (int)(ERROR_BASE + failure.stage), "the failure is the stage's own");
		expect(failure.offset_bytes / CHUNK_BYTES >= seen[failure.stage].fail_at, "and the chunk's");
		return;
	}
	for (i = 0; i < count; i++)
		expect(seen[i].chunks == put && (long)put <= seen[i].fail_at, "every stage has seen every chunk");
}
