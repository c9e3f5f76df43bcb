/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps 2 to 4 of pxwrite -u: the disk is held against the block map, what differs is asked for while that goes on, and
 * what was written is read back. See missing.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE_MISSING) += compare.o

#include "libbb.h"
#include "verify/sum.h"
#include "write/delta.h"
#include "write/missing.h"
#include "write/readback.h"
#include "write/source.h"

enum { SAMPLE_BYTES = 128 << 20 }; /* of each that many, one range that was found is read again */

struct scan {
	struct px_missing *m;
	struct px_ring *ring;
	off_t at_bytes;        /* the next span */
	off_t end_bytes;       /* up to here */
	size_t hint;
	size_t next;           /* the first range that nothing is known of yet: from there on... */
	size_t left;           /* ...so many, the image's end and its first MiB passed over */
	size_t batch;          /* of which something has been read again */
	smallint in_twos;      /* two ranges that follow each other go as one chunk, where it holds both */
};

/* --- in a thread */

/* The device zeroes by itself where it can. What cannot be read may still be written. */
static int settle_zeros(struct px_missing *m, struct px_chunk *chunk)
{
	size_t sectors_bytes = px_blkdev_whole_sectors(m->w->dev, chunk->len_bytes);
	int error;

	if (!m->blind && px_span_compare_zeros(m, chunk->offset_bytes, chunk->len_bytes, chunk->data) == 0)
		return 0;
	__atomic_store_n(&m->zeroed[chunk->offset_bytes / PX_CHUNK_BYTES], 1, __ATOMIC_RELAXED);
	error = px_blkdev_zero(m->w->dev, chunk->offset_bytes, sectors_bytes);
	if (error != EOPNOTSUPP)
		return error;
	memset(chunk->data, 0, sectors_bytes);
	return px_blkdev_write(m->w->dev, chunk->data, sectors_bytes, chunk->offset_bytes);
}

static void settle(struct px_missing *m, size_t range, int same)
{
	off_t len_bytes = m->map->ranges[range].len_bytes;

	px_range_set(m, range, same ? PX_RANGE_KEPT : PX_RANGE_DIFFERS);
	if (!same)
		return;
	__atomic_fetch_add(&m->kept_bytes, len_bytes, __ATOMIC_RELAXED);
	__atomic_fetch_add(&m->settled_bytes, len_bytes, __ATOMIC_RELAXED);
}

/* The chunk is one range or two. */
static void compare_ranges(struct px_missing *m, const struct px_chunk *chunk)
{
	size_t range = px_span_range(m, chunk->offset_bytes);
	smallint two = chunk->len_bytes > m->map->ranges[range].len_bytes, same[2];

	if (two && px_span_compare_two(m, range, chunk->data, same) == 0) {
		settle(m, range, same[0]);
		settle(m, range + 1, same[1]);
		return;
	}
	settle(m, range, px_span_compare(m, range, chunk->data) == 0);
	if (two)
		settle(m, range + 1, px_span_compare(m, range + 1, chunk->data) == 0);
}

static int FAST_FUNC compare_work(void *arg, struct px_chunk *chunk)
{
	struct px_missing *m = arg;
	int error;

	if (!chunk->zero) {
		compare_ranges(m, chunk);
		return 0;
	}
	error = settle_zeros(m, chunk);
	__atomic_fetch_add(&m->settled_bytes, (off_t)chunk->len_bytes, __ATOMIC_RELAXED);
	return error;
}

static int FAST_FUNC read_work(void *arg, struct px_chunk *chunk)
{
	struct px_missing *m = arg;
	size_t range = px_span_range(m, chunk->offset_bytes);

	if (chunk->zero)
		return px_span_compare_zeros(m, chunk->offset_bytes, chunk->len_bytes, chunk->data);
	if (px_range_state(m, range) == PX_RANGE_WRITTEN)
		return px_span_compare_sum(m, range, chunk->data);
	return px_span_compare(m, range, chunk->data);
}

/* --- walking over the image */

