/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes of a source are in use. See used.h.
 */
//kbuild:lib-$(CONFIG_PX_READ) += used.o

#include "libbb.h"
#include "read/used.h"

void FAST_FUNC px_used_add(struct px_used *used, off_t start_bytes, off_t end_bytes)
{
	struct px_used_range *range;

	used->ranges = xrealloc_vector(used->ranges, 8, used->count);
	range = &used->ranges[used->count++];
	range->start_bytes = start_bytes;
	range->end_bytes = end_bytes;
	used->known = 1;
}

/* --- a map */

struct map {
	const char *path;
	unsigned line;
	off_t source_bytes;
	off_t end_bytes;       /* of the line before */
	smallint has_status;   /* the line that says where ddrescue was has passed */
};

static enum px_status map_fail(const struct map *map, const char *why)
{
	bb_error_msg("%s:%u: %s", map->path, map->line, why);
	return PX_DATA;
}

/* A number as C writes it, and the blanks behind it; NULL: none. */
static const char *number(const char *text, off_t *value)
{
	unsigned long long n;
	char *end;

	if (!isdigit(*text))
		return NULL;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || n > INT64_MAX || (*end && *end != ' ' && *end != '\t'))
		return NULL;
	*value = n;
	return skip_whitespace(end);
}

/* "0x00100000  0x0016D000  +" */
static enum px_status map_line(struct px_used *used, struct map *map, const char *line)
{
	off_t start_bytes, len_bytes;
	const char *rest = number(line, &start_bytes);

	rest = rest ? number(rest, &len_bytes) : NULL;
	if (!rest || !*rest || *skip_whitespace(rest + 1))
		return map_fail(map, "not a position, a size and a status");
	if (start_bytes < map->end_bytes)
		return map_fail(map, "overlaps the line before");
	if (start_bytes > map->source_bytes || len_bytes > map->source_bytes - start_bytes)
		return map_fail(map, "reaches past the end of the source: a map of something else?");
	map->end_bytes = start_bytes + len_bytes;
	if (*rest == '+' && len_bytes)
		px_used_add(used, start_bytes, map->end_bytes);
	else if (*rest != '?' && *rest != '+')
		return map_fail(map, "neither used (+) nor free (?): a map of a rescue that is not finished?");
	return PX_OK;
}

enum px_status FAST_FUNC px_used_map(struct px_used *used, const char *path, off_t source_bytes)
{
	struct map map = { .path = path, .source_bytes = source_bytes };
	enum px_status status = PX_OK;
	FILE *file = fopen_or_warn(path, "r");
	char *line;

	if (!file)
		return PX_IO;
	used->known = 1;
	while (status == PX_OK && (line = xmalloc_fgetline(file)) != NULL) {
		map.line++;
		trim(line);
		if (line[0] && line[0] != '#') {
			if (map.has_status)
				status = map_line(used, &map, line);
			map.has_status = 1;
		}
		free(line);
	}
	if (status == PX_OK && ferror(file)) {
		bb_perror_msg("%s", path);
		status = PX_IO;
	} else if (status == PX_OK && !map.end_bytes)
		status = map_fail(&map, "no map: it has no ranges");
	fclose(file);
	return status;
}

/* --- holes */

void FAST_FUNC px_used_holes(struct px_used *used, int fd, off_t source_bytes)
{
	off_t data_bytes = 0, hole_bytes = 0;

	if (lseek(fd, 0, SEEK_HOLE) >= source_bytes)
		return; /* no hole, or nobody tells */
	while (hole_bytes < source_bytes && (data_bytes = lseek(fd, hole_bytes, SEEK_DATA)) >= 0) {
		hole_bytes = lseek(fd, data_bytes, SEEK_HOLE);
		if (hole_bytes <= data_bytes)
			hole_bytes = source_bytes;
		px_used_add(used, data_bytes, hole_bytes);
	}
	used->known = 1;
	if (data_bytes < 0 && errno != ENXIO) /* ENXIO: a hole to the end */
		px_used_add(used, hole_bytes, source_bytes);
}

/* --- questions */

static int compare(const void *a, const void *b)
{
	const struct px_used_range *x = a, *y = b;

	return (x->start_bytes > y->start_bytes) - (x->start_bytes < y->start_bytes);
}

void FAST_FUNC px_used_sort(struct px_used *used)
{
	size_t i, n = 0;

	if (!used->count)
		return;
	qsort(used->ranges, used->count, sizeof(*used->ranges), compare);
	for (i = 1; i < used->count; i++) {
		struct px_used_range *last = &used->ranges[n], *next = &used->ranges[i];

		if (next->start_bytes <= last->end_bytes)
			last->end_bytes = MAX(last->end_bytes, next->end_bytes);
		else
			used->ranges[++n] = *next;
	}
	used->count = n + 1;
}

/* The first range that ends behind offset_bytes; count: none. */
static size_t range_behind(const struct px_used *used, off_t offset_bytes)
{
	size_t low = 0, high = used->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (used->ranges[middle].end_bytes <= offset_bytes)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int FAST_FUNC px_used_any(const struct px_used *used, off_t start_bytes, off_t end_bytes)
{
	size_t i = range_behind(used, start_bytes);

	return !used->known || (i < used->count && used->ranges[i].start_bytes < end_bytes);
}

void FAST_FUNC px_used_clear(const struct px_used *used, uint8_t *data, size_t len_bytes, off_t offset_bytes)
{
	off_t at_bytes = offset_bytes, end_bytes = offset_bytes + len_bytes;
	size_t i;

	if (!used->known)
		return;
	for (i = range_behind(used, at_bytes); at_bytes < end_bytes; i++) {
		off_t free_end_bytes = i < used->count ? MIN(used->ranges[i].start_bytes, end_bytes) : end_bytes;

		if (at_bytes < free_end_bytes)
			memset(data + (at_bytes - offset_bytes), 0, free_end_bytes - at_bytes);
		at_bytes = i < used->count ? used->ranges[i].end_bytes : end_bytes;
	}
}

void FAST_FUNC px_used_free(struct px_used *used)
{
	free(used->ranges);
	memset(used, 0, sizeof(*used));
}
