/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How pxfetch -R and pxwrite -u agree on what a piece of an image is. In front of each run of zstd frames stands a
 * skippable frame (RFC 8878, 3.1.2), so that `zstd -d` decodes what comes, too:
 *
 *	magic 5D 2A 4D 18 | 20 00 00 00 | "PXPIECE1" | start (8) | decoded bytes (4) | packed bytes (4) | mirror (4)
 *	                  | CRC-32 of all that is before it (4)
 *
 * start: of the decoded bytes in the image; packed bytes: of the frames that follow. All numbers are little-endian.
 * One without bytes and with a start of 0 says that the whole image follows instead, up to the end, in whatever
 * format it is; with another start, that parts can be had, and how long the image is.
 */
#ifndef PX_PIECE_H
#define PX_PIECE_H 1

enum {
	PX_PIECE_HEAD_BYTES = 40,
	PX_PIECE_BYTES_MAX = 8 << 20,          /* decoded; so much of it is in memory for each processor */
	PX_PIECE_PACKED_MAX = PX_PIECE_BYTES_MAX + (64 << 10), /* what does not compress becomes a little larger */
};

struct px_piece {
	off_t start_bytes;
	uint32_t len_bytes;    /* decoded; 0: nothing of the image, see above */
	uint32_t packed_bytes;
	uint32_t mirror;       /* whoever gave it: for the one who is told that it is wrong */
};

/* head: PX_PIECE_HEAD_BYTES */
void px_piece_put(uint8_t *head, const struct px_piece *piece) FAST_FUNC;

/* 0; -1: this is no such head, or of a piece that is larger than the limits above. */
int px_piece_parse(struct px_piece *piece, const uint8_t *head) FAST_FUNC;

struct px_piece_decoder;

/* NULL: no memory. For use by one thread at a time. */
struct px_piece_decoder *px_piece_decoder_new(void) FAST_FUNC;
void px_piece_decoder_free(struct px_piece_decoder *decoder) FAST_FUNC; /* NULL is fine */

/* Decodes the frames of a piece into data. 0; -1: they are damaged, or do not become len_bytes. Their own checksums are
 * not looked at: the caller has better ones. */
int px_piece_decode(struct px_piece_decoder *decoder, const struct px_piece *piece, const uint8_t *packed,
		uint8_t *data) FAST_FUNC;

#endif
