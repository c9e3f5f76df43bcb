/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes of an image: pieces, decoded, checked and written by a ring of threads. See delta.h.
 *
 * Whether a range may be written is decided by the thread that writes it, by its checksum: a wrong one never touches
 * the disk.
 */
//kbuild:lib-$(CONFIG_PX_WRITE_MISSING) += pieces.o

#include "libbb.h"
#include "verify/sum.h"
#include "write/delta.h"
#include "write/source.h"

enum { MARK_BYTES = 4096 }; /* more than the mark has (verify/failmark.h) */

/* --- in a thread */

/* O_DIRECT wants it aligned; where a range begins in a piece is for who made the image. */
static int write_range(struct px_missing *m, size_t range, uint8_t *data)
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	size_t sectors_bytes = px_blkdev_whole_sectors(m->w->dev, r->len_bytes);
	unsigned long long start_us = monotonic_us();
	void *copy = NULL;
	int error;

	memset(data + r->len_bytes, 0, sectors_bytes - r->len_bytes); /* only behind the image's end */
	if ((uintptr_t)data % 512 != 0) {
		if (posix_memalign(&copy, 4096, sectors_bytes) != 0)
			return ENOMEM;
		data = memcpy(copy, data, sectors_bytes);
	}
	if (!m->w->skip_readback)
		m->sums[range] = px_sum(data, sectors_bytes);
	error = px_blkdev_write(m->w->dev, data, sectors_bytes, r->offset_bytes);
	free(copy);
	__atomic_fetch_add(&m->w->disk_us, monotonic_us() - start_us, __ATOMIC_RELAXED);
	return error;
}

static void call_wrong(struct px_missing *m, size_t range, unsigned mirror)
{
	m->mirror[range] = mirror;
	px_range_set(m, range, PX_RANGE_WRONG);
	__atomic_store_n(&m->any_wrong, 1, __ATOMIC_RELEASE);
}

static int take_range(struct px_missing *m, const struct px_slot *slot, size_t range, int decoded)
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	uint8_t *data = slot->data + (r->offset_bytes - slot->piece.start_bytes);
	int error;

	if (!decoded || !px_span_right(m, range, data)) {
		call_wrong(m, range, slot->piece.mirror);
		return 0;
	}
	error = write_range(m, range, data);
	if (error)
		return error;
	px_range_set(m, range, PX_RANGE_WRITTEN);
	__atomic_fetch_add(&m->written_bytes, (off_t)r->len_bytes, __ATOMIC_RELAXED);
	__atomic_fetch_add(&m->settled_bytes, (off_t)r->len_bytes, __ATOMIC_RELAXED);
	return 0;
}

/* The ranges that lie in a piece as a whole: *range is the first, the one behind the last is given. */
static size_t ranges_of(const struct px_missing *m, const struct px_piece *piece, size_t *range)
{
	off_t end_bytes = piece->start_bytes + piece->len_bytes;
	size_t i;

	*range = px_span_range(m, piece->start_bytes);
	if (*range < m->map->range_count && m->map->ranges[*range].offset_bytes < piece->start_bytes)
		(*range)++;
	for (i = *range; i < m->map->range_count; i++)
		if (m->map->ranges[i].offset_bytes + (off_t)m->map->ranges[i].len_bytes > end_bytes)
			break;
	return i;
}

static int FAST_FUNC piece_work(void *arg, struct px_chunk *chunk)
{
	struct px_missing *m = arg;
	const struct px_slot *slot = m->slots;
	size_t range, end;
	int decoded, error = 0;

	while (slot->chunk != chunk)
		slot++;
	decoded = px_piece_decode(slot->decoder, &slot->piece, chunk->data, slot->data) == 0;
	end = ranges_of(m, &slot->piece, &range);
	for (; range < end && !error; range++)
		if (px_range_state(m, range) == PX_RANGE_HERE)
			error = take_range(m, slot, range, decoded);
	return error;
}

/* --- the owner's side */

static enum px_status no_memory(void)
{
	bb_simple_error_msg("no memory or no threads");
	return PX_RESOURCE;
}

