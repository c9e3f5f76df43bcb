/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads and the chunks that pass between them. See ring.h.
 *
 * Chunks are numbered as they are put in; chunk n lives in slot n % chunks, so "empty" is one comparison: a slot is
 * free when nobody is working on it. One lock for all: it is taken a few times for each MiB.
 *
 * Two conditions, because they have different sleepers: stages wait on filled, the producer on emptied. A failure wakes
 * both, and from then on nobody waits for anything: take and px_ring_get give NULL, so every thread finds its way out.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += ring.o

#include "libbb.h"
#include <pthread.h>
#include <sys/eventfd.h>
#include "lib/ring.h"

struct stage {
	struct px_ring_stage job;
	struct px_ring *ring;
	unsigned index;
	unsigned long long next; /* number of the next chunk that no thread of this stage has taken */
	unsigned at_work;        /* threads that have one */
};

struct px_ring {
	pthread_mutex_t lock;
	pthread_cond_t filled;   /* a chunk was put in, or the end has come */
	pthread_cond_t emptied;  /* a stage is done with a chunk */
	struct px_chunk *chunk;
	unsigned chunks;
	unsigned long long put;  /* chunks put in so far */
	smallint ending;         /* no more will come */
	struct px_ring_failure failure;
	int failed_fd;           /* eventfd, -1: none */
	struct stage stage[PX_RING_STAGES];
	unsigned stages;
	pthread_t *thread;
	unsigned threads;
	uint8_t *memory;
};

/* libbb.h makes errno a name for *bb_errno, which BusyBox's main set once: the address of the main thread's. */
int FAST_FUNC px_ring_errno(void)
{
	return *__errno_location();
}

/* The next chunk for a thread of this stage; NULL: it may go. Called with the lock held. */
static struct px_chunk *take(struct stage *stage)
{
	struct px_ring *ring = stage->ring;

	while (!ring->failure.error && stage->next == ring->put && !ring->ending)
		pthread_cond_wait(&ring->filled, &ring->lock);
	if (ring->failure.error || stage->next == ring->put)
		return NULL;
	return &ring->chunk[stage->next++ % ring->chunks];
}

/* Only the first failure counts: what fails after it mostly fails because of it. Called with the lock held. */
static void note_failure(struct stage *stage, const struct px_chunk *chunk, int error)
{
	struct px_ring *ring = stage->ring;

	if (ring->failure.error)
		return;
	ring->failure.error = error;
	ring->failure.stage = stage->index;
	ring->failure.offset_bytes = chunk->offset_bytes;
	/* all of them: the stages that wait for a chunk will get none any more */
	pthread_cond_broadcast(&ring->filled);
	/* the producer may be waiting for the network and not for us: this wakes its poll */
	if (ring->failed_fd >= 0)
		eventfd_write(ring->failed_fd, 1);
}

static void *stage_thread(void *arg)
{
	struct stage *stage = arg;
	struct px_ring *ring = stage->ring;
	struct px_chunk *chunk;

	pthread_mutex_lock(&ring->lock);
	while ((chunk = take(stage)) != NULL) {
		int error;

		/* The lock is not held over the work, which takes milliseconds: the chunk is this thread's
		 * to read until its count of workers goes down. */
		stage->at_work++;
		pthread_mutex_unlock(&ring->lock);
		error = stage->job.work(stage->job.arg, chunk);
		pthread_mutex_lock(&ring->lock);
		stage->at_work--;
		if (error)
			note_failure(stage, chunk, error);
		/* Only the producer waits for emptied, so one signal is enough. After a failure it must wake even if
		 * other stages still have the chunk: theirs may never end before the producer ends the ring. */
		if (--chunk->working == 0 || error)
			pthread_cond_signal(&ring->emptied);
	}
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

static int make_chunks(struct px_ring *ring, unsigned chunks, size_t chunk_bytes)
{
	unsigned i;

	/* one piece, so that chunk n + 1 is the slack of chunk n; behind the last one there is slack of its own */
	if (posix_memalign((void **)&ring->memory, 4096, chunks * chunk_bytes + PX_RING_SLACK_BYTES) != 0)
		return -1;
	ring->chunk = xzalloc(chunks * sizeof(*ring->chunk));
	ring->chunks = chunks;
	for (i = 0; i < chunks; i++)
		ring->chunk[i].data = ring->memory + i * chunk_bytes;
	return 0;
}

/* Signals are the main thread's: its handler then never runs in the middle of a stage. */
static int start_threads(struct px_ring *ring)
{
	sigset_t all, old;
	unsigned i, t;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (i = 0; i < ring->stages; i++) {
		for (t = 0; t < ring->stage[i].job.threads && !error; t++) {
			error = pthread_create(&ring->thread[ring->threads], NULL, stage_thread, &ring->stage[i]);
			if (!error)
				ring->threads++;
		}
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error ? -1 : 0;
}

struct px_ring* FAST_FUNC px_ring_open(unsigned chunks, size_t chunk_bytes, const struct px_ring_stage *stages,
		unsigned stage_count)
{
	struct px_ring *ring = xzalloc(sizeof(*ring));
	struct px_ring_failure failure;
	unsigned i, threads = 0;

	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->filled, NULL);
	pthread_cond_init(&ring->emptied, NULL);
	ring->failed_fd = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < stage_count; i++) {
		ring->stage[i].job = stages[i];
		ring->stage[i].ring = ring;
		ring->stage[i].index = i;
		threads += stages[i].threads;
	}
	/* all stages stand before the first thread starts: a thread reads them without the lock */
	ring->stages = stage_count;
	ring->thread = xzalloc(threads * sizeof(*ring->thread));
	if (make_chunks(ring, chunks, chunk_bytes) < 0 || start_threads(ring) < 0) {
		px_ring_finish(ring, &failure);
		return NULL;
	}
	return ring;
}

