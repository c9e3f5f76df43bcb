/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * write/pour.c with all that it starts: hash, block map and its gate, writers, who reads back behind them; the image
 * comes through a pipe. Without a fault the disk has the image; with one the status says so, and nobody waits.
 */
#include "libbb.h"
#include <pthread.h>
#include "verify/check.h"
#include "verify/sha256.h"
#include "write/pour.h"
#include "write/readback.h"
#include "write/source.h"
#include "stress.h"

enum { MIB = 1 << 20, IMAGE_BYTES = 30 * MIB, BLOCK_BYTES = 4096, RANGES = 400 };

enum { WHOLE, CUT, STALLS, WRONG_HASH, WRONG_RANGE, TOO_LARGE, HOWS };

struct feed {
	int fd;
	size_t bytes;              /* of the image; then the end */
	int stall_fd;              /* -1, or what becomes readable when the writer has given up */
	unsigned seed;
};

static uint8_t image[IMAGE_BYTES];
static struct px_bmap_range ranges[RANGES];

/* Data and zeros by turns, as an image has them. */
static void make_image(size_t bytes, unsigned *seed)
{
	size_t at = 0;

	while (at < bytes) {
		size_t n = 1 + chance(seed, 3 * MIB), i;
		int zero = chance(seed, 3) == 0;

		n = MIN(n, bytes - at);
		memset(image + at, 0, n);
		for (i = 0; !zero && i < n; i += 512)
			image[at + i] = 1 + chance(seed, 255);
		at += n;
	}
}

/* Ranges over all of the image but, by chance, where it is zero. Also by chance none crosses the end of a MiB: then
 * the writers check them, else a thread of its own does, and the gate holds the writers back. */
static void make_bmap(struct px_bmap *bmap, size_t bytes, unsigned *seed)
{
	size_t at = 0, within = chance(seed, 2) ? MIB : SIZE_MAX;

	*bmap = (struct px_bmap){ .image_bytes = bytes, .block_bytes = BLOCK_BYTES, .kind = PX_BMAP_SHA256,
		.digest_bytes = 32, .ranges = ranges };
	while (at < bytes && bmap->range_count < RANGES - 1) {
		size_t n = BLOCK_BYTES * (1 + chance(seed, chance(seed, 9) ? 300 : 2600)), i;
		struct px_bmap_range *range = &ranges[bmap->range_count];

		n = MIN(n, bytes - at);
		n = MIN(n, within - at % within);
		for (i = 0; i < n && !image[at + i]; )
			i++;
		if (i < n || chance(seed, 2)) {
			*range = (struct px_bmap_range){ .offset_bytes = at, .len_bytes = n, .checked = 1 };
			px_sha256_of(image + at, n, range->digest);
			bmap->range_count++;
		}
		at += n;
	}
	bmap->mapped_bytes = bytes;
}

static void *feeder(void *arg)
{
	struct feed *feed = arg;
	size_t at = 0;

	while (at < feed->bytes) {
		size_t piece = 1 + chance(&feed->seed, 300000);
		ssize_t n = write(feed->fd, image + at, MIN(feed->bytes - at, piece));

		if (n < 0)
			break;
		at += n;
		dawdle(&feed->seed);
	}
	if (feed->stall_fd >= 0) {
		struct pollfd given_up = { .fd = feed->stall_fd, .events = POLLIN };

		poll(&given_up, 1, -1);
	}
	close(feed->fd);
	return NULL;
}

/* Where a fault of the disk may come: early, so that most do. */
static void make_faults(unsigned *seed)
{
	int *const at[] = { &faults.write_at, &faults.read_at, &faults.flip_at, &faults.flush_at, &faults.thread_at,
		&faults.event_at };

	faults.no_zero = chance(seed, 2);
	if (chance(seed, 2))
		*at[chance(seed, ARRAY_SIZE(at))] = chance(seed, 6);
}

static void look(struct px_blkwrite *w)
{
	ssize_t n;

	w->head = xzalloc(PX_HEAD_BYTES + PX_RING_SLACK_BYTES);
	n = px_stream_read_full(w->image, w->head, PX_HEAD_BYTES);
	w->head_bytes = MAX(n, 0);
}

