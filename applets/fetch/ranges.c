/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of an image. See ranges.h.
 *
 * Nothing here proves that the bytes are right: who asked holds each range against the block map. What is seen to
 * here is that they are of one file: each answer must have the validator and the size that the seek table came with.
 */
//kbuild:lib-$(CONFIG_PX_FETCH_RANGES) += ranges.o

#include "libbb.h"
#include "decode/piece.h"
#include "fetch/download.h"
#include "fetch/ranges.h"
#include "transport/connection.h"

enum {
	TAIL_BYTES = 64 << 10,    /* asked for at once: the table of 2 GiB and more */
	GAP_BYTES = 16 << 10,     /* of frames that nobody wants: cheaper to read than to ask again behind them */
	RUN_BYTES = 32 << 20,     /* of one request: what is asked for meanwhile waits for its end */
	MOST_PERCENT = 70,        /* of the image: all of it is as fast */
};

/* Frames first to end - 1, in one piece. */
struct run {
	size_t first, end;
};

/* --- mirrors */

/* Multicast has no parts. */
static void know_mirrors(struct px_ranges *r)
{
	unsigned count = 0, n = 0, i;

	while (r->urls[count])
		count++;
	r->rest = xzalloc((count + 1) * sizeof(*r->rest));
	r->number = xzalloc((count + 1) * sizeof(*r->number));
	for (i = 0; i < count; i++) {
		if (px_url_is_multicast(r->urls[i]))
			continue;
		r->rest[n] = r->urls[i];
		r->number[n++] = i;
	}
}

/* The mirror at index of the rest is left out. What the server said of its file is of no other one. */
static void leave_out(struct px_ranges *r, unsigned index)
{
	do {
		r->rest[index] = r->rest[index + 1];
		r->number[index] = r->number[index + 1];
	} while (r->rest[index++]);
	memset(&r->xfer->validator, 0, sizeof(r->xfer->validator));
	px_connection_drop(r->xfer);
}

/* Mirrors that a download has given up, all tries over, are not asked again. Their successor's validator stays. */
static void follow(struct px_ranges *r, struct px_stream *s)
{
	struct px_validator now = r->xfer->validator;
	unsigned gone = px_download_mirror(s);

	while (gone--)
		leave_out(r, 0);
	r->xfer->validator = now;
}

/* Who asked has found that mirror number gave something else than the image. */
static enum px_status accuse(struct px_ranges *r, const struct px_ask *ask)
{
	struct px_url url;
	unsigned i;

	for (i = 0; r->rest[i] && (int)r->number[i] != ask->bad_mirror; i++)
		continue;
	if (r->rest[i]) {
		px_url_parse(&url, r->rest[i]);
		bb_error_msg("%s: bytes %"OFF_FMT"u to %"OFF_FMT"u are not the image's: this mirror is left out",
				url.shown, ask->first_bytes, ask->last_bytes);
		px_url_free(&url);
		leave_out(r, i);
	}
	if (r->rest[0])
		return PX_OK;
	bb_error_msg("no mirror gives what the block map wants");
	return PX_DATA;
}

/* --- reading */

static struct px_stream *open_part(struct px_ranges *r, off_t offset_bytes, off_t part_bytes)
{
	struct px_download_want want = {
		.urls = r->rest,
		.tries = r->tries,
		.size_bytes = -1,
		.offset_bytes = offset_bytes,
		.part_bytes = part_bytes,
	};

	return px_download_open(r->xfer, &want);
}

static enum px_status read_exactly(struct px_stream *s, void *buf, size_t len_bytes)
{
	ssize_t n = len_bytes ? px_stream_read_full(s, buf, len_bytes) : 0;

	if (n == (ssize_t)len_bytes)
		return PX_OK;
	return n < 0 ? s->status : PX_PROTOCOL; /* a part has its length, or fails */
}

static enum px_status read_part(struct px_ranges *r, void *buf, size_t len_bytes, off_t offset_bytes)
{
	struct px_stream *s = open_part(r, offset_bytes, len_bytes);
	enum px_status status = read_exactly(s, buf, len_bytes);

	follow(r, s);
	px_stream_close(s);
	return status;
}

/* --- the seek table */

/* All of the file it is, because... */
static enum px_status give_whole(struct px_ranges *r, const char *keyword, const char *why)
{
	if (why)
		bb_error_msg("%s: all of it is fetched", why);
	r->whole = keyword;
	return PX_OK;
}

/* tail: the last tail_bytes of the file */
static enum px_status take_table(struct px_ranges *r, const uint8_t *tail, size_t tail_bytes)
{
	const char *why = "it is no file with a seek table";
	off_t bytes = -1;
	uint8_t *table = NULL;
	enum px_status status = PX_OK;

