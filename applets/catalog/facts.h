/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is true of a file that a catalog names: its size and sums as it lies there and decoded, held against a block
 * map.
 */
#ifndef PX_FACTS_H
#define PX_FACTS_H 1

#include "lib/stream.h"
#include "verify/bmap.h"

/* What costs processor time is found out only when it is asked for. */
enum { PX_FACT_SOURCE_SHA256 = 1, PX_FACT_SHA256 = 2 };

struct px_facts {
	off_t size_bytes;          /* decoded */
	off_t used_bytes;          /* decoded, up to the last one that is not zero; a GPT's backup does not count */
	smallint holes_are_zero;   /* wherever the block map has a hole; 1 without a map */
	smallint world_readable;   /* the file's mode; servers often run as somebody else */
	uint8_t source_sha256[32]; /* of the file as it lies there */
	uint8_t sha256[32];        /* decoded */
};

/* Reads the file at path once, decodes it by its first bytes (raw when they are nobody's) and fills facts; wanted:
 * PX_FACT_ bits. bmap: each range that has a checksum must fit, and the map's size; NULL: none. name is for
 * messages. Returns PX_OK, or a status after a message: that of px_file_open or of the decoder, PX_DATA for what
 * the map does not fit. */
enum px_status px_facts_read(struct px_facts *facts, const char *path, const char *name, int wanted,
		const struct px_bmap *bmap) FAST_FUNC;

#endif