static void free_all(struct px_blkwrite *w)
{
	px_stream_close(w->image);
	px_gate_free(w->gate);
	free(w->bmap_check);
	free(w->range_check);
	free(w->sums);
	free(w->head);
}

static enum px_status pour(struct px_blkwrite *w, int fd)
{
	static const struct px_digest none;
	enum px_status status;
	char path[sizeof("/dev/fd/") + sizeof(int) * 3];

	sprintf(path, "/dev/fd/%d", fd);
	w->source = px_source_open(path, "pipe");
	close(fd);
	w->image = px_check_open(w->source, "image", w->image_bytes, &none);
	look(w);
	status = w->image->status != PX_OK ? w->image->status : px_pour(w);
	return status == PX_OK ? px_readback(w) : status;
}

/* A disk that fails in the second chunk, and an image that comes no further than the fourth, and not to its end. */
static void make_stall(struct feed *feed)
{
	faults_none();
	faults.no_zero = 1;
	faults.write_at = 1;
	feed->bytes = PX_HEAD_BYTES + 3 * MIB + MIB / 2;
}

static void check(const struct px_blkwrite *w, enum px_status status, int how, int thread_failed)
{
	if (status == PX_OK) {
		expect(how == WHOLE, "a wrong image is no success");
		expect(!faults.happened || thread_failed, "a disk that failed is no success");
		expect(memcmp(disk + w->head_bytes, image + w->head_bytes, w->done_bytes - w->head_bytes) == 0,
				"the disk has the image");
		expect(w->done_bytes == w->image_bytes, "all of it");
	} else {
		expect(how != WHOLE || faults.happened, "nothing failed, and it is a success");
	}
}

static void choose(struct px_blkwrite *w, struct px_bmap *bmap, struct feed *feed, int how, unsigned *seed)
{
	w->digest.known = chance(seed, 4) == 0 || how == WRONG_HASH;
	px_sha256_of(image, w->digest.known ? feed->bytes : 0, w->digest.sha256);
	if (chance(seed, 2) || how == WRONG_RANGE) {
		make_bmap(bmap, feed->bytes, seed);
		w->bmap = bmap;
		w->bmap_vouched = chance(seed, 2);
	}
	w->read_behind = chance(seed, 4) != 0;
	make_faults(seed);
	if (how == CUT)
		feed->bytes = chance(seed, feed->bytes);
	else if (how == STALLS)
		make_stall(feed);
	else if (how == WRONG_HASH)
		w->digest.sha256[5] ^= 1;
	else if (how == WRONG_RANGE)
		ranges[chance(seed, bmap->range_count)].digest[5] ^= 1;
	else if (how == TOO_LARGE)
		w->dev->size_bytes = MIN(w->dev->size_bytes, feed->bytes / MIB * MIB);
}

void round_of_pour(unsigned seed)
{
	struct px_blkdev dev = { .fd = DISK_FD, .path = "disk", .size_bytes = DISK_BYTES, .sector_bytes = SECTOR_BYTES,
		.is_file = 1, .is_direct = 1 };
	struct px_blkwrite w = { .dev = &dev, .progress_fd = -1, .quiet = 1, .commit_fd = -1 };
	struct feed feed = { .stall_fd = -1, .seed = seed,
		.bytes = 5 * MIB + 1 + chance(&seed, (chance(&seed, 4) ? 3 : 24) * MIB) };
	int how = chance(&seed, 2) ? WHOLE : (int)chance(&seed, HOWS), thread_fault;
	struct px_bmap bmap;
	struct fd_pair pipe, stall;
	enum px_status status;
	pthread_t thread;

	make_image(feed.bytes, &seed);
	memset(disk, 0x55, feed.bytes);
	w.image_bytes = feed.bytes;
	choose(&w, &bmap, &feed, how, &seed);
	thread_fault = faults.thread_at >= 0 || faults.event_at >= 0;
	xpiped_pair(pipe);
	xpiped_pair(stall);
	feed.fd = pipe.wr;
	if (how == STALLS)
		feed.stall_fd = stall.rd;
	thread = start(feeder, &feed);
	status = pour(&w, pipe.rd);
	check(&w, status, how, thread_fault);
	close(stall.wr);
	free_all(&w);
	pthread_join(thread, NULL);
	close(stall.rd);
}
