/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 0 of pxwrite -u: whether it is worth it, and what the image begins with. See missing.h.
 *
 * The first and the last MiB are cleared in step 1. What they hold of the image is taken into memory here; after a
 * power cut in between it is gone, and is asked for like everything else that is not there.
 */
//kbuild:lib-$(CONFIG_PX_WRITE_MISSING) += missing.o

#include "libbb.h"
#include "lib/zero.h"
#include "verify/sha256.h"
#include "write/delta.h"
#include "write/missing.h"
#include "write/source.h"

enum { SAMPLE_RANGES = 64, PROTECTIVE_END_AT = 446 + 5 };

/* --- opening */

/* Zeros of the length of the first range, and of the last, which may be shorter: nearly all others are as long as the
 * first. */
static void find_zero_ranges(struct px_missing *m)
{
	const struct px_bmap *map = m->map;
	size_t which[2] = { 0, map->range_count - 1 }, i, k;
	uint8_t *zeros = xzalloc(m->range_bytes), digest[32];

	for (k = 0; k < 2; k++) {
		uint64_t len_bytes = map->ranges[which[k]].len_bytes;

		px_sha256_of(zeros, len_bytes, digest);
		for (i = 0; i < map->range_count; i++)
			if (map->ranges[i].len_bytes == len_bytes && memcmp(map->ranges[i].digest, digest, 32) == 0)
				px_range_set(m, i, PX_RANGE_ZERO);
	}
	free(zeros);
}

/* How long the longest range is; 0: it must be the whole stream: a range is too long, no whole sectors, or without a
 * checksum that proves it. */
static size_t longest_range(const struct px_blkwrite *w)
{
	const struct px_bmap *map = w->bmap;
	size_t i, longest = PX_CHUNK_BYTES;

	if (map->block_bytes % w->dev->sector_bytes != 0 || !w->bmap_vouched)
		return 0;
	for (i = 0; i < map->range_count; i++) {
		if (map->ranges[i].len_bytes > PX_RANGE_BYTES_MAX)
			return 0;
		longest = MAX(longest, map->ranges[i].len_bytes);
	}
	return (longest + 4095) / 4096 * 4096;
}

struct px_missing* FAST_FUNC px_missing_open(struct px_blkwrite *w, int ask_fd, size_t memory_bytes)
{
	struct px_missing *m = xzalloc(sizeof(*m));
	size_t i;

	m->w = w;
	m->map = w->bmap;
	m->ask_fd = ask_fd;
	m->memory_bytes = memory_bytes;
	m->range_bytes = longest_range(w);
	m->state = xzalloc(m->map->range_count + 1);
	m->mirror = xzalloc((m->map->range_count + 1) * sizeof(*m->mirror));
	m->sums = xzalloc((m->map->range_count + 1) * sizeof(*m->sums));
	m->zeroed = xzalloc(m->map->image_bytes / PX_CHUNK_BYTES + 1);
	if (m->range_bytes && m->map->range_count)
		find_zero_ranges(m);
	for (i = 0; i < m->map->range_count; i++)
		if (px_range_state(m, i) != PX_RANGE_ZERO)
			m->data_bytes += m->map->ranges[i].len_bytes;
	return m;
}

/* --- what the disk has, as far as a sample tells */

static uint8_t *range_buffer(const struct px_missing *m)
{
	void *buf;

	if (posix_memalign(&buf, 4096, m->range_bytes) != 0)
		bb_die_memory_exhausted();
	return buf;
}

/* How many ranges behind the first MiB have data. */
static size_t count_data(const struct px_missing *m)
{
	size_t i, count = 0;

	for (i = px_span_range(m, PX_HEAD_BYTES); i < m->map->range_count; i++)
		count += px_range_state(m, i) != PX_RANGE_ZERO;
	return count;
}

