/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short ranges of a block map. See rangecheck.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += rangecheck.o

#include "libbb.h"
#include "verify/rangecheck.h"
#include "verify/sha256.h"

struct px_range_check {
	const struct px_bmap *bmap;
	size_t zero_bytes;     /* the usual length: of the first range */
	uint8_t zero_sum[32];  /* of so many zeros */
};

static int fits(const struct px_bmap *bmap, size_t chunk_bytes)
{
	size_t i;

	for (i = 0; i < bmap->range_count; i++) {
		const struct px_bmap_range *r = &bmap->ranges[i];

		if (!r->checked || r->len_bytes > chunk_bytes - r->offset_bytes % (off_t)chunk_bytes)
			return 0;
	}
	return bmap->kind == PX_BMAP_SHA256;
}

struct px_range_check* FAST_FUNC px_range_check_open(const struct px_bmap *bmap, size_t chunk_bytes)
{
	struct px_range_check *c;
	uint8_t *zeros;

	if (!fits(bmap, chunk_bytes))
		return NULL;
	c = xzalloc(sizeof(*c));
	c->bmap = bmap;
	c->zero_bytes = bmap->range_count ? bmap->ranges[0].len_bytes : 0;
	zeros = xzalloc(c->zero_bytes);
	px_sha256_of(zeros, c->zero_bytes, c->zero_sum);
	free(zeros);
	return c;
}

/* Zeros of the usual length need no hash. */
static int is_known(const struct px_range_check *c, const struct px_bmap_range *range, int zero)
{
	return zero && range->len_bytes == c->zero_bytes;
}

static int is_right(const struct px_range_check *c, const struct px_bmap_range *range, const uint8_t *data, int zero)
{
	uint8_t sum[32];

	if (is_known(c, range, zero))
		return memcmp(range->digest, c->zero_sum, sizeof(sum)) == 0;
	px_sha256_of(data, range->len_bytes, sum);
	return memcmp(range->digest, sum, sizeof(sum)) == 0;
}

/* Two ranges, hashed at the same time: how many of them, from the first one on, are right. */
static unsigned right_of_two(const struct px_bmap_range *range, const uint8_t *first, const uint8_t *second)
{
	uint8_t sums[2][32];

	px_sha256_of_two(first, range[0].len_bytes, second, range[1].len_bytes, sums);
	if (memcmp(range[0].digest, sums[0], sizeof(sums[0])) != 0)
		return 0;
	return memcmp(range[1].digest, sums[1], sizeof(sums[1])) == 0 ? 2 : 1;
}

/* Whether all of range number i lies in the chunk; *data: where. */
static int is_there(const struct px_bmap *bmap, size_t i, const uint8_t *chunk, size_t len_bytes, off_t offset_bytes,
		const uint8_t **data)
{
	off_t at_bytes;

	if (i >= bmap->range_count)
		return 0;
	at_bytes = bmap->ranges[i].offset_bytes - offset_bytes;
	if (at_bytes >= (off_t)len_bytes || bmap->ranges[i].len_bytes > len_bytes - at_bytes)
		return 0;
	*data = chunk + at_bytes;
	return 1;
}

ssize_t FAST_FUNC px_range_check(const struct px_range_check *c, const uint8_t *chunk, size_t len_bytes,
		off_t offset_bytes, int zero)
{
	const struct px_bmap *bmap = c->bmap;
	size_t i = px_bmap_range_behind(bmap, offset_bytes);
	const uint8_t *data, *next;

	while (is_there(bmap, i, chunk, len_bytes, offset_bytes, &data)) {
		const struct px_bmap_range *range = &bmap->ranges[i];
		unsigned right;

		if (!is_known(c, range, zero) && is_there(bmap, i + 1, chunk, len_bytes, offset_bytes, &next)) {
			right = right_of_two(range, data, next);
			if (right < 2)
				return i + right;
			i += 2;
		} else if (is_right(c, range, data, zero))
			i++;
		else
			return i;
	}
	if (i < bmap->range_count && bmap->ranges[i].offset_bytes < offset_bytes + (off_t)len_bytes)
		return i; /* it begins in the chunk and is not there as a whole */
	return -1;
}
