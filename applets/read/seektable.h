/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands beside the frames of an image: zstd's seek table and a block map of bmap-tools, both made from the list
 * of frames.
 */
#ifndef PX_SEEKTABLE_H
#define PX_SEEKTABLE_H 1

#include "read/frame.h"

/* The seek table (zstd's contrib/seekable_format/zstd_seekable_compression_format.md, 0.1.0), with checksums: a
 * skippable frame that goes behind the last frame. malloc'ed, *table_bytes long. */
uint8_t *px_seektable_make(const struct px_frame *frames, size_t count, size_t *table_bytes) FAST_FUNC;

/* The block map, version 2.0, of an image of image_bytes in frames of frame_bytes: a range for each mapped frame, with
 * its SHA-256; the first frame is always mapped, for a boot sector that is left out would be an old one that stays.
 * malloc'ed, with a NUL. */
char *px_bmap_make(const struct px_frame *frames, size_t count, size_t frame_bytes, off_t image_bytes) FAST_FUNC;

#endif