	if (tail_bytes >= PX_SEEK_FOOTER_BYTES)
		bytes = px_seektable_bytes(tail + tail_bytes - PX_SEEK_FOOTER_BYTES, r->file_bytes, &why);
	if (bytes < 0)
		return give_whole(r, "table", why);
	if (bytes > (off_t)tail_bytes) {
		table = xmalloc(bytes);
		status = read_part(r, table, bytes, r->file_bytes - bytes);
	}
	if (status == PX_OK && px_seektable_parse(&r->table, table ? table : tail + tail_bytes - bytes, bytes,
			r->file_bytes, &why) < 0)
		give_whole(r, "table", why);
	free(table);
	return status;
}

/* How large the file is, is in the answer to any part of it. */
static enum px_status fetch_table(struct px_ranges *r)
{
	size_t tail_bytes;
	enum px_status status;

	r->xfer->total_bytes = -1;
	status = read_part(r, r->buf, 1, 0);
	if (status != PX_OK && r->xfer->no_parts)
		return give_whole(r, "ranges", "no mirror gives parts of a file");
	if (status != PX_OK)
		return status;
	r->file_bytes = r->xfer->total_bytes;
	tail_bytes = MIN(r->file_bytes, (off_t)TAIL_BYTES);
	status = read_part(r, r->buf, tail_bytes, r->file_bytes - tail_bytes);
	return status == PX_OK ? take_table(r, r->buf, tail_bytes) : status;
}

/* --- what is asked for becomes pieces */

static off_t packed_bytes(const struct px_ranges *r, size_t first, size_t end)
{
	return r->table.packed_at_bytes[end] - r->table.packed_at_bytes[first];
}

static int is_piece(const struct px_ranges *r, size_t first, size_t end)
{
	return r->table.at_bytes[end] - r->table.at_bytes[first] <= PX_PIECE_BYTES_MAX
		&& packed_bytes(r, first, end) <= PX_PIECE_PACKED_MAX;
}

/* The frames that ask lies in. PX_OK, r->whole may be set; or PX_DATA, printed. */
static enum px_status find_frames(struct px_ranges *r, const struct px_ask *ask, struct run *run)
{
	if (ask->last_bytes >= r->table.at_bytes[r->table.count]) {
		bb_error_msg("bytes %"OFF_FMT"u to %"OFF_FMT"u: the image has only %"OFF_FMT"u", ask->first_bytes,
				ask->last_bytes, r->table.at_bytes[r->table.count]);
		return PX_DATA;
	}
	run->first = px_seektable_frame(&r->table, ask->first_bytes);
	run->end = px_seektable_frame(&r->table, ask->last_bytes) + 1;
	if (is_piece(r, run->first, run->end))
		return PX_OK;
	if (!r->delivered)
		return give_whole(r, "table", "its frames are too large");
	bb_error_msg("bytes %"OFF_FMT"u to %"OFF_FMT"u: the frames that hold them are larger than %u MiB",
			ask->first_bytes, ask->last_bytes, PX_PIECE_BYTES_MAX >> 20);
	return PX_DATA;
}

/* Whether next can be had by the request that began with first and has come to last. */
static int goes_on(const struct px_ranges *r, const struct run *first, const struct run *last, const struct run *next)
{
	if (next->first < last->first || next->end < last->end)
		return 0;
	if (next->first < last->end && !is_piece(r, last->first, next->end))
		return 0;
	return (next->first <= last->end || packed_bytes(r, last->end, next->first) <= GAP_BYTES)
		&& packed_bytes(r, first->first, next->end) <= RUN_BYTES;
}

/* The asks that one request can answer: their pieces in a malloced list, *count of them. What another ask has brought
 * already is no piece of its own; asks that share a frame are one piece. */
static enum px_status plan(struct px_ranges *r, struct run **list, size_t *count)
{
	struct px_asks *asks = &r->asks;
	struct run *runs = xmalloc((asks->count - asks->at) * sizeof(*runs)), next;
	enum px_status status;
	size_t n = 0;

	*list = runs;
	do {
		const struct px_ask *ask = &asks->list[asks->at];

		if (n && ask->bad_mirror >= 0)
			break;
		status = find_frames(r, ask, &next);
		if (status != PX_OK || r->whole)
			return status;
		if (n && !goes_on(r, &runs[0], &runs[n - 1], &next))
			break;
		if (n && next.first < runs[n - 1].end)
			runs[n - 1].end = next.end;
		else
			runs[n++] = next;
		asks->at++;
		if (ask->bad_mirror >= 0)
			break;
	} while (asks->at < asks->count);
	*count = n;
	return PX_OK;
}

/* --- delivering */

static enum px_status put(struct px_ranges *r, const void *data, size_t len_bytes)
{
	if (px_output_write(r->output, data, len_bytes) < 0) {
		r->output_failed = 1;
		return PX_IO;
	}
	r->out_bytes += len_bytes;
	r->progress->busy_ms[PX_BUSY_NET] += r->xfer->wait_ms;
	r->xfer->wait_ms = 0;
	px_progress_update(r->progress, r->out_bytes);
	return PX_OK;
}

