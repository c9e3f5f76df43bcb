/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seek tables of hostile bytes: what is taken fills the file and ascends, and each byte of the image has its frame.
 * And the head of a piece, which comes down a pipe.
 */
//fuzz-sources: decode/seektable.c decode/piece.c
#include "libbb.h"
#include "decode/piece.h"
#include "decode/seektable.h"

static void check(const struct px_seektable *t, off_t frames_end)
{
	size_t i;

	if (t->packed_at_bytes[0] || t->at_bytes[0] || t->packed_at_bytes[t->count] != frames_end)
		abort();
	for (i = 0; i < t->count; i++) {
		off_t len = t->at_bytes[i + 1] - t->at_bytes[i];

		if (t->packed_at_bytes[i + 1] <= t->packed_at_bytes[i] || len < 0 || len > PX_SEEK_FRAME_BYTES_MAX)
			abort();
		if (len > 0 && (px_seektable_frame(t, t->at_bytes[i]) != i
		 || px_seektable_frame(t, t->at_bytes[i + 1] - 1) != i))
			abort();
	}
}

/* The first two bytes say how much of a file is before the table. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_seektable t;
	struct px_piece piece;
	const char *why = NULL;
	uint8_t *table;
	off_t before, bytes;

	if (size < 2 + PX_SEEK_FOOTER_BYTES)
		return 0;
	before = data[0] | data[1] << 8;
	size -= 2;
	table = malloc(size);
	memcpy(table, data + 2, size);
	bytes = px_seektable_bytes(table + size - PX_SEEK_FOOTER_BYTES, before + size, &why);
	if (bytes < 0 ? !why : bytes >= before + (off_t)size)
		abort();
	why = NULL;
	if (px_seektable_parse(&t, table, size, before + size, &why) == 0) {
		check(&t, before);
		px_seektable_free(&t);
	} else if (!why)
		abort();
	if (size >= PX_PIECE_HEAD_BYTES && px_piece_parse(&piece, table) == 0
	 && (piece.start_bytes < 0 || piece.len_bytes > PX_PIECE_BYTES_MAX))
		abort();
	free(table);
	return 0;
}
