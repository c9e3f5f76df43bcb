/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is written: standard input or a file, and the decoder that its first bytes ask for.
 */
#ifndef PX_INPUT_H
#define PX_INPUT_H 1

#include "write/writing.h"

/* Opens path (NULL: standard input) and sets of w: source, image, format and, where a raw image tells it by itself,
 * image_bytes. w->digest, proof and image_bytes (-1: not known) are what is known beforehand. memory_bytes: what the
 * decoder may take; rings: there will be a ring of chunks for the decoder to look back into (pour.h).
 * PX_OK; else a message was printed: PX_IO; PX_USAGE: raw, from a pipe, and nothing says where it ends; or the
 * source's own status. */
enum px_status px_input_open(struct px_blkwrite *w, const char *path, size_t memory_bytes, int rings) FAST_FUNC;

/* The same in two halves: w->source alone, and what becomes of that from where it is. */
enum px_status px_input_source(struct px_blkwrite *w, const char *path) FAST_FUNC;
enum px_status px_input_decode(struct px_blkwrite *w, size_t memory_bytes, int rings) FAST_FUNC;

#endif