static enum px_status deliver_piece(struct px_ranges *r, struct px_stream *s, const struct run *run)
{
	struct px_piece piece = {
		.start_bytes = r->table.at_bytes[run->first],
		.len_bytes = r->table.at_bytes[run->end] - r->table.at_bytes[run->first],
		.packed_bytes = packed_bytes(r, run->first, run->end),
	};
	enum px_status status = read_exactly(s, r->buf + PX_PIECE_HEAD_BYTES, piece.packed_bytes);

	if (status != PX_OK)
		return status;
	r->progress->source = px_download_source(s);
	piece.mirror = r->number[px_download_mirror(s)];
	px_progress_mirror(r->progress, piece.mirror);
	px_piece_put(r->buf, &piece);
	r->delivered = 1;
	return put(r, r->buf, PX_PIECE_HEAD_BYTES + piece.packed_bytes);
}

static enum px_status deliver_run(struct px_ranges *r, const struct run *runs, size_t count)
{
	off_t start_bytes = r->table.packed_at_bytes[runs[0].first];
	struct px_stream *s = open_part(r, start_bytes, packed_bytes(r, runs[0].first, runs[count - 1].end));
	enum px_status status = PX_OK;
	size_t i;

	for (i = 0; i < count && status == PX_OK; i++) {
		if (i)
			status = read_exactly(s, r->buf, packed_bytes(r, runs[i - 1].end, runs[i].first));
		if (status == PX_OK)
			status = deliver_piece(r, s, &runs[i]);
	}
	follow(r, s);
	px_stream_close(s);
	return status;
}

static int has_large_frames(const struct px_ranges *r)
{
	size_t i;

	for (i = 0; i < r->table.count; i++)
		if (!is_piece(r, i, i + 1))
			return 1;
	return 0;
}

/* Before the first piece all of the file can still be had instead. */
static int asks_for_most(const struct px_ranges *r)
{
	off_t sum_bytes = 0;
	size_t i;

	for (i = r->asks.at; i < r->asks.count; i++)
		sum_bytes += r->asks.list[i].last_bytes - r->asks.list[i].first_bytes + 1;
	return sum_bytes / MOST_PERCENT > r->table.at_bytes[r->table.count] / 100;
}

static enum px_status begin(struct px_ranges *r)
{
	enum px_status status = fetch_table(r);

	if (status == PX_OK && !r->whole && has_large_frames(r))
		give_whole(r, "table", "its frames are too large");
	else if (status == PX_OK && !r->whole && asks_for_most(r))
		give_whole(r, "most", "most of the image is asked for");
	return status;
}

/* From here on all of the file is no answer any more. */
static enum px_status say_parts(struct px_ranges *r)
{
	struct px_piece parts = { .start_bytes = r->table.at_bytes[r->table.count] };

	r->asks.parts = 0;
	r->delivered = 1;
	px_piece_put(r->buf, &parts);
	return put(r, r->buf, PX_PIECE_HEAD_BYTES);
}

static enum px_status answer(struct px_ranges *r)
{
	const struct px_ask *ask = &r->asks.list[r->asks.at];
	enum px_status status = PX_OK;
	struct run *runs = NULL;
	size_t count = 0;

	if (!r->table.count)
		status = begin(r);
	if (status != PX_OK || r->whole)
		return status;
	if (r->asks.parts)
		return say_parts(r);
	if (ask->bad_mirror >= 0)
		status = accuse(r, ask);
	if (status == PX_OK)
		status = plan(r, &runs, &count);
	if (status == PX_OK && !r->whole)
		status = deliver_run(r, runs, count);
	free(runs);
	return status;
}

static enum px_status deliver(struct px_ranges *r)
{
	enum px_status status = PX_OK;

	while (status == PX_OK && !r->whole) {
		if (px_asks_read(&r->asks) < 0)
			return PX_USAGE;
		if (r->asks.all)
			give_whole(r, "asked", NULL);
		else if (r->asks.at == r->asks.count && !r->asks.parts)
			return PX_OK;
		else
			status = answer(r);
	}
	return status;
}

enum px_status FAST_FUNC px_ranges_deliver(struct px_ranges *r)
{
	static const struct px_piece whole;
	smallint may_join = r->xfer->may_join;
	enum px_status status;

	know_mirrors(r);
	r->buf = xmalloc(PX_PIECE_HEAD_BYTES + PX_PIECE_PACKED_MAX);
	r->xfer->may_join = 1;
	status = deliver(r);
	r->xfer->may_join = may_join;
	memset(&r->xfer->validator, 0, sizeof(r->xfer->validator));
	px_connection_drop(r->xfer);
	if (status == PX_OK && r->whole) {
		px_piece_put(r->buf, &whole);
		status = put(r, r->buf, PX_PIECE_HEAD_BYTES);
	}
	px_seektable_free(&r->table);
	free(r->asks.list);
	free(r->rest);
	free(r->number);
	free(r->buf);
	return status;
}