/* The next chunk if it is empty, and the one behind it, which lends it its slack; NULL: not yet. Called with the lock
 * held. */
static struct px_chunk *next_empty(struct px_ring *ring)
{
	struct px_chunk *chunk = &ring->chunk[ring->put % ring->chunks];
	const struct px_chunk *behind = &ring->chunk[(ring->put + 1) % ring->chunks];

	return chunk->working || behind->working ? NULL : chunk;
}

struct px_chunk* FAST_FUNC px_ring_get(struct px_ring *ring)
{
	struct px_chunk *chunk;

	pthread_mutex_lock(&ring->lock);
	while (!(chunk = next_empty(ring)) && !ring->failure.error)
		pthread_cond_wait(&ring->emptied, &ring->lock);
	if (ring->failure.error)
		chunk = NULL;
	pthread_mutex_unlock(&ring->lock);
	return chunk;
}

struct px_chunk* FAST_FUNC px_ring_try_get(struct px_ring *ring)
{
	struct px_chunk *chunk;

	pthread_mutex_lock(&ring->lock);
	chunk = ring->failure.error ? NULL : next_empty(ring);
	pthread_mutex_unlock(&ring->lock);
	return chunk;
}

int FAST_FUNC px_ring_is_idle(struct px_ring *ring, unsigned stage)
{
	const struct stage *asked = &ring->stage[stage];
	int idle;

	pthread_mutex_lock(&ring->lock);
	idle = asked->next == ring->put && !asked->at_work;
	pthread_mutex_unlock(&ring->lock);
	return idle;
}

int FAST_FUNC px_ring_has_failed(struct px_ring *ring)
{
	int failed;

	pthread_mutex_lock(&ring->lock);
	failed = ring->failure.error != 0;
	pthread_mutex_unlock(&ring->lock);
	return failed;
}

void FAST_FUNC px_ring_put(struct px_ring *ring, struct px_chunk *chunk)
{
	/* working before put: a stage takes whatever lies before put, and counts working down when it is done */
	pthread_mutex_lock(&ring->lock);
	chunk->working = ring->stages;
	ring->put++;
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

void FAST_FUNC px_ring_wait(struct px_ring *ring, const struct px_chunk *chunk)
{
	pthread_mutex_lock(&ring->lock);
	/* a failed ring may leave chunks that no stage will ever take */
	while (chunk->working && !ring->failure.error)
		pthread_cond_wait(&ring->emptied, &ring->lock);
	pthread_mutex_unlock(&ring->lock);
}

int FAST_FUNC px_ring_failed_fd(const struct px_ring *ring)
{
	return ring->failed_fd;
}

int FAST_FUNC px_ring_finish(struct px_ring *ring, struct px_ring_failure *failure)
{
	unsigned i;

	/* ending lets the stages finish what was put in; take gives NULL only behind the last chunk */
	pthread_mutex_lock(&ring->lock);
	ring->ending = 1;
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
	for (i = 0; i < ring->threads; i++)
		pthread_join(ring->thread[i], NULL);
	*failure = ring->failure;
	if (ring->failed_fd >= 0)
		close(ring->failed_fd);
	free(ring->thread);
	free(ring->chunk);
	free(ring->memory);
	free(ring);
	return failure->error ? -1 : 0;
}
