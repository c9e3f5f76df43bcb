/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode/zstd_frames.c through its decoder: frames of random sizes, some larger than a slot, read in pieces of random
 * sizes. All of them come out, or, when something was cut, a failure; and who closes early waits for nothing.
 */
#include "libbb.h"
#include <pthread.h>
#include <zstd.h>
#include "decode/decode.h"
#include "stress.h"

enum { PLAIN_BYTES = 2 << 20, PACKED_BYTES = PLAIN_BYTES + (64 << 10), MEMORY_BYTES = 64 << 20 };

struct packed {
	struct px_stream s;
	const uint8_t *data;
	size_t left_bytes;
	unsigned seed;
};

static uint8_t plain[PLAIN_BYTES], packed[PACKED_BYTES];

static ssize_t FAST_FUNC packed_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct packed *p = (struct packed *)s;
	size_t n = 1 + chance(&p->seed, 100000);

	n = MIN(n, MIN(p->left_bytes, len_bytes));
	dawdle(&p->seed);
	memcpy(buf, p->data, n);
	p->data += n;
	p->left_bytes -= n;
	return n;
}

/* Words that repeat, so that there is something to pack. */
static size_t make_plain(unsigned *seed)
{
	size_t bytes = chance(seed, PLAIN_BYTES), i;

	for (i = 0; i + 16 <= bytes; i += 16)
		memset(plain + i, chance(seed, 3) ? (int)(i >> 12) : (int)chance(seed, 256), 16);
	memset(plain + i, 7, bytes - i);
	return bytes;
}

/* Frames of up to 100 KiB, some far beyond a slot; most with a checksum. */
static size_t pack(size_t bytes, unsigned *seed)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();
	size_t at = 0, made = 0;

	while (at < bytes) {
		size_t piece = 1 + chance(seed, chance(seed, 5) ? 100 << 10 : 600 << 10), n;

		piece = MIN(piece, bytes - at);
		ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, chance(seed, 4) != 0);
		n = ZSTD_compress2(z, packed + made, PACKED_BYTES - made, plain + at, piece);
		expect(!ZSTD_isError(n), "zstd packs");
		made += n;
		at += piece;
	}
	ZSTD_freeCCtx(z);
	return made;
}

static struct px_stream *open_packed(size_t bytes, unsigned *seed)
{
	struct px_decode_options options = { .memory_bytes = MEMORY_BYTES };
	struct packed *p = xzalloc(sizeof(*p));
	const struct px_decoder *decoder = px_decoder_find(packed, bytes);

	expect(decoder != NULL, "zstd is found");
	p->s.read = packed_read;
	p->data = packed;
	p->left_bytes = bytes;
	p->seed = *seed;
	return decoder->open(&p->s, &options);
}

/* Returns the bytes that were read; *n is the last read's. A frame without checksum may be damaged and not know it. */
static size_t read_on(struct px_stream *s, size_t most_bytes, int damaged, unsigned *seed, ssize_t *n)
{
	static uint8_t buf[300000];
	size_t got = 0;

	*n = 1;
	while (got < most_bytes && (*n = px_stream_read(s, buf, 1 + chance(seed, sizeof(buf)))) > 0) {
		expect(damaged || memcmp(buf, plain + got, *n) == 0, "what comes out is what went in");
		got += *n;
		dawdle(seed);
	}
	return got;
}

void round_of_frames(unsigned seed)
{
	size_t bytes = make_plain(&seed), made = pack(bytes, &seed), got;
	enum { WHOLE, CUT, EARLY, DAMAGED };
	unsigned how = chance(&seed, 4);
	struct px_stream *s;
	ssize_t n;

	if (made <= 16)
		return;
	if (how == CUT)
		made = 16 + chance(&seed, made - 16);
	else if (how == DAMAGED)
		packed[4 + chance(&seed, made - 4)] ^= 1 << chance(&seed, 8);
	faults.thread_at = chance(&seed, 10) == 0 ? (int)chance(&seed, 2) : -1;
	s = open_packed(made, &seed);
	got = read_on(s, how == EARLY ? chance(&seed, bytes + 1) : PLAIN_BYTES + 1, how == DAMAGED, &seed, &n);
	if (how == WHOLE)
		expect(n == 0 && got == bytes, "all of it comes, and an end");
	else if (how == CUT)
		expect(n < 0 || got < bytes, "what was cut is not all");
	px_stream_close(s);
}
