/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps 2 and 3 of pxwrite: everything from the first MiB on goes from the stream to the disk, hashed on the way; and
 * the stream's end is the right one. Decoding, hashing and writing are threads of a ring.
 */
#ifndef PX_POUR_H
#define PX_POUR_H 1

#include "write/writing.h"
#include "lib/ring.h"

enum {
	PX_POUR_CHUNKS = 16, /* 16 MiB of the 32 that pxwrite may take */
	/* What a decoder may take as its window (decode.h): w->head and the ring's chunks */
	PX_POUR_HISTORY_BYTES = (PX_POUR_CHUNKS - 2) * PX_CHUNK_BYTES,
};

/* Writes all of w->image behind w->head_bytes, padded with zeros to whole sectors, and sets w->done_bytes. PX_OK only
 * when the stream ended as it must, and with the size and hash that were expected. PX_IO: the disk failed, or is full
 * before the image's end. Else the stream's status. Everything is printed. */
enum px_status px_pour(struct px_blkwrite *w) FAST_FUNC;

#endif
