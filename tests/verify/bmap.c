/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test driver for verify/bmap.h: bmap FILE prints what is in it: image, block, mapped, kind, then "offset len digest" a
 * range.
 */
#include "libbb.h"
#include "verify/bmap.h"
#include "driver.h"

int main(int argc, char **argv)
{
	enum px_status status;
	struct px_bmap *b;
	char hex[65];
	size_t i;

	driver_start("bmap");
	if (argc != 2)
		return 2;
	b = px_bmap_load(argv[1], &status);
	if (!b)
		return status;
	printf("image=%lld block=%u mapped=%lld kind=%s ranges=%zu\n", (long long)b->image_bytes, b->block_bytes,
		(long long)b->mapped_bytes, b->kind == PX_BMAP_SHA256 ? "sha256" : "sha1", b->range_count);
	for (i = 0; i < b->range_count; i++) {
		struct px_bmap_range *r = &b->ranges[i];

		*bin2hex(hex, (char *)r->digest, b->digest_bytes) = '\0';
		printf("%lld %lld %s\n", (long long)r->offset_bytes, (long long)r->len_bytes, r->checked ? hex : "-");
	}
	px_bmap_free(b);
	return 0;
}
