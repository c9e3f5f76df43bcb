/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxwrite -u: write/missing.c, compare.c and pieces.c. A disk holds some of the image; a thread in the place of
 * pxfetch -R answers what is asked for, at times with something else. In the end the disk has the image, or the status
 * says that it has not.
 */
#include "libbb.h"
#include <pthread.h>
#include <zstd.h>
#include "decode/piece.h"
#include "lib/ring.h"
#include "verify/sha256.h"
#include "write/missing.h"
#include "write/source.h"
#include "stress.h"

enum { MIB = 1 << 20, IMAGE_BYTES = 5 * MIB, BLOCK_BYTES = 4096, RANGES = 200, RANGE_MAX = 50 * BLOCK_BYTES,
	MEMORY_BYTES = 64 << 20 };

enum { WHOLE, LIES, CUT, STALLS, HOWS };

struct server {
	int ask_fd, fd;
	size_t bytes;              /* of the image */
	int how;
	unsigned seed;
	unsigned most;             /* CUT: pieces that it gives */
};

static uint8_t image[IMAGE_BYTES];
static struct px_bmap_range ranges[RANGES];

static void add_range(struct px_bmap *bmap, size_t at, size_t n)
{
	struct px_bmap_range *range = &ranges[bmap->range_count++];

	*range = (struct px_bmap_range){ .offset_bytes = at, .len_bytes = n, .checked = 1 };
	px_sha256_of(image + at, n, range->digest);
	bmap->mapped_bytes += n;
}

/* An image in ranges, of which some are zeros, and holes. */
static void make_image(struct px_bmap *bmap, size_t bytes, unsigned *seed)
{
	size_t at = 0, n, i;

	*bmap = (struct px_bmap){ .image_bytes = bytes, .block_bytes = BLOCK_BYTES, .kind = PX_BMAP_SHA256,
		.digest_bytes = 32, .ranges = ranges };
	memset(image, 0, bytes);
	for (; at < bytes; at += n) {
		unsigned zero = chance(seed, 8);

		n = BLOCK_BYTES * (1 + chance(seed, RANGE_MAX / BLOCK_BYTES)); /* MIN would ask twice */
		n = MIN(n, bytes - at);
		for (i = 0; zero > 1 && i < n; i += 64)
			image[at + i] = 1 + chance(seed, 255);
		if (zero != 0 && bmap->range_count < RANGES)
			add_range(bmap, at, n);
		else
			memset(image + at, 0, n);
	}
}

/* As the last image left it: mostly right; by chance nothing is. */
static void make_disk(const struct px_bmap *bmap, unsigned *seed)
{
	unsigned most = chance(seed, 4) ? 1 + chance(seed, 8) : 0;
	size_t i;

	memcpy(disk, image, bmap->image_bytes);
	memset(disk + bmap->image_bytes, 0, DISK_BYTES - bmap->image_bytes);
	for (i = 0; i < bmap->range_count; i++)
		if (!most || chance(seed, most) == 0)
			disk[ranges[i].offset_bytes + chance(seed, ranges[i].len_bytes)] ^= 0x20;
	disk[chance(seed, bmap->image_bytes)] ^= chance(seed, 2); /* perhaps in a hole */
}

static int give(const struct server *server, const struct px_piece *piece, const uint8_t *packed)
{
	uint8_t head[PX_PIECE_HEAD_BYTES];

	px_piece_put(head, piece);
	return full_write(server->fd, head, sizeof(head)) == sizeof(head)
			&& full_write(server->fd, packed, piece->packed_bytes) == (ssize_t)piece->packed_bytes ? 0 : -1;
}

/* Right, or, of one that lies, other bytes, or no frame at all. */
static int answer(struct server *server, size_t first, size_t last)
{
	static uint8_t plain[RANGE_MAX], packed[RANGE_MAX + (64 << 10)];
	struct px_piece piece = { .start_bytes = first, .len_bytes = last + 1 - first, .mirror = 1 };
	unsigned lie = server->how == LIES ? chance(&server->seed, 6) : 6;

	memcpy(plain, image + first, piece.len_bytes);
	if (lie == 0)
		plain[chance(&server->seed, piece.len_bytes)] ^= 1;
	piece.packed_bytes = ZSTD_compress(packed, sizeof(packed), plain, piece.len_bytes, 1);
	if (lie == 1)
		packed[0] ^= 1;
	dawdle(&server->seed);
	return give(server, &piece, packed);
}

