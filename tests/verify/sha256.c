/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives verify/sha256.h and verify/bmapcheck.h: what is hashed two at a time is what is hashed one after the other.
 *
 *	sha256 lengths          every two lengths up to 200 bytes, whatever is begun already; the number of differences
 *	sha256 large N          N times two random lengths up to 3 MiB, in random pieces
 *	sha256 maps N           N random block maps, fed in random pieces; every second time a byte of one range differs
 *	sha256 speed            GB/s: one stream, two at a time (the best of some)
 */
#include "libbb.h"
#include "driver.h"
#include "verify/bmapcheck.h"
#include "verify/sha256.h"

enum { DATA_BYTES = 6 << 20, RANGES = 200, BLOCK_BYTES = 512 };

static uint8_t data[DATA_BYTES];
static uint64_t seed = 1;
static unsigned differences;

static unsigned chance(unsigned below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

/* libbb's own, never ours. */
static void plain_sum(const uint8_t *from, size_t len_bytes, int sha1, uint8_t *sum)
{
	sha256_ctx_t hash;

	if (sha1)
		sha1_begin(&hash);
	else
		sha256_begin(&hash);
	sha256_hash(&hash, from, len_bytes);
	sha256_end(&hash, sum);
}

static void expect(const uint8_t *from, size_t len_bytes, sha256_ctx_t *hash)
{
	uint8_t is[32], wanted[32];

	plain_sum(from, len_bytes, 0, wanted);
	sha256_end(hash, is);
	differences += memcmp(is, wanted, 32) != 0;
}

/* Both streams begin with so much, hashed alone. */
static void begin(sha256_ctx_t *hash, const uint8_t *from, size_t begun_bytes)
{
	sha256_begin(hash);
	px_sha256_hash(hash, from, begun_bytes);
}

static void two(const uint8_t *a, size_t a_begun, size_t a_bytes, const uint8_t *b, size_t b_begun, size_t b_bytes)
{
	sha256_ctx_t hash[2];
	struct px_sha256_part parts[2] = { { &hash[0], a + a_begun, a_bytes }, { &hash[1], b + b_begun, b_bytes } };

	begin(&hash[0], a, a_begun);
	begin(&hash[1], b, b_begun);
	px_sha256_hash_two(parts);
	expect(a, a_begun + a_bytes, &hash[0]);
	expect(b, b_begun + b_bytes, &hash[1]);
}

static void lengths(void)
{
	size_t a, b;

	for (a = 0; a <= 200; a++)
		for (b = 0; b <= 200; b++)
			two(data + 1, chance(130), a, data + 1000, chance(130), b);
}

static void large(unsigned rounds)
{
	while (rounds--) {
		sha256_ctx_t hash[2];
		size_t len[2] = { chance(3 << 20), chance(3 << 20) }, at[2] = { 0, 0 };

		sha256_begin(&hash[0]);
		sha256_begin(&hash[1]);
		while (at[0] < len[0] || at[1] < len[1]) {
			size_t n[2] = { chance(400000) % (len[0] - at[0] + 1), chance(400000) % (len[1] - at[1] + 1) };
			struct px_sha256_part parts[2] = {
				{ &hash[0], data + at[0], n[0] },
				{ &hash[1], data + DATA_BYTES - len[1] + at[1], n[1] },
			};

			px_sha256_hash_two(parts);
			at[0] += n[0];
			at[1] += n[1];
		}
		expect(data, len[0], &hash[0]);
		expect(data + DATA_BYTES - len[1], len[1], &hash[1]);
	}
}

/* Ranges with and without holes between them, some longer than a piece, some without a checksum. */
static off_t make_map(struct px_bmap *map, struct px_bmap_range *ranges)
{
	size_t at = 0, most = 1 + chance(RANGES - 1);
	int sha1 = chance(4) == 0;

	*map = (struct px_bmap){ .block_bytes = BLOCK_BYTES, .kind = sha1 ? PX_BMAP_SHA1 : PX_BMAP_SHA256,
		.digest_bytes = sha1 ? 20 : 32, .ranges = ranges };
	while (map->range_count < most) {
		size_t len_bytes = BLOCK_BYTES * (1 + chance(chance(8) ? 40 : 1500));
		struct px_bmap_range *range = &ranges[map->range_count];

		at += chance(2) ? 0 : BLOCK_BYTES * chance(30);
		if (at + len_bytes > DATA_BYTES)
			break;
		*range = (struct px_bmap_range){ .offset_bytes = at, .len_bytes = len_bytes };
		range->checked = chance(9) != 0;
		plain_sum(data + at, len_bytes, sha1, range->digest);
		map->range_count++;
		at += len_bytes;
	}
	map->image_bytes = MIN(at + chance(3) * 1000, (size_t)DATA_BYTES);
	return map->image_bytes;
}

/* What the check says in the end, and up to where all was right. */
static int feed(const struct px_bmap *map, off_t *proven_bytes)
{
	struct px_bmap_check *check = px_bmap_check_open(map, 0);
	off_t at_bytes = 0;
	int error = 0;

	while (!error && at_bytes < map->image_bytes) {
		size_t n = 1 + chance(chance(4) ? 1 << 20 : 3000);

		n = MIN((off_t)n, map->image_bytes - at_bytes);
		error = px_bmap_check_feed(check, data + at_bytes, n);
		at_bytes += n;
	}
	*proven_bytes = px_bmap_check_proven(check, DATA_BYTES);
	free(check);
	return error;
}

static void maps(unsigned rounds)
{
	static struct px_bmap_range ranges[RANGES];
	struct px_bmap map;

	while (rounds--) {
		off_t len_bytes = make_map(&map, ranges), proven_bytes;
		struct px_bmap_range *range = &ranges[map.range_count ? chance(map.range_count) : 0];
		int wrong = map.range_count && range->checked && rounds % 2, error;
		uint8_t *byte = data + range->offset_bytes + (wrong ? chance(range->len_bytes) : 0);

		*byte ^= wrong;
		error = feed(&map, &proven_bytes);
		*byte ^= wrong;
		differences += error != (wrong ? EBADMSG : 0) || proven_bytes != (wrong ? range->offset_bytes : len_bytes);
	}
}

static double gigabytes_a_second(int both)
{
	enum { PIECE = 512 << 10, TIMES = 400 };
	unsigned long long start_us = monotonic_us();
	uint8_t sums[2][32];
	int i;

	for (i = 0; i < TIMES; i++) {
		if (both)
			px_sha256_of_two(data, PIECE, data + PIECE, PIECE, sums);
		else {
			px_sha256_of(data, PIECE, sums[0]);
			px_sha256_of(data + PIECE, PIECE, sums[1]);
		}
	}
	return 2.0 * PIECE * TIMES / (monotonic_us() - start_us) / 1e3;
}

static void speed(void)
{
	double best[2] = { 0, 0 };
	int i;

	for (i = 0; i < 10; i++) {
		double rate = gigabytes_a_second(i & 1);

		best[i & 1] = MAX(best[i & 1], rate);
	}
	printf("one %.2f two %.2f GB/s\n", best[0], best[1]);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned rounds;
	size_t i;

	driver_start("sha256");
	rounds = argc > 2 ? xatou(argv[2]) : 0;
	for (i = 0; i < DATA_BYTES; i++)
		data[i] = chance(256);
	if (strcmp(what, "speed") == 0)
		speed();
	else if (strcmp(what, "lengths") == 0)
		lengths();
	else if (strcmp(what, "large") == 0)
		large(rounds);
	else if (strcmp(what, "maps") == 0)
		maps(rounds);
	else
		return 2;
	if (differences)
		printf("%u differences\n", differences);
	return differences != 0;
}
