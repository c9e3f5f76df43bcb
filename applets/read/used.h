/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes of a source are in use: what a map says, or the holes of a sparse file. The rest becomes zeros.
 */
#ifndef PX_USED_H
#define PX_USED_H 1

#include "lib/status.h"

struct px_used_range {
	off_t start_bytes, end_bytes;
};

struct px_used {
	smallint known;        /* 0: nobody has said anything, all is in use */
	struct px_used_range *ranges; /* ascending and disjoint once px_used_sort has been called */
	size_t count;
};

/* Adds what a mapfile of GNU ddrescue (its manual, "Mapfile structure") calls finished ('+'): partclone -D writes such
 * ones, with '?' for what is free. A map that reaches past source_bytes, overlaps itself or has any other status is
 * refused. Returns PX_OK, or PX_IO or PX_DATA after a message. */
enum px_status px_used_map(struct px_used *used, const char *path, off_t source_bytes) FAST_FUNC;

/* Adds all but the holes of the file fd, where its filesystem tells them; its place (lseek) is another one then. */
void px_used_holes(struct px_used *used, int fd, off_t source_bytes) FAST_FUNC;

void px_used_add(struct px_used *used, off_t start_bytes, off_t end_bytes) FAST_FUNC;

/* After the last px_used_add. */
void px_used_sort(struct px_used *used) FAST_FUNC;

/* Whether any byte of these is in use. */
int px_used_any(const struct px_used *used, off_t start_bytes, off_t end_bytes) FAST_FUNC;

/* Makes those of data (len_bytes at offset_bytes of the source) zero that are not in use. */
void px_used_clear(const struct px_used *used, uint8_t *data, size_t len_bytes, off_t offset_bytes) FAST_FUNC;

void px_used_free(struct px_used *used) FAST_FUNC;

#endif