/* Both are boundaries of spans. */
static void begin_part(struct scan *scan, off_t at_bytes, off_t end_bytes)
{
	scan->at_bytes = at_bytes;
	scan->end_bytes = end_bytes;
	scan->hint = px_span_range(scan->m, at_bytes);
}

static int open_scan(struct scan *scan, struct px_missing *m, px_ring_work *work)
{
	struct px_ring_stage stage = { work, m, px_span_threads(m, m->range_bytes) };

	memset(scan, 0, sizeof(*scan));
	scan->m = m;
	begin_part(scan, m->first_end_bytes, m->map->image_bytes);
	scan->ring = px_ring_open(2 * stage.threads + 2, m->range_bytes, &stage, 1);
	if (scan->ring)
		return 0;
	bb_simple_error_msg("no memory or no threads");
	return -1;
}

/* How long the range behind this one is if it may go with it; else 0. */
static size_t second_bytes(struct scan *scan, ssize_t range, int (*wanted)(struct scan *scan, ssize_t range))
{
	const struct px_bmap *map = scan->m->map;
	const struct px_bmap_range *r;

	if (!scan->in_twos || range < 0 || (size_t)range + 1 >= map->range_count)
		return 0;
	r = &map->ranges[range];
	if (r[1].offset_bytes != r[0].offset_bytes + (off_t)r[0].len_bytes || r[1].offset_bytes >= scan->end_bytes
	 || r[0].len_bytes + r[1].len_bytes > scan->m->range_bytes)
		return 0;
	return wanted(scan, range + 1) ? r[1].len_bytes : 0;
}

/* The next span that wanted says yes to goes to the threads. 1; 0: there is none any more, or a thread has failed. */
static int put_next(struct scan *scan, int (*wanted)(struct scan *scan, ssize_t range))
{
	struct px_chunk *chunk;
	ssize_t range;
	size_t len_bytes;

	while (scan->at_bytes < scan->end_bytes) {
		len_bytes = px_span_next(scan->m, scan->at_bytes, &scan->hint, &range);
		if (!wanted(scan, range)) {
			scan->at_bytes += len_bytes;
			continue;
		}
		chunk = px_ring_get(scan->ring);
		if (!chunk)
			return 0;
		len_bytes += second_bytes(scan, range, wanted);
		chunk->offset_bytes = scan->at_bytes;
		chunk->len_bytes = len_bytes;
		chunk->zero = range < 0;
		px_ring_put(scan->ring, chunk);
		scan->at_bytes += len_bytes;
		return 1;
	}
	return 0;
}

/* --- step 2 */

static void report(struct px_missing *m)
{
	struct px_progress *p = &m->w->progress;
	unsigned long long net_ms = px_source_wait_us(m->w->source) / 1000;
	unsigned long long disk_ms = __atomic_load_n(&m->w->disk_us, __ATOMIC_RELAXED) / 1000;

	p->busy_ms[PX_BUSY_NET] += net_ms - m->w->seen_us[PX_BUSY_NET];
	p->busy_ms[PX_BUSY_DISK] += disk_ms - m->w->seen_us[PX_BUSY_DISK];
	m->w->seen_us[PX_BUSY_NET] = net_ms;
	m->w->seen_us[PX_BUSY_DISK] = disk_ms;
	p->kept_bytes = __atomic_load_n(&m->kept_bytes, __ATOMIC_RELAXED);
	p->fetched_bytes = m->fetched_bytes;
	p->written_bytes = __atomic_load_n(&m->written_bytes, __ATOMIC_RELAXED);
	px_progress_update(p, __atomic_load_n(&m->settled_bytes, __ATOMIC_RELAXED));
}

static int is_unknown(struct scan *scan, ssize_t range)
{
	return range < 0 || px_range_state(scan->m, range) == PX_RANGE_UNKNOWN;
}

/* Asks for what has turned out to differ. */
static void collect(struct scan *scan)
{
	struct px_missing *m = scan->m;

	for (; scan->left; scan->left--) {
		enum px_range_state state = px_range_state(m, scan->next);

		if (state == PX_RANGE_UNKNOWN)
			break;
		if (state == PX_RANGE_DIFFERS)
			px_ask_range(m, scan->next);
		if (++scan->next == m->map->range_count)
			scan->next = px_span_range(m, m->first_end_bytes);
	}
	px_ask_flush(m, 0);
}

