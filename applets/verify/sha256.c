/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 of large buffers. See sha256.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += sha256.o

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

/* Four rounds; w: the next four words of the schedule. */
# define ROUNDS(abef, cdgh, w, k) do { \
	__m128i wk = _mm_add_epi32(w, k); \
	cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk); \
	abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0e)); \
} while (0)

/* The four words that come after those in w0 to w3 take the place of w0. */
# define SCHEDULE(w0, w1, w2, w3) \
	w0 = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3)

/* The instructions want the state as two registers, ABEF and CDGH, highest word first. */
__attribute__ ((target("sha,sse4.1")))
static void hash_blocks(uint32_t state[8], const uint8_t *data, size_t blocks)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
	const __m128i *k = (const __m128i *)K;
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
	__m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);

	for (; blocks; blocks--, data += 64) {
		__m128i abef_before = abef, cdgh_before = cdgh, w[4];
		int i;

		__builtin_prefetch(data + AHEAD_BYTES);
# pragma GCC unroll 4
		for (i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), big_endian);
# pragma GCC unroll 16
		for (i = 0; i < 16; i++) {
			ROUNDS(abef, cdgh, w[i & 3], k[i]);
			if (i < 12)
				SCHEDULE(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	cdab = _mm_shuffle_epi32(abef, 0x1b);
	efgh = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(cdab, efgh, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(efgh, cdab, 8));
}
#else
# define HAS_BLOCKS(ctx) 0
# define hash_blocks(state, data, blocks) ((void)0)
#endif

void FAST_FUNC px_sha256_hash(sha256_ctx_t *ctx, const void *data, size_t len_bytes)
{
	size_t begun = -ctx->total64 & 63; /* what fills up the block in work */
	size_t blocks;

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
