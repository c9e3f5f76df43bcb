/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seek table. See seektable.h; the format is in decode/seektable.h, which reads it.
 */
//kbuild:lib-$(CONFIG_PX_READ) += seektable.o

#include "libbb.h"
#include "decode/seektable.h"
#include "read/seektable.h"

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
	size_t bytes = PX_SEEK_HEAD_BYTES + count * PX_SEEK_ENTRY_BYTES + PX_SEEK_FOOTER_BYTES, i;
	uint8_t *table = xmalloc(bytes), *p = table;

	p = put(p, PX_SEEK_SKIPPABLE_MAGIC);
	p = put(p, bytes - PX_SEEK_HEAD_BYTES);
	for (i = 0; i < count; i++) {
		p = put(p, frames[i].packed_bytes);
		p = put(p, frames[i].len_bytes);
		p = put(p, frames[i].checksum);
	}
	p = put(p, count);
	*p++ = PX_SEEK_WITH_CHECKSUMS;
	put(p, PX_SEEK_MAGIC);
	*table_bytes = bytes;
	return table;
}
