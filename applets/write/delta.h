/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of missing.h know together: the image in spans, each a range of the block map or zeros, and what has
 * become of each.
 */
#ifndef PX_DELTA_H
#define PX_DELTA_H 1

#include "decode/piece.h"
#include "lib/ring.h"
#include "write/writing.h"

/* Of a range. A thread turns UNKNOWN into KEPT or DIFFERS, and HERE into WRITTEN or WRONG; all else is the owner's. */
enum px_range_state {
	PX_RANGE_UNKNOWN,
	PX_RANGE_ZERO,         /* its checksum is that of zeros: it is treated as a hole */
	PX_RANGE_KEPT,         /* the disk holds it */
	PX_RANGE_DIFFERS,
	PX_RANGE_ASKED,
	PX_RANGE_HERE,         /* it has come, a thread has it */
	PX_RANGE_WRONG,        /* what came was not it */
	PX_RANGE_WRITTEN,
};

enum { PX_RANGE_BYTES_MAX = PX_PIECE_BYTES_MAX };

struct px_slot {
	const struct px_chunk *chunk;  /* whose slot it is */
	struct px_piece piece;
	struct px_piece_decoder *decoder;
	uint8_t *data;                 /* decoded; aligned to 4096 */
	size_t room_bytes;
};

struct px_missing {
	struct px_blkwrite *w;
	const struct px_bmap *map;
	size_t memory_bytes;
	size_t range_bytes;            /* the longest range, in whole pages; at least a MiB */
	uint8_t *state;                /* enum px_range_state of each range */
	uint16_t *mirror;              /* that gave what was wrong */
	uint64_t *sums;                /* of each range that was written, its whole sectors: for reading it back */
	off_t start_bytes;             /* of the first range in the sample that is missing; 0: none is */
	smallint blind;                /* the disk has so little of it that nobody looks: all is asked for */
	uint8_t *zeroed;               /* of each MiB of the image: zeros were written into it */
	off_t settled_bytes;           /* found, or written */
	off_t kept_bytes;              /* found, of ranges with data */
	off_t written_bytes;           /* of what came */
	off_t data_bytes;              /* of all of these */
	smallint any_wrong;
	/* the first MiB: it is in w->head from step 0 on */
	uint8_t *first;                /* all ranges that begin in it: the last one may end behind it */
	off_t first_end_bytes;
	struct px_saved *saved;        /* of the last MiB: what was found there before it was cleared */
	/* asking (asking.c) */
	int ask_fd;                    /* -1: closed */
	char *lines;
	size_t lines_bytes, lines_room, lines_at;
	size_t pending;                /* asked for, and not come yet */
	/* receiving (pieces.c) */
	struct px_ring *ring;          /* NULL: none is open */
	struct px_slot *slots;
	unsigned slot_count, put;
	uint8_t head[PX_PIECE_HEAD_BYTES];
	size_t have_bytes;             /* of the head, or of what follows it */
	struct px_chunk *chunk;        /* NULL: the head is not complete */
	struct px_piece piece;
	off_t fetched_bytes;
};

/* A range that was there, and is to be written again. */
struct px_saved {
	struct px_saved *next;
	size_t range;
	uint8_t *data;                 /* whole sectors */
};

static inline enum px_range_state px_range_state(const struct px_missing *m, size_t range)
{
	return __atomic_load_n(&m->state[range], __ATOMIC_ACQUIRE);
}

static inline void px_range_set(struct px_missing *m, size_t range, enum px_range_state state)
{
	__atomic_store_n(&m->state[range], state, __ATOMIC_RELEASE);
}

/* --- spans.c */

/* The span that begins at at_bytes, a boundary of two: its length, 0 at the image's end; *range: which, or -1: zeros
 * (at most up to the next MiB). *hint: 0 at first, then kept for the next call with a larger at_bytes. */
size_t px_span_next(const struct px_missing *m, off_t at_bytes, size_t *hint, ssize_t *range) FAST_FUNC;

/* The first range that ends behind at_bytes; map->range_count: none. */
size_t px_span_range(const struct px_missing *m, off_t at_bytes) FAST_FUNC;

/* Whether data, as long as the range and zeros up to the sector's end, is the range. */
int px_span_right(const struct px_missing *m, size_t range, const uint8_t *data) FAST_FUNC;

/* Reads it from the disk into buf (m->range_bytes) and compares. 0; EBADMSG: it is something else; or an errno. */
int px_span_compare(const struct px_missing *m, size_t range, uint8_t *buf) FAST_FUNC;

/* The same with this range and the next one, which follows at once: both hashed at the same time. 0: same[] says of
 * each whether it is there; or an errno: one of them cannot be read, perhaps not both. */
int px_span_compare_two(const struct px_missing *m, size_t range, uint8_t *buf, smallint same[2]) FAST_FUNC;

/* The same with what was written, by its sum, which costs a tenth of the checksum. */
int px_span_compare_sum(const struct px_missing *m, size_t range, uint8_t *buf) FAST_FUNC;

/* The same for zeros. */
int px_span_compare_zeros(const struct px_missing *m, off_t at_bytes, size_t len_bytes, uint8_t *buf) FAST_FUNC;

/* How many threads work on ranges, each with two buffers of each_bytes: a few more than there are processors, if memory
 * allows. */
unsigned px_span_threads(const struct px_missing *m, size_t each_bytes) FAST_FUNC;

/* --- asking.c */

/* Queue a line. */
void px_ask_line(struct px_missing *m, const char *line) FAST_FUNC;
void px_ask_range(struct px_missing *m, size_t range) FAST_FUNC; /* DIFFERS or WRONG becomes ASKED */

/* Writes what can be written without waiting; wait: all of it. */
void px_ask_flush(struct px_missing *m, int wait) FAST_FUNC;
void px_ask_close(struct px_missing *m) FAST_FUNC;

/* --- pieces.c */

/* Reads once from w->source, which may wait; a complete piece goes to the threads. PX_OK, or why not: printed, but for
 * PX_IO of a ring that has failed, which px_pieces_finish says. */
enum px_status px_pieces_receive(struct px_missing *m) FAST_FUNC;

/* Whether something is awaited and can be read, and px_pieces_receive will not wait for a thread either. */
int px_pieces_ready(struct px_missing *m) FAST_FUNC;

/* Waits for what is in work. PX_OK; PX_IO: the disk failed, printed. */
enum px_status px_pieces_finish(struct px_missing *m) FAST_FUNC;

/* One piece into memory, in step 0: its ranges that are ASKED and lie in m->first become KEPT there, or are asked for
 * again. */
enum px_status px_pieces_first(struct px_missing *m) FAST_FUNC;

/* The source has ended, and nothing came behind the last piece. */
enum px_status px_pieces_end(struct px_missing *m) FAST_FUNC;
void px_pieces_free(struct px_missing *m) FAST_FUNC;

#endif
