/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 (FIPS 180-4) of large buffers. libbb's copies each block of 64 bytes before it works on it, and loads and
 * stores its state for each; and what another processor has just written must be asked for in time.
 */
#ifndef PX_SHA256_H
#define PX_SHA256_H 1

/* As sha256_hash; ctx is libbb's and may be mixed with it, also one of sha1_begin (then it is just that). */
void px_sha256_hash(sha256_ctx_t *ctx, const void *data, size_t len_bytes) FAST_FUNC;

/* What comes next of a stream: ctx is of what came before. */
struct px_sha256_part {
	sha256_ctx_t *ctx;
	const uint8_t *data;
	size_t len_bytes;
};

/* Of two different streams, in nearly the time of one, as far as both go; as px_sha256_hash for each. The parts are
 * used up: what they point to afterwards is of no use. */
void px_sha256_hash_two(struct px_sha256_part part[2]) FAST_FUNC;

/* The sum (32 bytes) of len_bytes at data. */
void px_sha256_of(const void *data, size_t len_bytes, uint8_t *sum) FAST_FUNC;

/* The sums of two of them, by px_sha256_hash_two. */
void px_sha256_of_two(const uint8_t *first, size_t first_bytes, const uint8_t *second, size_t second_bytes,
		uint8_t sums[2][32]) FAST_FUNC;

#endif