static enum px_status open_ring(struct px_missing *m)
{
	struct px_ring_stage stage = { piece_work, m, px_span_threads(m, m->range_bytes) };

	m->put = 0;
	m->slot_count = stage.threads + 2; /* px_ring_get wants an empty one behind */
	if (!m->slots)
		m->slots = xzalloc(m->slot_count * sizeof(*m->slots));
	m->ring = px_ring_open(m->slot_count, PX_PIECE_PACKED_MAX, &stage, 1);
	if (!m->ring)
		return no_memory();
	/* else a disk's error waits for the network's next byte */
	px_source_give_up_on(m->w->source, px_ring_failed_fd(m->ring));
	return PX_OK;
}

/* The slot of the next chunk, with room for a piece. */
static enum px_status ready_slot(struct px_missing *m, const struct px_piece *piece, const struct px_chunk *chunk)
{
	struct px_slot *slot = &m->slots[m->put % m->slot_count];

	if (slot->chunk != chunk)
		slot->chunk = chunk; /* once for each ring: piece_work of others looks at it while it seeks its own */
	slot->piece = *piece;
	if (!slot->decoder)
		slot->decoder = px_piece_decoder_new();
	if (slot->room_bytes < piece->len_bytes) {
		free(slot->data);
		slot->room_bytes = piece->len_bytes;
		if (posix_memalign((void **)&slot->data, 4096, piece->len_bytes + 4096) != 0)
			slot->data = NULL;
	}
	return slot->decoder && slot->data ? PX_OK : no_memory();
}

/* Who gave it does not ask again: what a piece has of what was asked for is not awaited any more. */
static void expect(struct px_missing *m, const struct px_piece *piece)
{
	size_t range, end = ranges_of(m, piece, &range);

	for (; range < end; range++) {
		if (px_range_state(m, range) != PX_RANGE_ASKED)
			continue;
		px_range_set(m, range, PX_RANGE_HERE);
		m->pending--;
	}
}

static enum px_status input_ended(struct px_missing *m)
{
	bb_error_msg("the image ended before all came that was asked for (%u ranges did not)", (unsigned)m->pending);
	return PX_DATA;
}

/* Perhaps it is the mark of a pxfetch that has failed, which its end tells. */
static enum px_status no_piece(struct px_missing *m)
{
	uint8_t *buf = xmalloc(MARK_BYTES);
	ssize_t n = px_stream_read_full(m->w->source, buf, MARK_BYTES);

	free(buf);
	if (n < 0)
		return m->w->source->status;
	bb_simple_error_msg("what comes is no piece of the image: pxwrite -u reads from pxfetch -R");
	return PX_DATA;
}

static enum px_status take_head(struct px_missing *m)
{
	if (px_piece_parse(&m->piece, m->head) == 0 && m->piece.len_bytes
	 && m->piece.start_bytes <= m->map->image_bytes - m->piece.len_bytes)
		return PX_OK;
	return no_piece(m);
}

static enum px_status begin_piece(struct px_missing *m)
{
	enum px_status status = take_head(m);

	if (status == PX_OK && !m->ring)
		status = open_ring(m);
	if (status != PX_OK)
		return status;
	m->chunk = px_ring_get(m->ring);
	if (!m->chunk)
		return PX_IO; /* px_pieces_finish says it */
	m->have_bytes = 0;
	return ready_slot(m, &m->piece, m->chunk);
}

static void end_piece(struct px_missing *m)
{
	m->chunk->len_bytes = m->piece.packed_bytes;
	m->chunk->offset_bytes = m->piece.start_bytes;
	expect(m, &m->piece);
	px_ring_put(m->ring, m->chunk);
	m->put++;
	m->chunk = NULL;
	m->have_bytes = 0;
}

/* With a chunk there is room for all of the piece already; without one its head is read, and a chunk is wanted. Where a
 * thread has failed, receiving finds that out at once. */
int FAST_FUNC px_pieces_ready(struct px_missing *m)
{
	if (m->ring && px_ring_has_failed(m->ring))
		return 1;
	return m->pending && (m->chunk || !m->ring || px_ring_try_get(m->ring)) && px_source_ready(m->w->source);
}