/* Percent of the ranges looked at that are there; -1: there is none to look at. */
static int sample(struct px_missing *m)
{
	size_t count = count_data(m), step = count / SAMPLE_RANGES + 1, nth = 0, looked = 0, found = 0, i;
	uint8_t *buf = range_buffer(m);

	for (i = px_span_range(m, PX_HEAD_BYTES); i < m->map->range_count; i++) {
		if (px_range_state(m, i) == PX_RANGE_ZERO || nth++ % step != step / 2)
			continue;
		looked++;
		if (px_span_compare(m, i, buf) == 0)
			found++;
		else if (!m->start_bytes)
			m->start_bytes = m->map->ranges[i].offset_bytes;
	}
	free(buf);
	return looked ? (int)(found * 100 / looked) : -1;
}

/* --- the first MiB */

/* Ranges of it that lie in data as a whole and are the image's go to m->first. */
static void take_from(struct px_missing *m, const uint8_t *data, off_t len_bytes)
{
	size_t i;

	for (i = 0; i < m->map->range_count && m->map->ranges[i].offset_bytes < PX_HEAD_BYTES; i++) {
		const struct px_bmap_range *r = &m->map->ranges[i];

		if (px_range_state(m, i) != PX_RANGE_UNKNOWN || r->offset_bytes + (off_t)r->len_bytes > len_bytes
		 || !px_span_right(m, i, data + r->offset_bytes))
			continue;
		memcpy(m->first + r->offset_bytes, data + r->offset_bytes, r->len_bytes);
		px_range_set(m, i, PX_RANGE_KEPT);
		m->kept_bytes += r->len_bytes;
	}
}

/* Step 5 of the last time has fitted a GPT to the disk. Fitted to a disk as long as the image it is the image's own
 * again, mostly: the checksum tells. Where the protective MBR's partition ends in cylinders, others write FF FF FF and
 * we FE FF FF. */
static void take_unmended(struct px_missing *m, uint8_t *data)
{
	struct px_mend mend;

	if (m->map->image_bytes < PX_HEAD_BYTES)
		return;
	if (px_gpt_mend(&mend, data, PX_HEAD_BYTES, m->map->image_bytes, m->map->image_bytes,
			m->w->dev->sector_bytes, 0) >= 0) {
		take_from(m, data, m->first_end_bytes);
		data[PROTECTIVE_END_AT] = 0xff;
		take_from(m, data, m->first_end_bytes);
	}
	px_mend_free(&mend);
}

static void look_at_first(struct px_missing *m)
{
	size_t last = px_span_range(m, PX_HEAD_BYTES), room, i;
	off_t end_bytes = MIN((off_t)PX_HEAD_BYTES, m->map->image_bytes);
	void *data;

	if (last < m->map->range_count && m->map->ranges[last].offset_bytes < PX_HEAD_BYTES)
		end_bytes = m->map->ranges[last].offset_bytes + m->map->ranges[last].len_bytes;
	m->first_end_bytes = end_bytes;
	room = MAX(end_bytes, (off_t)PX_HEAD_BYTES) + 4096;
	if (posix_memalign((void **)&m->first, 4096, room) != 0 || posix_memalign(&data, 4096, room) != 0)
		bb_die_memory_exhausted();
	memset(m->first, 0, room);
	if (px_blkdev_read(m->w->dev, data, px_blkdev_whole_sectors(m->w->dev, end_bytes), 0) == 0) {
		take_from(m, data, end_bytes);
		take_unmended(m, data);
	}
	free(data);
	for (i = 0; i < m->map->range_count && m->map->ranges[i].offset_bytes < PX_HEAD_BYTES; i++)
		if (px_range_state(m, i) == PX_RANGE_UNKNOWN)
			px_ask_range(m, i);
}

/* As px_blkwrite_look does it. */
static void give_head(struct px_missing *m)
{
	struct px_blkwrite *w = m->w;

	if (posix_memalign((void **)&w->head, 4096, PX_HEAD_BYTES + PX_RING_SLACK_BYTES) != 0)
		bb_die_memory_exhausted();
	w->head_bytes = MIN(m->map->image_bytes, (off_t)PX_HEAD_BYTES);
	memcpy(w->head, m->first, PX_HEAD_BYTES);
	px_volume_look(&w->kind, w->head, w->head_bytes);
}

