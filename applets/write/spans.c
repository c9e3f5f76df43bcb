/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image in spans. See delta.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE_MISSING) += spans.o

#include "libbb.h"
#include "lib/zero.h"
#include "verify/sha256.h"
#include "verify/sum.h"
#include "write/delta.h"

enum {
	THREADS_MAX = 32,
	WAITING = 2,      /* more threads than processors: those that wait for the disk compute nothing */
};

static off_t range_end(const struct px_missing *m, size_t range)
{
	return m->map->ranges[range].offset_bytes + m->map->ranges[range].len_bytes;
}

size_t FAST_FUNC px_span_range(const struct px_missing *m, off_t at_bytes)
{
	return px_bmap_range_behind(m->map, at_bytes);
}

size_t FAST_FUNC px_span_next(const struct px_missing *m, off_t at_bytes, size_t *hint, ssize_t *range)
{
	off_t end_bytes = m->map->image_bytes;

	*range = -1;
	while (*hint < m->map->range_count && range_end(m, *hint) <= at_bytes)
		(*hint)++;
	if (*hint < m->map->range_count) {
		smallint inside = m->map->ranges[*hint].offset_bytes <= at_bytes;

		if (inside && px_range_state(m, *hint) != PX_RANGE_ZERO) {
			*range = *hint;
			return range_end(m, *hint) - at_bytes;
		}
		end_bytes = inside ? range_end(m, *hint) : m->map->ranges[*hint].offset_bytes;
	}
	return MIN(end_bytes, (at_bytes / PX_CHUNK_BYTES + 1) * PX_CHUNK_BYTES) - at_bytes;
}

int FAST_FUNC px_span_right(const struct px_missing *m, size_t range, const uint8_t *data)
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	uint8_t digest[32];

	px_sha256_of(data, r->len_bytes, digest);
	return memcmp(digest, r->digest, sizeof(digest)) == 0;
}

int FAST_FUNC px_span_compare(const struct px_missing *m, size_t range, uint8_t *buf)
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	size_t sectors_bytes = px_blkdev_whole_sectors(m->w->dev, r->len_bytes);
	int error = px_blkdev_read(m->w->dev, buf, sectors_bytes, r->offset_bytes);

	if (error)
		return error;
	if (!px_zero_is(buf + r->len_bytes, sectors_bytes - r->len_bytes))
		return EBADMSG;
	return px_span_right(m, range, buf) ? 0 : EBADMSG;
}

int FAST_FUNC px_span_compare_two(const struct px_missing *m, size_t range, uint8_t *buf, smallint same[2])
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	size_t len_bytes = r[0].len_bytes + r[1].len_bytes;
	size_t sectors_bytes = px_blkdev_whole_sectors(m->w->dev, len_bytes);
	int error = px_blkdev_read(m->w->dev, buf, sectors_bytes, r->offset_bytes);
	uint8_t digests[2][32];

	if (error)
		return error;
	px_sha256_of_two(buf, r[0].len_bytes, buf + r[0].len_bytes, r[1].len_bytes, digests);
	same[0] = memcmp(digests[0], r[0].digest, 32) == 0;
	same[1] = memcmp(digests[1], r[1].digest, 32) == 0
			&& px_zero_is(buf + len_bytes, sectors_bytes - len_bytes);
	return 0;
}

int FAST_FUNC px_span_compare_sum(const struct px_missing *m, size_t range, uint8_t *buf)
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	size_t sectors_bytes = px_blkdev_whole_sectors(m->w->dev, r->len_bytes);
	int error = px_blkdev_read(m->w->dev, buf, sectors_bytes, r->offset_bytes);

	if (error)
		return error;
	return px_sum(buf, sectors_bytes) == m->sums[range] ? 0 : EBADMSG;
}

int FAST_FUNC px_span_compare_zeros(const struct px_missing *m, off_t at_bytes, size_t len_bytes, uint8_t *buf)
{
	size_t sectors_bytes = px_blkdev_whole_sectors(m->w->dev, len_bytes);
	int error = px_blkdev_read(m->w->dev, buf, sectors_bytes, at_bytes);

	if (error)
		return error;
	return px_zero_is_aligned(buf, sectors_bytes) ? 0 : EBADMSG;
}

unsigned FAST_FUNC px_span_threads(const struct px_missing *m, size_t each_bytes)
{
	size_t room = m->memory_bytes / 2 / (2 * each_bytes);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return MAX(1, MIN(MIN(processors + WAITING, THREADS_MAX), (long)MIN(room, (size_t)THREADS_MAX)));
}
