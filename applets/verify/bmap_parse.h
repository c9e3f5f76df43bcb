/*
 * Parts of bmap.c: what is known while a block map is read, and the XML scanner below it (bmap_xml.c).
 */
#ifndef PX_BMAP_PARSE_H
#define PX_BMAP_PARSE_H 1

#include "verify/bmap.h"

enum { BMAP_MAX_DEPTH = 8 };

/* Fields below <bmap>, in the order of field_names in bmap.c. */
enum { IMAGE_SIZE, BLOCK_SIZE, BLOCKS_COUNT, MAPPED_COUNT, NUMBERS, CHECKSUM_TYPE = NUMBERS, FILE_CHECKSUM, FILE_SHA1, FIELDS };

/* A piece of the text. */
struct span {
	const char *p;
	size_t len;
};

struct bmap_parse {
	const char *name;
	const char *text, *end, *at;
	struct px_bmap *map;
	unsigned depth;           /* of open elements */
	struct span open[BMAP_MAX_DEPTH];
	struct span chksum;       /* of the open Range */
	struct span content;      /* text of the innermost element */
	int minor;                /* of version 1; -1: version 2 */
	struct span field[FIELDS];
	uint64_t number[NUMBERS];
	uint64_t next_block;      /* the lowest that the next range may start with */
	uint64_t mapped_blocks;
	smallint in_map, map_done, started, ended;
};

/* Prints "name: line N: why", N of the byte at; returns -1. */
int px_bmap_fail(const struct bmap_parse *p, const char *at, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4))) FAST_FUNC;

/* Whether a piece of text is exactly that. */
int px_bmap_span_is(struct span s, const char *text) FAST_FUNC;

/* Walks all of p->text; calls the two below. Returns 0, or -1 when something was wrong and printed. */
int px_bmap_scan(struct bmap_parse *p) FAST_FUNC;

/* In bmap.c: an element begins (version, chksum: its attributes, p NULL when it has none), or ends with its text in p->content,
 * blanks cut. 0 or -1. */
int px_bmap_element_begin(struct bmap_parse *p, struct span name, struct span version, struct span chksum) FAST_FUNC;
int px_bmap_element_end(struct bmap_parse *p, struct span name) FAST_FUNC;

#endif
