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

struct px_bmap_check* FAST_FUNC px_bmap_check_open(const struct px_bmap *bmap)
{
	struct px_bmap_check *c = xzalloc(sizeof(*c));

	c->bmap = bmap;
	begin_range(c);
	return c;
}

int FAST_FUNC px_bmap_check_feed(struct px_bmap_check *c, const uint8_t *data, size_t len_bytes)
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
	return 0;
}

void FAST_FUNC px_bmap_check_say(const struct px_bmap_check *c)
{
	const struct px_bmap_range *range = &c->bmap->ranges[c->range];

	bb_error_msg("the image has another checksum than its block map says, in bytes %"OFF_FMT"u to %"OFF_FMT"u",
			range->offset_bytes, range->offset_bytes + range->len_bytes - 1);
}
