/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 of large buffers. See sha256.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += sha256.o

#include "libbb.h"
#include "verify/sha256.h"

#if ENABLE_SHA256_HWACCEL && defined(__x86_64__)
# include <immintrin.h>

enum { AHEAD_BYTES = 1024 };

/* libbb's, for one block; its address in a context says that this processor has the instructions. */
void FAST_FUNC sha256_process_block64_shaNI(sha256_ctx_t *ctx);
# define HAS_BLOCKS(ctx) ((ctx)->process_block == sha256_process_block64_shaNI)

/* FIPS 180-4, 4.2.2 */
static const uint32_t K[64] ALIGNED(16) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

# define SHA_NI __attribute__ ((target("sha,sse4.1")))

/* One stream between two blocks. The instructions want its state in two registers: ABEF, CDGH, highest word first. */
struct lane {
	__m128i abef, cdgh;
	const uint8_t *data;
};

/* A block in work: w is the last sixteen words of its schedule. */
struct block {
	__m128i abef, cdgh, w[4];
};

SHA_NI static ALWAYS_INLINE void load(struct lane *lane, const uint32_t state[8], const uint8_t *data)
{
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);

	lane->abef = _mm_alignr_epi8(cdab, efgh, 8);
	lane->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
	lane->data = data;
}

SHA_NI static ALWAYS_INLINE void store(const struct lane *lane, uint32_t state[8])
{
	__m128i cdab = _mm_shuffle_epi32(lane->abef, 0x1b);
	__m128i efgh = _mm_shuffle_epi32(lane->cdgh, 0xb1);

	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(cdab, efgh, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(efgh, cdab, 8));
}

SHA_NI static ALWAYS_INLINE void begin_block(struct block *b, const struct lane *lane)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
	int i;

	__builtin_prefetch(lane->data + AHEAD_BYTES);
	b->abef = lane->abef;
	b->cdgh = lane->cdgh;
# pragma GCC unroll 4
	for (i = 0; i < 4; i++)
		b->w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)lane->data + i), big_endian);
}

/* Rounds 4 i to 4 i + 3. The four words of the schedule behind the last sixteen take the place of the oldest ones. */
SHA_NI static ALWAYS_INLINE void rounds(struct block *b, int i)
{
	__m128i *w0 = &b->w[i & 3], *w3 = &b->w[(i + 3) & 3];
	__m128i wk = _mm_add_epi32(*w0, ((const __m128i *)K)[i]);

	b->cdgh = _mm_sha256rnds2_epu32(b->cdgh, b->abef, wk);
	b->abef = _mm_sha256rnds2_epu32(b->abef, b->cdgh, _mm_shuffle_epi32(wk, 0x0e));
	if (i < 12)
		*w0 = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*w0, b->w[(i + 1) & 3]),
				_mm_alignr_epi8(*w3, b->w[(i + 2) & 3], 4)), *w3);
}

SHA_NI static ALWAYS_INLINE void end_block(const struct block *b, struct lane *lane)
{
	lane->abef = _mm_add_epi32(b->abef, lane->abef);
	lane->cdgh = _mm_add_epi32(b->cdgh, lane->cdgh);
	lane->data += 64;
}

SHA_NI static void hash_blocks(uint32_t state[8], const uint8_t *data, size_t blocks)
{
	struct lane lane;
	struct block b;
	int i;

	load(&lane, state, data);
	for (; blocks; blocks--) {
		begin_block(&b, &lane);
# pragma GCC unroll 16
		for (i = 0; i < 16; i++)
			rounds(&b, i);
		end_block(&b, &lane);
	}
	store(&lane, state);
}

/* Each round waits for the one before it, for longer than it works: there is room for a second stream in between. */
SHA_NI static void hash_blocks_two(struct px_sha256_part part[2], size_t blocks)
{
	struct lane lane[2];
	struct block b[2];
	int i;

	load(&lane[0], part[0].ctx->hash, part[0].data);
	load(&lane[1], part[1].ctx->hash, part[1].data);
	for (; blocks; blocks--) {
		begin_block(&b[0], &lane[0]);
		begin_block(&b[1], &lane[1]);
# pragma GCC unroll 16
		for (i = 0; i < 16; i++) {
			rounds(&b[0], i);
			rounds(&b[1], i);
		}
		end_block(&b[0], &lane[0]);
		end_block(&b[1], &lane[1]);
	}
	store(&lane[0], part[0].ctx->hash);
	store(&lane[1], part[1].ctx->hash);
}
#else
# define HAS_BLOCKS(ctx) 0
# define hash_blocks(state, data, blocks) ((void)0)
# define hash_blocks_two(part, blocks) ((void)0)
#endif

void FAST_FUNC px_sha256_hash(sha256_ctx_t *ctx, const void *data, size_t len_bytes)
{
	size_t begun = -ctx->total64 & 63; /* what fills up the block in work */
	size_t blocks;

	if (!len_bytes)
		return; /* data may be NULL then, which memcpy must not be given */
	if (!HAS_BLOCKS(ctx) || len_bytes < begun + 64) {
		sha256_hash(ctx, data, len_bytes);
		return;
	}
	sha256_hash(ctx, data, begun);
	data = (const uint8_t *)data + begun;
	blocks = (len_bytes - begun) / 64;
	hash_blocks(ctx->hash, data, blocks);
	ctx->total64 += blocks * 64;
	sha256_hash(ctx, (const uint8_t *)data + blocks * 64, (len_bytes - begun) % 64);
}

void FAST_FUNC px_sha256_of(const void *data, size_t len_bytes, uint8_t *sum)
{
	sha256_ctx_t hash;

	sha256_begin(&hash);
	px_sha256_hash(&hash, data, len_bytes);
	sha256_end(&hash, sum);
}

static void take(struct px_sha256_part *part, size_t len_bytes)
{
	px_sha256_hash(part->ctx, part->data, len_bytes);
	part->data += len_bytes;
	part->len_bytes -= len_bytes;
}

static void skip_blocks(struct px_sha256_part *part, size_t blocks)
{
	part->ctx->total64 += blocks * 64;
	part->data += blocks * 64;
	part->len_bytes -= blocks * 64;
}

void FAST_FUNC px_sha256_hash_two(struct px_sha256_part part[2])
{
	size_t begun[2] = { -part[0].ctx->total64 & 63, -part[1].ctx->total64 & 63 }; /* to the end of their blocks */
	size_t blocks;

	if (HAS_BLOCKS(part[0].ctx) && HAS_BLOCKS(part[1].ctx)
	 && part[0].len_bytes >= begun[0] + 64 && part[1].len_bytes >= begun[1] + 64) {
		take(&part[0], begun[0]);
		take(&part[1], begun[1]);
		blocks = MIN(part[0].len_bytes, part[1].len_bytes) / 64;
		hash_blocks_two(part, blocks);
		skip_blocks(&part[0], blocks);
		skip_blocks(&part[1], blocks);
	}
	take(&part[0], part[0].len_bytes);
	take(&part[1], part[1].len_bytes);
}

void FAST_FUNC px_sha256_of_two(const uint8_t *first, size_t first_bytes, const uint8_t *second, size_t second_bytes,
		uint8_t sums[2][32])
{
	sha256_ctx_t hash[2];
	struct px_sha256_part parts[2] = { { &hash[0], first, first_bytes }, { &hash[1], second, second_bytes } };

	sha256_begin(&hash[0]);
	sha256_begin(&hash[1]);
	px_sha256_hash_two(parts);
	sha256_end(&hash[0], sums[0]);
	sha256_end(&hash[1], sums[1]);
}