/* 0: no more comes of it. */
static int obey(struct server *server, const char *line)
{
	struct px_piece parts = { .start_bytes = server->bytes };
	unsigned long first, last;

	if (strcmp(line, "parts\n") == 0)
		return give(server, &parts, NULL) == 0;
	if (server->how == CUT && server->most-- == 0)
		return 0;
	expect(sscanf(line, is_prefixed_with(line, "bad ") ? "bad 1 %lu-%lu" : "%lu-%lu", &first, &last) == 2,
			"a range is asked for");
	if (answer(server, first, last) < 0)
		return 0;
	return server->how != STALLS || first < MIB; /* what lies there is not written by the threads */
}

static void *serve(void *arg)
{
	struct server *server = arg;
	FILE *asks = xfdopen_for_read(server->ask_fd);
	char line[100];
	smallint goes_on = 1;

	while (goes_on && fgets(line, sizeof(line), asks))
		goes_on = obey(server, line);
	while (!goes_on && server->how == STALLS && fgets(line, sizeof(line), asks))
		continue;
	close(server->fd);
	while (fgets(line, sizeof(line), asks))
		continue;
	fclose(asks);
	return NULL;
}

static void make_faults(int how, unsigned *seed)
{
	int *const at[] = { &faults.write_at, &faults.read_at, &faults.flip_at, &faults.thread_at, &faults.event_at };

	faults.no_zero = how == STALLS || chance(seed, 2);
	if (how == STALLS)
		faults.write_at = 0;
	else if (chance(seed, 2))
		*at[chance(seed, ARRAY_SIZE(at))] = chance(seed, 6);
}

/* Step 1 of the write order, which no fault concerns here. */
static void clear_both_ends(const struct px_blkdev *dev)
{
	memset(disk, 0, MIB);
	memset(disk + dev->size_bytes - MIB, 0, MIB);
}

static enum px_status write_missing(struct px_blkwrite *w, int ask_fd, int how, unsigned *seed)
{
	struct px_missing *m = px_missing_open(w, ask_fd, MEMORY_BYTES);
	int whole = 0;
	enum px_status status = px_missing_look(m, &whole);

	expect(!whole, "parts are to be had");
	clear_both_ends(w->dev);
	make_faults(how, seed);
	if (status == PX_OK)
		status = px_missing_pour(m);
	if (status == PX_OK)
		status = px_missing_readback(m);
	px_missing_free(m);
	return status;
}

static void check(const struct px_blkwrite *w, enum px_status status, int how)
{
	size_t bytes = w->bmap->image_bytes;

	if (status == PX_OK) {
		expect(memcmp(w->head, image, MIB) == 0, "the first MiB is the image's");
		expect(memcmp(disk + MIB, image + MIB, bytes - MIB) == 0, "the disk has the image");
		expect(how != STALLS || !faults.happened, "a disk that failed is no success");
	} else {
		expect(how >= CUT || faults.happened, "nothing failed, and it is a success");
	}
}

void round_of_delta(unsigned seed)
{
	size_t blocks = (2 * MIB + chance(&seed, IMAGE_BYTES - 2 * MIB)) / BLOCK_BYTES;
	struct server server = { .bytes = blocks * BLOCK_BYTES, .seed = seed, .most = chance(&seed, 30),
		.how = chance(&seed, 2) ? WHOLE : (int)chance(&seed, HOWS) };
	struct px_blkdev dev = { .fd = DISK_FD, .path = "disk", .sector_bytes = SECTOR_BYTES, .is_file = 1,
		.is_direct = 1, .size_bytes = chance(&seed, 2) ? (off_t)server.bytes : DISK_BYTES };
	struct px_bmap bmap;
	struct px_blkwrite w = { .dev = &dev, .bmap = &bmap, .bmap_vouched = 1, .image_bytes = server.bytes,
		.progress_fd = -1, .quiet = 1, .commit_fd = -1, .read_all = chance(&seed, 4) == 0 };
	char path[sizeof("/dev/fd/") + sizeof(int) * 3];
	struct fd_pair asks, data;
	pthread_t thread;
	enum px_status status;

	make_image(&bmap, server.bytes, &seed);
	make_disk(&bmap, &seed);
	xpiped_pair(asks);
	xpiped_pair(data);
	server.ask_fd = asks.rd;
	server.fd = data.wr;
	sprintf(path, "/dev/fd/%d", data.rd);
	w.source = px_source_open(path, "pipe");
	close(data.rd);
	thread = start(serve, &server);
	status = write_missing(&w, asks.wr, server.how, &seed);
	px_stream_close(w.source);
	pthread_join(thread, NULL);
	check(&w, status, server.how);
	free(w.head);
}