/* --- the last MiB */

static void save(struct px_missing *m, size_t range, uint8_t *data)
{
	struct px_saved *saved = xmalloc(sizeof(*saved));

	saved->range = range;
	saved->data = data;
	saved->next = m->saved;
	m->saved = saved;
}

static void look_at_last(struct px_missing *m)
{
	off_t clear_bytes = m->w->dev->size_bytes - PX_CHUNK_BYTES;
	uint8_t *buf = NULL;
	size_t i;

	for (i = px_span_range(m, MAX(clear_bytes, (off_t)0)); i < m->map->range_count; i++) {
		if (px_range_state(m, i) != PX_RANGE_UNKNOWN || m->map->ranges[i].offset_bytes < PX_HEAD_BYTES)
			continue;
		if (!buf)
			buf = range_buffer(m);
		if (px_span_compare(m, i, buf) != 0)
			continue;
		save(m, i, buf);
		buf = NULL;
	}
	free(buf);
}

/* --- step 0 */

static enum px_status give_whole(struct px_missing *m, int *whole)
{
	*whole = 1;
	px_ask_flush(m, 1);
	px_ask_close(m);
	m->pending = 0;
	return PX_OK;
}

/* What comes first says whether parts can be had. Somebody may also have given us the image itself. */
static enum px_status hear_parts(struct px_missing *m, int *whole)
{
	struct px_piece piece;
	const uint8_t *head;
	ssize_t n = px_source_peek(m->w->source, &head, PX_PIECE_HEAD_BYTES);

	if (n < 0)
		return m->w->source->status;
	if (n < PX_PIECE_HEAD_BYTES || px_piece_parse(&piece, head) < 0 || piece.len_bytes)
		return give_whole(m, whole);
	px_stream_read_full(m->w->source, m->head, PX_PIECE_HEAD_BYTES); /* it is there: peeked at */
	if (piece.start_bytes == 0)
		return give_whole(m, whole);
	if (piece.start_bytes == m->map->image_bytes)
		return PX_OK;
	bb_error_msg("the image has %"OFF_FMT"u bytes, its block map is of one of %"OFF_FMT"u", piece.start_bytes,
			m->map->image_bytes);
	return PX_DATA;
}

static void say_percent(struct px_missing *m, int percent)
{
	if (percent >= 0)
		px_state_line(m->w->progress_fd, "holds", utoa(percent));
}

enum px_status FAST_FUNC px_missing_look(struct px_missing *m, int *whole)
{
	enum px_status status;
	int percent = -1;

	/* first of all: the seek table is fetched while the disk is looked at */
	px_ask_line(m, m->range_bytes ? "parts\n" : "all\n");
	px_ask_flush(m, 1);
	px_blkdev_drop_cache(m->w->dev);
	if (m->range_bytes)
		percent = sample(m);
	say_percent(m, percent);
	m->blind = percent >= 0 && percent < 100 - PX_MISSING_MOST_PERCENT;
	if (!m->range_bytes)
		return hear_parts(m, whole);
	look_at_first(m);
	look_at_last(m);
	px_ask_flush(m, 1);
	status = hear_parts(m, whole);
	while (status == PX_OK && !*whole && m->pending)
		status = px_pieces_first(m);
	if (status == PX_OK && !*whole)
		give_head(m);
	return status;
}

void FAST_FUNC px_missing_free(struct px_missing *m)
{
	struct px_saved *saved;

	if (!m)
		return;
	px_ask_close(m);
	px_pieces_free(m);
	while ((saved = m->saved) != NULL) {
		m->saved = saved->next;
		free(saved->data);
		free(saved);
	}
	free(m->first);
	free(m->lines);
	free(m->state);
	free(m->mirror);
	free(m->zeroed);
	free(m->sums);
	free(m);
}
