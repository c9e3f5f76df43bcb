/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block maps of hostile bytes; what is taken must keep its promises. The checksum of the file itself is checked last,
 * so all else is reached without it.
 */
//fuzz-sources: verify/bmap.c verify/xml.c
#include "libbb.h"
#include "verify/bmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_bmap *map;
	off_t end = 0, mapped = 0;
	char *text = malloc(size);
	size_t i;

	memcpy(text, data, size);
	map = px_bmap_parse(text, size, "fuzz");
	free(text);
	for (i = 0; map && i < map->range_count; i++) {
		const struct px_bmap_range *r = &map->ranges[i];

		if (r->offset_bytes < end || r->len_bytes <= 0 || r->offset_bytes % map->block_bytes
		 || r->len_bytes > map->image_bytes - r->offset_bytes)
			abort();
		end = r->offset_bytes + r->len_bytes;
		mapped += r->len_bytes;
	}
	if (map && mapped != map->mapped_bytes)
		abort();
	px_bmap_free(map);
	return 0;
}
