/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a GUID partition table. See gpt_parse.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += gpt_parse.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/gpt_parse.h"

/* No disk has more sectors: 2^63 bytes. With it no sum or product of an LBA and a sector size can overflow. */
#define GPT_LBA_MAX ((uint64_t)1 << 50)

/* Types as they lie in an entry: the first three numbers of the GUID little-endian. */
static const struct { char type[16]; const char *what; } gpt_fixed[] = {
	{ "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b", "an EFI system partition" }, /* first */
	{ "Hah!IdontNeedEFI", "a BIOS boot partition" },
	{ "\x16\xe3\xc9\xe3\x5c\x0b\xb8\x4d\x81\x7d\xf9\x2d\xf0\x02\x15\xae", "a Microsoft reserved partition" },
	{ "\xa4\xbb\x94\xde\xd1\x06\x40\x4d\xa1\x6a\xbf\xd5\x01\x79\xd6\xac", "a Windows recovery partition" },
	{ "\x38\x2d\x1a\x9e\x12\xc6\x16\x43\xaa\x26\x8b\x49\x52\x1e\x5a\x8b", "a PReP boot partition" },
	{ "\x6f\x63\x65\x52\x65\x76\xaa\x11\xaa\x11\x00\x30\x65\x43\xec\xac", "an Apple recovery partition" },
	{ "\x74\x6f\x6f\x42\0\0\xaa\x11\xaa\x11\x00\x30\x65\x43\xec\xac", "an Apple recovery partition" }, /* Recovery
	                                                                                                    * HD */
};

static int gpt_is_esp(const uint8_t *entry)
{
	return memcmp(entry, gpt_fixed[0].type, 16) == 0;
}

const char* FAST_FUNC px_gpt_entry_fixed(const uint8_t *entry)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(gpt_fixed); i++)
		if (memcmp(entry, gpt_fixed[i].type, 16) == 0)
			return gpt_fixed[i].what;
	return px_le64(entry + GPT_ENTRY_ATTRIBUTES) & 1 ? "one that its maker calls required" : NULL;
}

uint32_t FAST_FUNC px_gpt_crc(const uint8_t *data, size_t len_bytes)
{
	if (!global_crc32_table)
		global_crc32_new_table_le();
	return ~crc32_block_endian0(0xffffffff, data, len_bytes, global_crc32_table);
}

const uint8_t* FAST_FUNC px_gpt_entry(const struct px_gpt *gpt, const uint8_t *head, unsigned index)
{
	return head + gpt->entries_offset_bytes + (size_t)index * gpt->entry_bytes;
}

int FAST_FUNC px_gpt_entry_used(const uint8_t *entry)
{
	return (px_le64(entry) | px_le64(entry + 8)) != 0;
}

/* The header's CRC is over the header with that field zero. */
static int gpt_header_crc_right(const uint8_t *header, uint32_t header_bytes)
{
	uint8_t copy[4096];

	memcpy(copy, header, header_bytes);
	memset(copy + GPT_HEADER_CRC, 0, 4);
	return px_gpt_crc(copy, header_bytes) == px_le32(header + GPT_HEADER_CRC);
}

static const char *gpt_header_parse(struct px_gpt *gpt, const uint8_t *header)
{
	gpt->header_bytes = px_le32(header + GPT_HEADER_BYTES);
	if (gpt->header_bytes < GPT_HEADER_MIN_BYTES || gpt->header_bytes > gpt->sector_bytes)
		return "its header has an impossible size";
	if (!gpt_header_crc_right(header, gpt->header_bytes))
		return "its header's checksum is wrong";
	if (px_le64(header + GPT_MY_LBA) != 1)
		return "its header says that it lies elsewhere";
	gpt->first_usable_lba = px_le64(header + GPT_FIRST_USABLE);
	gpt->last_usable_lba = px_le64(header + GPT_LAST_USABLE);
	gpt->entries_lba = px_le64(header + GPT_ENTRIES_LBA);
	gpt->entry_count = px_le32(header + GPT_ENTRY_COUNT);
	gpt->entry_bytes = px_le32(header + GPT_ENTRY_BYTES);
	if (gpt->last_usable_lba >= GPT_LBA_MAX || gpt->first_usable_lba > gpt->last_usable_lba)
		return "its usable sectors are impossible";
	if (gpt->entry_bytes < 128 || gpt->entry_bytes > 4096 || (gpt->entry_bytes & (gpt->entry_bytes - 1)))
		return "its entries have an impossible size";
	if (gpt->entry_count == 0)
		return "it has no entries";
	if (gpt->entries_lba < 2 || gpt->entries_lba >= gpt->first_usable_lba)
		return "its entries lie in an impossible place";
	return NULL;
}

