/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seek table. See seektable.h.
 *
 *	magic 5E 2A 4D 18 | size of what follows | entries | number of frames | 80: with checksums | magic B1 EA 92 8F
 *	an entry: packed bytes | decoded bytes | XXH64 of the decoded bytes, its lower half; all numbers little-endian
 */
//kbuild:lib-$(CONFIG_PX_READ) += seektable.o

#include "libbb.h"
#include "read/seektable.h"

enum { HEAD_BYTES = 8, ENTRY_BYTES = 12, FOOTER_BYTES = 9, WITH_CHECKSUMS = 0x80 };

static uint8_t *put(uint8_t *p, uint32_t value)
{
	p[0] = value;
	p[1] = value >> 8;
	p[2] = value >> 16;
	p[3] = value >> 24;
	return p + 4;
}

uint8_t* FAST_FUNC px_seektable_make(const struct px_frame *frames, size_t count, size_t *table_bytes)
{
	size_t bytes = HEAD_BYTES + count * ENTRY_BYTES + FOOTER_BYTES, i;
	uint8_t *table = xmalloc(bytes), *p = table;

	p = put(p, 0x184D2A5E);
	p = put(p, bytes - HEAD_BYTES);
	for (i = 0; i < count; i++) {
		p = put(p, frames[i].packed_bytes);
		p = put(p, frames[i].len_bytes);
		p = put(p, frames[i].checksum);
	}
	p = put(p, count);
	*p++ = WITH_CHECKSUMS;
	put(p, 0x8F92EAB1);
	*table_bytes = bytes;
	return table;
}
