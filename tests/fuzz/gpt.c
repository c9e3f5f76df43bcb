/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image is and how its table is fitted, of hostile bytes. The first 16 bytes of the input say how large disk
 * and sectors are; half of the runs get their checksums made right, so that the fuzzer sees what lies behind them.
 */
//fuzz-sources: volume/gpt.c volume/gpt_parse.c volume/mbr.c volume/volume.c volume/probe.c
//fuzz-sources: volume/probe_size.c volume/probe_refused.c volume/probe_weak.c lib/zero.c
#include "libbb.h"
#include "lib/bytes.h"
#include "volume/gpt.h"
#include "volume/gpt_parse.h"
#include "volume/mbr.h"
#include "volume/probe.h"
#include "volume/volume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

/* Makes both checksums right, where header and entries allow it. */
static void seal(uint8_t *head, size_t n, unsigned sector)
{
	uint8_t *header = head + sector;
	uint64_t at, len;
	uint32_t header_bytes;

	if (n < 2 * sector)
		return;
	memcpy(header, "EFI PART", 8);
	header_bytes = px_le32(header + GPT_HEADER_BYTES);
	at = px_le64(header + GPT_ENTRIES_LBA);
	len = (uint64_t)px_le32(header + GPT_ENTRY_COUNT) * px_le32(header + GPT_ENTRY_BYTES);
	if (at <= n / sector && len <= n - at * sector)
		put32(header + GPT_ENTRIES_CRC, px_gpt_crc(head + at * sector, len));
	if (header_bytes < 92 || header_bytes > sector)
		return;
	put32(header + GPT_HEADER_CRC, 0);
	put32(header + GPT_HEADER_CRC, px_gpt_crc(header, header_bytes));
}

/* A table that was mended must be right, end within the disk, and stay as it is when it is mended again. */
static void again(const struct px_volume *kind, uint8_t *head, size_t n, off_t disk_bytes, unsigned sector, int grow)
{
	struct px_volume after;
	struct px_mend mend;

	px_volume_look(&after, head, n);
	if (after.table != kind->table || after.partitions != kind->partitions)
		abort();
	if (after.end_bytes > disk_bytes && (kind->table == PX_TABLE_GPT || (kind->table == PX_TABLE_MBR && sector == 512)))
		abort();
	if (px_gpt_mend(&mend, head, n, 0, disk_bytes, sector, grow) != 0 || mend.head_changed || mend.grown)
		abort();
	if (mend.tail && (mend.tail_offset_bytes < PX_HEAD_BYTES
	 || mend.tail_offset_bytes + (off_t)mend.tail_bytes != disk_bytes / sector * sector))
		abort();
	px_mend_free(&mend);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned sector = 512;
	off_t starts[8], disk_bytes;
	struct px_volume kind;
	struct px_mend mend;
	uint8_t *head, *copy;
	const char *remedy;
	size_t n;

	if (size < 16)
		return 0;
	n = size - 16;
	/* of its own size, so that a byte read too many is seen */
	head = malloc(n);
	copy = malloc(n);
	memcpy(head, data + 16, n);
	if (data[8] & 1)
		sector = 4096;
	if (data[8] & 2)
		seal(head, n, sector);
	memcpy(copy, head, n);
	disk_bytes = px_le64(data) >> 1;
	if (data[8] & 4)
		disk_bytes = px_le32(data);
	if (data[8] & 16)
		disk_bytes = px_le32(data) * (off_t)512;
	px_volume_look(&kind, head, n);
	px_volume_starts(starts, 8, head, n, sector);
	px_probe_tail(head, n, disk_bytes > (off_t)n ? disk_bytes : (off_t)n);
	px_probe_refused(head, n, &remedy);
	if (px_gpt_mend(&mend, head, n, data[8] & 32 ? disk_bytes : 0, disk_bytes, sector, data[8] & 8) != 0) {
		if (memcmp(head, copy, n) != 0 || !mend.note[0])
			abort();
	} else
		again(&kind, head, n, disk_bytes, sector, data[8] & 8);
	px_mend_free(&mend);
	free(head);
	free(copy);
	return 0;
}
