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

static void begin_range(const struct px_bmap_check *c, sha256_ctx_t *hash)
{
	if (c->bmap->kind == PX_BMAP_SHA1)
		sha1_begin(hash);
	else
		sha256_begin(hash);
}

/* hash is used up. */
static int end_range(struct px_bmap_check *c, sha256_ctx_t *hash)
{
	const struct px_bmap_range *range = &c->bmap->ranges[c->range];
	uint8_t digest[32];

	sha256_end(hash, digest); /* for SHA-1, too: one function in libbb */
	if (range->checked && memcmp(digest, range->digest, c->bmap->digest_bytes) != 0)
		return EBADMSG;
	c->range++;
	return 0;
}

struct px_bmap_check* FAST_FUNC px_bmap_check_open(const struct px_bmap *bmap, int holes_are_zero)
{
	struct px_bmap_check *c = xzalloc(sizeof(*c));

	c->bmap = bmap;
	c->dropped_bytes = -1;
	c->holes_are_zero = holes_are_zero;
	begin_range(c, &c->hash);
	return c;
}

/* The next bytes, before feed has taken them. */
static int look_at_holes(struct px_bmap_check *c, const uint8_t *data, size_t len_bytes)
{
	if (c->dropped_bytes < 0)
		c->dropped_bytes = px_bmap_hole_with_data(c->bmap, data, len_bytes, c->at_bytes);
	return c->holes_are_zero && c->dropped_bytes >= 0 ? EBADMSG : 0;
}

/* What of a range lies between at_bytes and the end of data. */
struct part {
	const uint8_t *data;
	size_t len_bytes;      /* 0: nothing */
	size_t hash_bytes;     /* 0, too, when the map has no checksum of it */
	smallint ends;         /* with the last byte of it */
};

static struct part part_of(const struct px_bmap_check *c, size_t which, const uint8_t *data, size_t len_bytes)
{
	const struct px_bmap_range *range = &c->bmap->ranges[which];
	struct part part = { NULL, 0, 0, 0 };
	off_t begin_bytes, end_bytes;

	if (which >= c->bmap->range_count || range->offset_bytes >= c->at_bytes + (off_t)len_bytes)
		return part;
	begin_bytes = MAX(range->offset_bytes, c->at_bytes);
	end_bytes = range->offset_bytes + range->len_bytes;
	part.ends = end_bytes <= c->at_bytes + (off_t)len_bytes;
	part.data = data + (begin_bytes - c->at_bytes);
	part.len_bytes = MIN(end_bytes, c->at_bytes + (off_t)len_bytes) - begin_bytes;
	part.hash_bytes = range->checked ? part.len_bytes : 0;
	return part;
}

/* The end of one range and the beginning of the next, which may end in there, too: hashed at the same time. */
static int feed_two(struct px_bmap_check *c, const struct part *first, const struct part *second)
{
	sha256_ctx_t hash = c->hash;
	struct px_sha256_part parts[2] = {
		{ &hash, first->data, first->hash_bytes },
		{ &c->hash, second->data, second->hash_bytes },
	};

	begin_range(c, &c->hash);
	px_sha256_hash_two(parts);
	if (end_range(c, &hash) != 0)
		return EBADMSG;
	if (!second->ends)
		return 0;
	hash = c->hash;
	begin_range(c, &c->hash);
	return end_range(c, &hash);
}

static int feed_ranges(struct px_bmap_check *c, const uint8_t *data, size_t len_bytes)
{
	struct part first, second = { .ends = 1 };
	int error = 0;

	while (!error && second.ends && (first = part_of(c, c->range, data, len_bytes)).len_bytes) {
		if (!first.ends) {
			px_sha256_hash(&c->hash, first.data, first.hash_bytes);
			break;
		}
		second = part_of(c, c->range + 1, data, len_bytes);
		error = feed_two(c, &first, &second);
	}
	c->at_bytes += len_bytes;
	return error;
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

void FAST_FUNC px_bmap_say_wrong(const struct px_bmap *bmap, size_t range)
{
	const struct px_bmap_range *r = &bmap->ranges[range];

	bb_error_msg("the image has another checksum than its block map says, in bytes %"OFF_FMT"u to %"OFF_FMT"u",
			r->offset_bytes, r->offset_bytes + r->len_bytes - 1);
}

void FAST_FUNC px_bmap_check_say(const struct px_bmap_check *c)
{
	if (c->holes_are_zero && c->dropped_bytes >= 0) {
		bb_error_msg("the image has data at byte %"OFF_FMT"u, where its block map has a hole: "
				"the map was made of another image",
				c->dropped_bytes);
		return;
	}
	px_bmap_say_wrong(c->bmap, c->range);
}
