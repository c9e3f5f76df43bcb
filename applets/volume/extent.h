/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the data of an image reaches: up to the last byte that is not zero, the backup of its GPT not counted, which
 * pxwrite writes anew at the end of whatever disk the image lands on (UEFI 2.10, 5.3). No I/O.
 */
#ifndef PX_EXTENT_H
#define PX_EXTENT_H 1

#include "volume/volume.h"

struct px_extent {
	off_t backup_bytes, backup_end_bytes; /* where the backup GPT lies; both 0: there is none */
	off_t table_end_bytes;                /* where the last partition ends, 0: unknown */
};

/* Looks at the image's first bytes (head_bytes of them, PX_HEAD_BYTES or what there is). */
void px_extent_look(struct px_extent *extent, const uint8_t *head, size_t head_bytes) FAST_FUNC;

/* Where the last byte that counts ends in these len_bytes, which lie at offset_bytes of the image: an offset in the
 * image; 0: none does. */
off_t px_extent_used(const struct px_extent *extent, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes) FAST_FUNC;

/* How large a disk must be at least, for an image of image_bytes whose data ends at used_bytes. */
off_t px_extent_need(const struct px_extent *extent, off_t used_bytes, off_t image_bytes) FAST_FUNC;

#endif
