/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads zstd's seek table. See seektable.h.
 */
//kbuild:obj-$(CONFIG_PX_FETCH_RANGES) += seektable.o

#include "libbb.h"
#include "decode/seektable.h"

static size_t entry_bytes(uint8_t descriptor)
{
	return PX_SEEK_ENTRY_BYTES - (descriptor & PX_SEEK_WITH_CHECKSUMS ? 0 : 4);
}

off_t FAST_FUNC px_seektable_bytes(const uint8_t *footer, off_t file_bytes, const char **why)
{
	uint32_t count = get_unaligned_le32(footer);
	off_t table_bytes;

	*why = "there is no seek table at its end";
	if (get_unaligned_le32(footer + 5) != PX_SEEK_MAGIC)
		return -1;
	*why = "its seek table is of a kind that is not known";
	if (footer[4] & PX_SEEK_RESERVED)
		return -1;
	*why = "its seek table has too many frames, or none";
	if (count == 0 || count > PX_SEEK_FRAMES_MAX)
		return -1;
	table_bytes = PX_SEEK_HEAD_BYTES + (off_t)count * entry_bytes(footer[4]) + PX_SEEK_FOOTER_BYTES;
	*why = "its seek table is larger than the file";
	return table_bytes < file_bytes ? table_bytes : -1;
}

static int alloc(struct px_seektable *t, size_t count)
{
	t->count = count;
	t->packed_at_bytes = malloc((count + 1) * sizeof(off_t));
	t->at_bytes = malloc((count + 1) * sizeof(off_t));
	return t->packed_at_bytes && t->at_bytes ? 0 : -1;
}

/* 2^20 frames of 2^32 bytes at most: no sum overflows. */
static int take_entries(struct px_seektable *t, const uint8_t *entry, size_t step_bytes)
{
	off_t packed_bytes = 0, bytes = 0;
	size_t i;

	for (i = 0; i < t->count; i++, entry += step_bytes) {
		uint32_t packed = get_unaligned_le32(entry), len = get_unaligned_le32(entry + 4);

		t->packed_at_bytes[i] = packed_bytes;
		t->at_bytes[i] = bytes;
		if (packed == 0 || len > PX_SEEK_FRAME_BYTES_MAX)
			return -1;
		packed_bytes += packed;
		bytes += len;
	}
	t->packed_at_bytes[i] = packed_bytes;
	t->at_bytes[i] = bytes;
	return 0;
}

static int parse(struct px_seektable *t, const uint8_t *table, size_t table_bytes, off_t file_bytes, const char **why)
{
	const uint8_t *footer = table + table_bytes - PX_SEEK_FOOTER_BYTES;

	if (px_seektable_bytes(footer, file_bytes, why) != (off_t)table_bytes)
		return -1;
	*why = "its seek table is damaged";
	if (get_unaligned_le32(table) != PX_SEEK_SKIPPABLE_MAGIC
	 || get_unaligned_le32(table + 4) != table_bytes - PX_SEEK_HEAD_BYTES)
		return -1;
	*why = "no memory for its seek table";
	if (alloc(t, get_unaligned_le32(footer)) < 0)
		return -1;
	*why = "its seek table has an impossible frame";
	if (take_entries(t, table + PX_SEEK_HEAD_BYTES, entry_bytes(footer[4])) < 0)
		return -1;
	*why = "its seek table is of another file: the frames do not fill it";
	return t->packed_at_bytes[t->count] == file_bytes - (off_t)table_bytes && t->at_bytes[t->count] > 0 ? 0 : -1;
}

int FAST_FUNC px_seektable_parse(struct px_seektable *t, const uint8_t *table, size_t table_bytes, off_t file_bytes,
		const char **why)
{
	memset(t, 0, sizeof(*t));
	*why = "its seek table is cut short";
	if (table_bytes >= PX_SEEK_HEAD_BYTES + PX_SEEK_FOOTER_BYTES
	 && parse(t, table, table_bytes, file_bytes, why) == 0)
		return 0;
	px_seektable_free(t);
	return -1;
}

size_t FAST_FUNC px_seektable_frame(const struct px_seektable *t, off_t at_bytes)
{
	size_t low = 0, high = t->count;

	/* the last one that begins at or before it: frames of no bytes begin where the next one does */
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (t->at_bytes[middle] <= at_bytes)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void FAST_FUNC px_seektable_free(struct px_seektable *t)
{
	free(t->packed_at_bytes);
	free(t->at_bytes);
	memset(t, 0, sizeof(*t));
}
