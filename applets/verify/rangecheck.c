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

static int is_right(const struct px_range_check *c, const struct px_bmap_range *range, const uint8_t *data, int zero)
{
	uint8_t sum[32];

	if (zero && range->len_bytes == c->zero_bytes)
		return memcmp(range->digest, c->zero_sum, sizeof(sum)) == 0;
	px_sha256_of(data, range->len_bytes, sum);
	return memcmp(range->digest, sum, sizeof(sum)) == 0;
}

ssize_t FAST_FUNC px_range_check(const struct px_range_check *c, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes, int zero)
{
	const struct px_bmap *bmap = c->bmap;
	size_t i;

	for (i = px_bmap_range_behind(bmap, offset_bytes); i < bmap->range_count; i++) {
		const struct px_bmap_range *range = &bmap->ranges[i];
		off_t at_bytes = range->offset_bytes - offset_bytes;

		if (at_bytes >= (off_t)len_bytes)
			break;
		if (range->len_bytes > len_bytes - at_bytes || !is_right(c, range, data + at_bytes, zero))
			return i;
	}
	return -1;
}
