/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the data of an image reaches. See extent.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += extent.o

#include "libbb.h"
#include "volume/extent.h"

/* What the header in sector 1 says (UEFI 2.10, table 5.5): where its backup is, and how long the array is that lies
 * before that. */
enum { BACKUP_LBA = 32, ENTRIES = 80, ENTRY_BYTES = 84, HEADER_BYTES = 92 };

static uint64_t le(const uint8_t *p, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | p[bytes];
	return value;
}

void FAST_FUNC px_extent_look(struct px_extent *extent, const uint8_t *head, size_t head_bytes)
{
	struct px_volume kind;
	const uint8_t *header;
	uint64_t lba, array_sectors;

	px_volume_look(&kind, head, head_bytes);
	memset(extent, 0, sizeof(*extent));
	extent->table_end_bytes = kind.end_bytes;
	/* a GPT for sectors of both sizes has two backups: they count as data */
	if ((kind.table != PX_TABLE_GPT && kind.table != PX_TABLE_HYBRID) || !kind.sector_bytes
			|| head_bytes < kind.sector_bytes + HEADER_BYTES)
		return;
	header = head + kind.sector_bytes;
	lba = le(header + BACKUP_LBA, 8);
	array_sectors = (le(header + ENTRIES, 4) * le(header + ENTRY_BYTES,
			4) + kind.sector_bytes - 1) / kind.sector_bytes;
	/* one that lies in the midst of the partitions is no backup that a disk's end would be needed for */
	if (lba > (uint64_t)INT64_MAX / kind.sector_bytes - 1 || lba <= array_sectors
	 || (lba - array_sectors) * kind.sector_bytes < (uint64_t)kind.end_bytes)
		return;
	extent->backup_bytes = (lba - array_sectors) * kind.sector_bytes;
	extent->backup_end_bytes = (lba + 1) * kind.sector_bytes;
}

/* How many bytes of data there are up to the last one that is not zero. */
static size_t used_bytes(const uint8_t *data, size_t len_bytes)
{
	while (len_bytes && ((uintptr_t)(data + len_bytes) % sizeof(long)) && !data[len_bytes - 1])
		len_bytes--;
	if ((uintptr_t)(data + len_bytes) % sizeof(long) == 0)
		while (len_bytes >= sizeof(long) && !*(const long *)(data + len_bytes - sizeof(long)))
			len_bytes -= sizeof(long);
	while (len_bytes && !data[len_bytes - 1])
		len_bytes--;
	return len_bytes;
}

/* Where the used part of the bytes from start to end (offsets in the image) ends; data is at offset_bytes. */
static off_t used_between(const uint8_t *data, off_t offset_bytes, off_t start, off_t end)
{
	size_t n = start < end ? used_bytes(data + (start - offset_bytes), end - start) : 0;

	return n ? start + (off_t)n : 0;
}

off_t FAST_FUNC px_extent_used(const struct px_extent *extent, const uint8_t *data, size_t len_bytes,
		off_t offset_bytes)
{
	off_t end = offset_bytes + len_bytes;
	off_t behind = used_between(data, offset_bytes, MAX(offset_bytes, extent->backup_end_bytes), end);

	return behind ? behind : used_between(data, offset_bytes, offset_bytes, MIN(end, extent->backup_bytes));
}

off_t FAST_FUNC px_extent_need(const struct px_extent *extent, off_t used_bytes, off_t image_bytes)
{
	off_t need_bytes = MAX(used_bytes, extent->table_end_bytes) + (extent->backup_end_bytes - extent->backup_bytes);

	need_bytes = (need_bytes + 4095) / 4096 * 4096;
	return MIN(need_bytes, image_bytes);
}
