/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block maps of bmap-tools, versions 1.3, 1.4 and 2.0: which blocks of an image hold data, with a checksum for each
 * range. Only the XML that bmaptool writes, plus what an editor may have done to its blanks: no entities, no DOCTYPE,
 * no CDATA.
 */
#ifndef PX_BMAP_H
#define PX_BMAP_H 1

#include "lib/status.h"

enum { PX_BMAP_MAX_BYTES = 16 << 20 };

enum px_bmap_digest { PX_BMAP_SHA1, PX_BMAP_SHA256 };

struct px_bmap_range {
	off_t offset_bytes;    /* a multiple of block_bytes */
	uint64_t len_bytes:63; /* > 0; the last range of an image may end in part of a block */
	uint64_t checked:1;    /* digest is known. There may be 2^18 ranges: what is here is in memory that often */
	uint8_t digest[32];    /* over these len_bytes; SHA-1 takes the first 20 */
};

struct px_bmap {
	off_t image_bytes;
	off_t mapped_bytes;    /* sum of all ranges */
	unsigned block_bytes;
	enum px_bmap_digest kind;
	unsigned digest_bytes; /* 20 or 32 */
	struct px_bmap_range *ranges; /* ascending, disjoint, within image_bytes */
	size_t range_count;
	smallint unchecked;    /* there is a range without checksum: the map proves nothing about it */
};

/* Parses text (text_bytes of it, need not end in NUL). The checksum that the file carries of itself must be right.
 * name: for messages. Returns the map (free with px_bmap_free), or NULL: "name: line 12: why" is printed, PX_DATA is
 * meant. */
struct px_bmap *px_bmap_parse(const char *text, size_t text_bytes, const char *name) FAST_FUNC;

/* Reads path (a file, a pipe, "-" for stdin; at most PX_BMAP_MAX_BYTES) and parses it. NULL: printed, *status is
 * PX_IO or PX_DATA. */
struct px_bmap *px_bmap_load(const char *path, enum px_status *status) FAST_FUNC;

/* The first range that ends behind offset_bytes; bmap->range_count: none. */
size_t px_bmap_range_behind(const struct px_bmap *bmap, off_t offset_bytes) FAST_FUNC;

/* Where the first byte of the image is, among len_bytes from offset_bytes on (data), that is not zero although the
 * map has no range there; -1: there is none. */
off_t px_bmap_hole_with_data(const struct px_bmap *bmap, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes) FAST_FUNC;

/* Makes them zero. */
void px_bmap_zero_holes(const struct px_bmap *bmap, uint8_t *data, size_t len_bytes, off_t offset_bytes) FAST_FUNC;

void px_bmap_free(struct px_bmap *bmap) FAST_FUNC; /* NULL is fine */

#endif
