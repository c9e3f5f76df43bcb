/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a block map leaves out. See bmap.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bmap_holes.o

#include "libbb.h"
#include "verify/bmap.h"
#include "lib/zero.h"

size_t FAST_FUNC px_bmap_range_behind(const struct px_bmap *bmap, off_t offset_bytes)
{
	size_t low = 0, high = bmap->range_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct px_bmap_range *range = &bmap->ranges[middle];

		if (range->offset_bytes + range->len_bytes <= offset_bytes)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first hole in the bytes from *at_bytes to end_bytes: its length, and *at_bytes is where it starts; 0: none. */
static size_t next_hole(const struct px_bmap *bmap, off_t *at_bytes, off_t end_bytes)
{
	size_t i = px_bmap_range_behind(bmap, *at_bytes);
	off_t hole_end_bytes;

	while (i < bmap->range_count && bmap->ranges[i].offset_bytes <= *at_bytes) {
		*at_bytes = bmap->ranges[i].offset_bytes + bmap->ranges[i].len_bytes;
		i++;
	}
	hole_end_bytes = i < bmap->range_count ? MIN(bmap->ranges[i].offset_bytes, end_bytes) : end_bytes;
	return *at_bytes < hole_end_bytes ? hole_end_bytes - *at_bytes : 0;
}

off_t FAST_FUNC px_bmap_hole_with_data(const struct px_bmap *bmap, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes)
{
	off_t at_bytes = offset_bytes;
	size_t n;

	while ((n = next_hole(bmap, &at_bytes, offset_bytes + len_bytes)) != 0) {
		const uint8_t *hole = data + (at_bytes - offset_bytes);

		if (!px_zero_is(hole, n)) {
			while (*hole++ == 0)
				at_bytes++;
			return at_bytes;
		}
		at_bytes += n;
	}
	return -1;
}

void FAST_FUNC px_bmap_zero_holes(const struct px_bmap *bmap, uint8_t *data, size_t len_bytes, off_t offset_bytes)
{
	off_t at_bytes = offset_bytes;
	size_t n;

	while ((n = next_hole(bmap, &at_bytes, offset_bytes + len_bytes)) != 0) {
		memset(data + (at_bytes - offset_bytes), 0, n);
		at_bytes += n;
	}
}
