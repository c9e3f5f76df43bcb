/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seek table. See seektable.h; the format is in decode/seektable.h, which reads it.
 */
//kbuild:lib-$(CONFIG_PX_READ) += seektable.o

#include "libbb.h"
#include "decode/seektable.h"
#include "lib/bytes.h"
#include "read/seektable.h"

uint8_t* FAST_FUNC px_seektable_make(const struct px_frame *frames, size_t count, size_t *table_bytes)
{
	size_t bytes = PX_SEEK_HEAD_BYTES + count * PX_SEEK_ENTRY_BYTES + PX_SEEK_FOOTER_BYTES, i;
	uint8_t *table = xmalloc(bytes), *p = table;

	p = px_put_le32(p, PX_SEEK_SKIPPABLE_MAGIC);
	p = px_put_le32(p, bytes - PX_SEEK_HEAD_BYTES);
	for (i = 0; i < count; i++) {
		p = px_put_le32(p, frames[i].packed_bytes);
		p = px_put_le32(p, frames[i].len_bytes);
		p = px_put_le32(p, frames[i].checksum);
	}
	p = px_put_le32(p, count);
	*p++ = PX_SEEK_WITH_CHECKSUMS;
	px_put_le32(p, PX_SEEK_MAGIC);
	*table_bytes = bytes;
	return table;
}
