/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of a piece. See piece.h.
 */
//kbuild:obj-$(CONFIG_PX_FETCH_RANGES) += piece.o

#include "libbb.h"
#include "decode/piece.h"
#include "lib/bytes.h"

enum { SKIPPABLE_MAGIC = 0x184D2A5D, FRAME_HEAD_BYTES = 8, CRC_AT = PX_PIECE_HEAD_BYTES - 4 };

static const char name[] ALIGN1 = "PXPIECE1";

/* libbb's table is global_crc32_table, which gzip and others share by crc32_new_table_le: this one is for 40 bytes a
 * piece, bit by bit. */
static uint32_t crc32(const uint8_t *p, size_t len_bytes)
{
	uint32_t crc = ~0U;
	unsigned bit;

	while (len_bytes--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

void FAST_FUNC px_piece_put(uint8_t *head, const struct px_piece *piece)
{
	uint8_t *p = px_put_le32(head, SKIPPABLE_MAGIC);

	p = px_put_le32(p, PX_PIECE_HEAD_BYTES - FRAME_HEAD_BYTES);
	memcpy(p, name, 8);
	p = px_put_le64(p + 8, piece->start_bytes);
	p = px_put_le32(p, piece->len_bytes);
	p = px_put_le32(p, piece->packed_bytes);
	p = px_put_le32(p, piece->mirror);
	px_put_le32(p, crc32(head, CRC_AT));
}

int FAST_FUNC px_piece_parse(struct px_piece *piece, const uint8_t *head)
{
	uint32_t high = get_unaligned_le32(head + 20);

	if (get_unaligned_le32(head) != SKIPPABLE_MAGIC || memcmp(head + FRAME_HEAD_BYTES, name, 8) != 0
	 || get_unaligned_le32(head + 4) != PX_PIECE_HEAD_BYTES - FRAME_HEAD_BYTES
	 || get_unaligned_le32(head + CRC_AT) != crc32(head, CRC_AT) || high >> 28)
		return -1;
	piece->start_bytes = (uint64_t)high << 32 | get_unaligned_le32(head + 16);
	piece->len_bytes = get_unaligned_le32(head + 24);
	piece->packed_bytes = get_unaligned_le32(head + 28);
	piece->mirror = get_unaligned_le32(head + 32);
	if (piece->len_bytes > PX_PIECE_BYTES_MAX || piece->packed_bytes > PX_PIECE_PACKED_MAX)
		return -1;
	return !piece->len_bytes == !piece->packed_bytes ? 0 : -1;
}