static enum px_status end_compare(struct scan *scan, enum px_status status)
{
	struct px_missing *m = scan->m;
	struct px_ring_failure failure;
	char numbers[2 * 3 * sizeof(off_t) + 16];

	if (px_ring_finish(scan->ring, &failure) < 0) {
		m->w->why = "disk";
		return px_blkdev_failed(m->w->dev, "cannot write", failure.offset_bytes, failure.error);
	}
	if (status != PX_OK)
		return status;
	collect(scan);
	sprintf(numbers, "%"OFF_FMT"u differs=%"OFF_FMT"u", m->kept_bytes, m->data_bytes - m->kept_bytes);
	px_state_line(m->w->progress_fd, "kept", numbers); /* both in one line: who reads one has the other */
	return PX_OK;
}

static void want_all(struct px_missing *m)
{
	size_t i;

	for (i = px_span_range(m, m->first_end_bytes); i < m->map->range_count; i++)
		if (px_range_state(m, i) == PX_RANGE_UNKNOWN)
			px_range_set(m, i, PX_RANGE_DIFFERS);
}

/* Neither of the two waits for the other one: a piece is received when it is there and a thread has room for it, else
 * the disk is read on. */
static enum px_status compare_part(struct scan *scan, off_t at_bytes, off_t end_bytes)
{
	struct px_missing *m = scan->m;
	enum px_status status = PX_OK;
	int more = 1;

	begin_part(scan, at_bytes, end_bytes);
	while (status == PX_OK && more) {
		collect(scan);
		if (px_pieces_ready(m))
			status = px_pieces_receive(m);
		else
			more = put_next(scan, is_unknown);
		report(m);
	}
	return status;
}

/* It begins where the sample has found that something is missing, so that there is something to fetch at once: after a
 * cut that is where writing had come to. What lies before it is compared in the end. */
static enum px_status compare(struct px_missing *m)
{
	off_t start_bytes = m->blind ? m->first_end_bytes : MAX(m->start_bytes, m->first_end_bytes);
	struct scan scan;
	enum px_status status;

	if (open_scan(&scan, m, compare_work) < 0)
		return PX_RESOURCE;
	scan.in_twos = 1;
	scan.next = px_span_range(m, start_bytes);
	scan.left = m->map->range_count - px_span_range(m, m->first_end_bytes);
	if (m->blind)
		want_all(m);
	status = compare_part(&scan, start_bytes, m->map->image_bytes);
	if (status == PX_OK)
		status = compare_part(&scan, m->first_end_bytes, start_bytes);
	return end_compare(&scan, status);
}

static void ask_again(struct px_missing *m)
{
	size_t i;

	if (!__atomic_exchange_n(&m->any_wrong, 0, __ATOMIC_ACQ_REL))
		return;
	for (i = 0; i < m->map->range_count; i++)
		if (px_range_state(m, i) == PX_RANGE_WRONG)
			px_ask_range(m, i);
}

static enum px_status receive(struct px_missing *m)
{
	enum px_status status = PX_OK, finished;

	do {
		while (status == PX_OK && m->pending) {
			px_ask_flush(m, 0);
			status = px_pieces_receive(m);
			report(m);
		}
		finished = px_pieces_finish(m);
		if (finished != PX_OK)
			return finished;
		ask_again(m);
	} while (status == PX_OK && m->pending);
	return status;
}

/* So much of m->first lies behind the first MiB. */
static off_t behind_first(const struct px_missing *m)
{
	return MAX(px_blkdev_whole_sectors(m->w->dev, m->first_end_bytes) - PX_HEAD_BYTES, (off_t)0);
}

/* What step 1 has cleared, or lies behind the first MiB of a range that begins in it. */
static enum px_status write_saved(struct px_missing *m)
{
	struct px_blkdev *dev = m->w->dev;
	off_t behind_bytes = behind_first(m);
	const struct px_saved *saved;
	int error = 0;