/* Whether all entries lie in head: everything is compared before it is multiplied. */
static int gpt_entries_near(struct px_gpt *gpt, size_t head_bytes)
{
	if (gpt->entries_lba > head_bytes / gpt->sector_bytes)
		return 0;
	gpt->entries_offset_bytes = gpt->entries_lba * gpt->sector_bytes;
	return gpt->entry_count <= (head_bytes - gpt->entries_offset_bytes) / gpt->entry_bytes;
}

static const char *gpt_entry_parse(struct px_gpt *gpt, const uint8_t *entry, unsigned index)
{
	uint64_t start = px_le64(entry + GPT_ENTRY_START);
	uint64_t end = px_le64(entry + GPT_ENTRY_END);

	if (!px_gpt_entry_used(entry))
		return NULL;
	if (start > end || start < gpt->first_usable_lba || end > gpt->last_usable_lba)
		return "a partition lies outside of the usable sectors";
	gpt->used++;
	gpt->efi |= gpt_is_esp(entry);
	if (end > gpt->last_end_lba) {
		gpt->last_end_lba = end;
		gpt->last_start_lba = start;
		gpt->last = index;
	}
	return NULL;
}

/* Entries need not be in the order of the disk. The first MiB has at most 8192: an n^2 that stops at the first fault
 * is too slow for a hostile table, so only the neighbour that counts is looked at: nothing may reach into the
 * partition that may grow. */
static const char *gpt_entries_parse(struct px_gpt *gpt, const uint8_t *head)
{
	const char *why;
	unsigned i;

	for (i = 0; i < gpt->entry_count; i++) {
		why = gpt_entry_parse(gpt, px_gpt_entry(gpt, head, i), i);
		if (why)
			return why;
	}
	for (i = 0; i < gpt->entry_count; i++) {
		const uint8_t *entry = px_gpt_entry(gpt, head, i);

		if (i != gpt->last && px_gpt_entry_used(entry) && px_le64(entry + GPT_ENTRY_END) >= gpt->last_start_lba)
			return "partitions overlap";
	}
	return NULL;
}

int FAST_FUNC px_gpt_parse(struct px_gpt *gpt, const uint8_t *head, size_t head_bytes, unsigned sector_bytes,
		const char **why, smallint *far)
{
	const uint8_t *header = head + sector_bytes;
	size_t entries_bytes;

	memset(gpt, 0, sizeof(*gpt));
	gpt->sector_bytes = sector_bytes;
	*far = 0;
	if (head_bytes < 2 * sector_bytes || memcmp(header, "EFI PART", 8) != 0)
		return 0;
	*why = gpt_header_parse(gpt, header);
	if (*why)
		return -1;
	if (!gpt_entries_near(gpt, head_bytes)) {
		*far = 1;
		*why = "its entries do not lie in the first MiB";
		return -1;
	}
	entries_bytes = (size_t)gpt->entry_count * gpt->entry_bytes;
	if (gpt->entries_offset_bytes + entries_bytes > gpt->first_usable_lba * sector_bytes)
		*why = "its entries reach into the usable sectors";
	else if (px_gpt_crc(head + gpt->entries_offset_bytes, entries_bytes) != px_le32(header + GPT_ENTRIES_CRC))
		*why = "the checksum of its entries is wrong";
	else
		*why = gpt_entries_parse(gpt, head);
	return *why ? -1 : 1;
}
