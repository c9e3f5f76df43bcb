/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a tar archive ends: at two blocks of zeros in the place of a member's header (POSIX, pax, "ustar Interchange
 * Format"). A program that unpacks takes the end of its input between two members for the end, too; only these blocks
 * tell an archive that is whole from one that was cut there. Pure: bytes in, an answer out.
 */
#ifndef PX_TARFRAME_H
#define PX_TARFRAME_H 1

enum { PX_TAR_BLOCK_BYTES = 512 };

struct px_tarframe {
	uint8_t block[PX_TAR_BLOCK_BYTES]; /* the one that is not complete yet */
	unsigned block_bytes;
	off_t data_bytes;           /* of the member, with its padding, still to come */
	off_t pax_size_bytes;       /* what an extended header says of the next member's size; -1: nothing */
	char *pax;                  /* the extended header that is being read; owned, or NULL */
	size_t pax_bytes, pax_read_bytes;
	unsigned zero_blocks;       /* in the place of a header, one after the other */
	smallint more_sparse;       /* blocks with a map of holes follow the header (GNU, type S) */
	smallint broken;            /* no archive, or one that is not understood */
};

/* Before the first byte. */
void px_tarframe_init(struct px_tarframe *frame) FAST_FUNC;

/* The next bytes of the archive. */
void px_tarframe_feed(struct px_tarframe *frame, const void *bytes, size_t len_bytes) FAST_FUNC;

/* True when the end has come; what follows it does not matter. */
int px_tarframe_ended(const struct px_tarframe *frame) FAST_FUNC;

/* True for a block that can be a member's header: the sum of its bytes, in octal at 148, is right. */
int px_tarframe_is_header(const uint8_t *block) FAST_FUNC;

void px_tarframe_free(struct px_tarframe *frame) FAST_FUNC; /* what it owns */

#endif
