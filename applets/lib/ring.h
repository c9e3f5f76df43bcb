/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring of aligned buffers between one producer and several stages, each with threads of its own. Threads live in
 * ring.c and nowhere else; what passes between them is chunks of bytes, never streams.
 *
 * The caller is the producer: it takes an empty chunk, fills it and puts it in; every stage then works on every
 * chunk, all stages at the same time. A stage with one thread sees the chunks in order, one with more gets them in
 * any order. A chunk is empty again when all stages are done with it. No chunk is copied; memory is chunks *
 * chunk_bytes, whatever passes.
 *
 * In a stage libbb's errno must not be used: it is that of the main thread. px_ring_errno() is the right one.
 * Messages are the caller's, after px_ring_finish: a stage only says that it failed, and why, as an errno.
 */
#ifndef PX_RING_H
#define PX_RING_H 1

enum {
	PX_CHUNK_BYTES = 1 << 20,
	PX_RING_STAGES = 4,    /* at most */
	PX_RING_SLACK_BYTES = 132 << 10,
};

struct px_chunk {
	uint8_t *data;         /* aligned to 4096, for O_DIRECT */
	size_t len_bytes;      /* set by the producer; may be 0 where the stages want no data but fill it */
	off_t offset_bytes;    /* set by the producer */
	smallint zero;         /* set by the producer if it likes: all bytes are zero */
	unsigned working;      /* private: stages that are not done with it */
};

/* What a stage does with a chunk: 0, or why it failed (an errno, > 0). Runs in a thread of the ring. */
typedef int FAST_FUNC px_ring_work(void *arg, struct px_chunk *chunk);

struct px_ring_stage {
	px_ring_work *work;
	void *arg;
	unsigned threads;
};

struct px_ring_failure {
	int error;             /* errno, 0: no stage failed */
	unsigned stage;        /* which: index into stages */
	off_t offset_bytes;    /* of the chunk */
};

struct px_ring;

/* Starts the threads. stages (stage_count of them, copied; at least one thread each). NULL when there is no memory or
 * no thread to be had; no message. */
struct px_ring *px_ring_open(unsigned chunks, size_t chunk_bytes, const struct px_ring_stage *stages,
		unsigned stage_count) FAST_FUNC;

/* An empty chunk; waits for one. Chunks follow each other in memory, and behind each one there are
 * PX_RING_SLACK_BYTES that are the producer's, too (the next chunk is empty). What it put in stays there until chunks
 * - 2 more have been put in. NULL: a stage has failed, px_ring_finish says which. */
struct px_chunk *px_ring_get(struct px_ring *ring) FAST_FUNC;

/* Hands a chunk from px_ring_get to the stages, in the order of these calls. */
void px_ring_put(struct px_ring *ring, struct px_chunk *chunk) FAST_FUNC;

/* As px_ring_get, but NULL, too, when there is none at the moment. */
struct px_chunk *px_ring_try_get(struct px_ring *ring) FAST_FUNC;

/* True when that stage (index into stages) is done with all chunks that were put in. */
int px_ring_is_idle(struct px_ring *ring, unsigned stage) FAST_FUNC;

int px_ring_has_failed(struct px_ring *ring) FAST_FUNC;

/* Waits until all stages are done with this chunk, or one has failed. */
void px_ring_wait(struct px_ring *ring, const struct px_chunk *chunk) FAST_FUNC;

/* Waits until the stages are done with all chunks (or, after a failure, with those in work), ends the threads and
 * frees the ring. The first failure is in *failure. Returns 0, or -1 when a stage failed. */
int px_ring_finish(struct px_ring *ring, struct px_ring_failure *failure) FAST_FUNC;

/* A file descriptor that becomes readable when a stage has failed, for a producer that waits elsewhere; the ring's
 * own, open until px_ring_finish. -1: there is none. */
int px_ring_failed_fd(const struct px_ring *ring) FAST_FUNC;

/* errno of the calling thread, for stages. */
int px_ring_errno(void) FAST_FUNC;

#endif
