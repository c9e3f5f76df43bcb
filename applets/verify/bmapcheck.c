/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checksums of a block map. See bmapcheck.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bmapcheck.o

#include "libbb.h"
#include "verify/bmapcheck.h"
#include "verify/sha256.h"

struct px_bmap_check {
	const struct px_bmap *bmap;
	size_t range;          /* the one at or behind at_bytes */
	off_t at_bytes;
	off_t dropped_bytes;   /* the first byte with data in a hole; -1: none */
	smallint holes_are_zero;
	sha256_ctx_t hash;     /* of that range so far; SHA-1 has the same context in libbb */
};

static void begin_range(struct px_bmap_check *c)
{
	if (c->bmap->kind == PX_BMAP_SHA1)
		sha1_begin(&c->hash);
	else
		sha256_begin(&c->hash);
}

static int end_range(struct px_bmap_check *c)
{
	const struct px_bmap_range *range = &c->bmap->ranges[c->range];
	uint8_t digest[32];

	sha256_end(&c->hash, digest); /* for SHA-1, too: one function in libbb */
	if (range->checked && memcmp(digest, range->digest, c->bmap->digest_bytes) != 0)
		return EBADMSG;
	c->range++;
	begin_range(c);
	return 0;
}

struct px_bmap_check* FAST_FUNC px_bmap_check_open(const struct px_bmap *bmap, int holes_are_zero)
{
	struct px_bmap_check *c = xzalloc(sizeof(*c));

	c->bmap = bmap;
	c->dropped_bytes = -1;
	c->holes_are_zero = holes_are_zero;
	begin_range(c);
	return c;
}

/* The next bytes, before feed has taken them. */
static int look_at_holes(struct px_bmap_check *c, const uint8_t *data, size_t len_bytes)
{
	if (c->dropped_bytes < 0)
		c->dropped_bytes = px_bmap_hole_with_data(c->bmap, data, len_bytes, c->at_bytes);
	return c->holes_are_zero && c->dropped_bytes >= 0 ? EBADMSG : 0;
}

static int feed_ranges(struct px_bmap_check *c, const uint8_t *data, size_t len_bytes)
{
	while (len_bytes && c->range < c->bmap->range_count) {
		const struct px_bmap_range *range = &c->bmap->ranges[c->range];
		off_t end_bytes = range->offset_bytes + range->len_bytes;
		smallint inside = c->at_bytes >= range->offset_bytes;
		size_t n = MIN((off_t)len_bytes, (inside ? end_bytes : range->offset_bytes) - c->at_bytes);

		if (inside && range->checked)
			px_sha256_hash(&c->hash, data, n);
		data += n;
		len_bytes -= n;
		c->at_bytes += n;
		if (c->at_bytes == end_bytes && end_range(c) != 0)
			return EBADMSG;
	}
	c->at_bytes += len_bytes; /* behind the last range */
	return 0;
}

int FAST_FUNC px_bmap_check_feed(struct px_bmap_check *c, const uint8_t *data, size_t len_bytes)
{
	int error = look_at_holes(c, data, len_bytes);

	return error ? error : feed_ranges(c, data, len_bytes);
}

off_t FAST_FUNC px_bmap_check_proven(const struct px_bmap_check *c, off_t hold_bytes)
{
	const struct px_bmap_range *range = &c->bmap->ranges[c->range];

	if (c->range == c->bmap->range_count || (off_t)range->len_bytes > hold_bytes)
		return c->at_bytes;
	return MIN(range->offset_bytes, c->at_bytes);
}

off_t FAST_FUNC px_bmap_check_dropped(const struct px_bmap_check *c)
{
	return c->dropped_bytes;
}

void FAST_FUNC px_bmap_check_say(const struct px_bmap_check *c)
{
	const struct px_bmap_range *range = &c->bmap->ranges[c->range];

	if (c->holes_are_zero && c->dropped_bytes >= 0) {
		bb_error_msg("the image has data at byte %"OFF_FMT"u, where its block map has a hole: "
				"the map was made of another image",
				c->dropped_bytes);
		return;
	}
	bb_error_msg("the image has another checksum than its block map says, in bytes %"OFF_FMT"u to %"OFF_FMT"u",
			range->offset_bytes, range->offset_bytes + range->len_bytes - 1);
}