	if (behind_bytes > 0)
		error = px_blkdev_write(dev, m->first + PX_HEAD_BYTES, behind_bytes, PX_HEAD_BYTES);
	if (error)
		return px_blkdev_failed(dev, "cannot write", PX_HEAD_BYTES, error);
	for (saved = m->saved; saved; saved = saved->next) {
		const struct px_bmap_range *r = &m->map->ranges[saved->range];

		error = px_blkdev_write(dev, saved->data, px_blkdev_whole_sectors(dev, r->len_bytes), r->offset_bytes);
		if (error)
			return px_blkdev_failed(dev, "cannot write", r->offset_bytes, error);
		px_range_set(m, saved->range, PX_RANGE_WRITTEN);
		m->sums[saved->range] = px_sum(saved->data, px_blkdev_whole_sectors(dev, r->len_bytes));
		m->kept_bytes += r->len_bytes;
		m->settled_bytes += r->len_bytes;
	}
	return PX_OK;
}

static void begin_progress(struct px_missing *m)
{
	struct px_blkwrite *w = m->w;

	px_progress_init(&w->progress, "write", m->map->image_bytes, w->progress_fd, w->quiet);
	w->progress.stages = PX_BUSY_STAGES;
	w->progress.in_parts = 1;
	m->settled_bytes = m->first_end_bytes;
}

enum px_status FAST_FUNC px_missing_pour(struct px_missing *m)
{
	enum px_status status, finished;

	begin_progress(m);
	status = write_saved(m);
	if (status == PX_OK)
		status = compare(m);
	if (status == PX_OK)
		status = receive(m);
	finished = px_pieces_finish(m);
	report(m);
	px_progress_end(&m->w->progress, m->settled_bytes);
	if (finished != PX_OK)
		return finished;
	if (status != PX_OK)
		return status;
	px_ask_close(m);
	m->w->done_bytes = m->map->image_bytes;
	return px_pieces_end(m);
}

/* --- step 4 */

/* What was found counts as read back, but for a sample: a disk may give back what it gave before, or not. */
static int is_to_be_read(struct scan *scan, ssize_t range)
{
	const struct px_missing *m = scan->m;
	size_t batch = scan->at_bytes / SAMPLE_BYTES + 1;

	if (m->w->read_all)
		return 1;
	if (range < 0)
		return m->zeroed[scan->at_bytes / PX_CHUNK_BYTES];
	if (px_range_state(m, range) == PX_RANGE_WRITTEN)
		return 1;
	if (scan->batch == batch)
		return 0;
	scan->batch = batch;
	return 1;
}

static enum px_status read_failed(const struct px_missing *m, const struct px_ring_failure *failure)
{
	const struct px_blkdev *dev = m->w->dev;
	size_t range = px_span_range(m, failure->offset_bytes);
	int found = range < m->map->range_count && px_range_state(m, range) == PX_RANGE_KEPT;

	m->w->why = "readback";
	if (failure->error != EBADMSG)
		return px_blkdev_failed(dev, "cannot read back", failure->offset_bytes, failure->error);
	bb_error_msg("%s: the disk does not give back what %s from byte %"OFF_FMT"u on: it is failing", dev->path,
			found ? "it gave before" : "was written", failure->offset_bytes);
	return PX_IO;
}

enum px_status FAST_FUNC px_missing_readback(struct px_missing *m)
{
	struct px_ring_failure failure;
	struct scan scan;

	if (m->w->skip_readback)
		return PX_OK;
	if (behind_first(m)
	 && px_readback_range(m->w, m->first + PX_HEAD_BYTES, behind_first(m), PX_HEAD_BYTES) != PX_OK)
		return PX_IO;
	px_blkdev_drop_cache(m->w->dev);
	px_progress_init(&m->w->progress, "verify", m->map->image_bytes, m->w->progress_fd, m->w->quiet);
	if (open_scan(&scan, m, read_work) < 0)
		return PX_RESOURCE;
	while (put_next(&scan, is_to_be_read))
		px_progress_update(&m->w->progress, scan.at_bytes);
	px_progress_end(&m->w->progress, scan.at_bytes);
	return px_ring_finish(scan.ring, &failure) < 0 ? read_failed(m, &failure) : PX_OK;
}