enum px_status FAST_FUNC px_pieces_receive(struct px_missing *m)
{
	uint8_t *to = m->chunk ? m->chunk->data : m->head;
	size_t want_bytes = m->chunk ? m->piece.packed_bytes : PX_PIECE_HEAD_BYTES;
	ssize_t n = px_stream_read(m->w->source, to + m->have_bytes, want_bytes - m->have_bytes);

	if (n < 0)
		return m->w->source->status;
	if (n == 0)
		return input_ended(m);
	m->have_bytes += n;
	m->fetched_bytes += n;
	if (m->have_bytes < want_bytes)
		return PX_OK;
	if (!m->chunk)
		return begin_piece(m);
	end_piece(m);
	return PX_OK;
}

enum px_status FAST_FUNC px_pieces_finish(struct px_missing *m)
{
	struct px_ring_failure failure;
	int failed;

	px_source_give_up_on(m->w->source, -1);
	failed = m->ring && px_ring_finish(m->ring, &failure) < 0;
	m->ring = NULL;
	m->chunk = NULL;
	if (!failed)
		return PX_OK;
	m->w->why = "disk";
	return px_blkdev_failed(m->w->dev, "cannot write", failure.offset_bytes, failure.error);
}

/* --- step 0 */

static enum px_status read_exactly(struct px_missing *m, void *buf, size_t len_bytes)
{
	ssize_t n = px_stream_read_full(m->w->source, buf, len_bytes);

	if (n < 0)
		return m->w->source->status;
	m->fetched_bytes += n;
	return n == (ssize_t)len_bytes ? PX_OK : input_ended(m);
}

/* Into m->first, or asked for again. */
static void take_first(struct px_missing *m, const struct px_slot *slot, int decoded)
{
	size_t range, end = ranges_of(m, &slot->piece, &range);

	expect(m, &slot->piece);
	for (; range < end; range++) {
		const struct px_bmap_range *r = &m->map->ranges[range];
		const uint8_t *data = slot->data + (r->offset_bytes - slot->piece.start_bytes);

		if (px_range_state(m, range) != PX_RANGE_HERE)
			continue;
		if (decoded && px_span_right(m, range, data)) {
			memcpy(m->first + r->offset_bytes, data, r->len_bytes);
			px_range_set(m, range, PX_RANGE_KEPT);
			continue;
		}
		m->mirror[range] = slot->piece.mirror;
		px_range_set(m, range, PX_RANGE_WRONG);
		px_ask_range(m, range);
	}
	px_ask_flush(m, 1);
}

enum px_status FAST_FUNC px_pieces_first(struct px_missing *m)
{
	struct px_slot slot = { .decoder = px_piece_decoder_new() };
	enum px_status status = read_exactly(m, m->head, sizeof(m->head));
	uint8_t *packed = NULL;

	if (status == PX_OK)
		status = take_head(m);
	if (status == PX_OK) {
		slot.piece = m->piece;
		packed = malloc(slot.piece.packed_bytes);
		slot.data = malloc(slot.piece.len_bytes);
		status = packed && slot.data && slot.decoder ? PX_OK : no_memory();
	}
	if (status == PX_OK)
		status = read_exactly(m, packed, slot.piece.packed_bytes);
	if (status == PX_OK)
		take_first(m, &slot, px_piece_decode(slot.decoder, &slot.piece, packed, slot.data) == 0);
	px_piece_decoder_free(slot.decoder);
	free(slot.data);
	free(packed);
	return status;
}

enum px_status FAST_FUNC px_pieces_end(struct px_missing *m)
{
	uint8_t byte;
	ssize_t n = px_stream_read(m->w->source, &byte, 1);

	if (n < 0)
		return m->w->source->status;
	if (n == 0)
		return PX_OK;
	bb_simple_error_msg("something comes behind the last piece that was asked for");
	return PX_DATA;
}

void FAST_FUNC px_pieces_free(struct px_missing *m)
{
	unsigned i;

	for (i = 0; m->slots && i < m->slot_count; i++) {
		px_piece_decoder_free(m->slots[i].decoder);
		free(m->slots[i].data);
	}
	free(m->slots);
}
