/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fits the partition table of an image to the disk that it lands on. See gpt.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += gpt.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/gpt.h"
#include "volume/gpt_parse.h"
#include "volume/mbr.h"
#include "volume/volume.h"

#define ALIGN_BYTES (1 << 20)
#define DISK_MAX_BYTES ((off_t)1 << 59) /* all that gpt_parse.c takes for possible, in sectors of 512 */

/* What the disk is and how the GPT will lie on it. */
struct layout {
	unsigned sector_bytes;
	uint64_t disk_sectors;
	uint64_t last_lba;           /* the backup header's */
	uint64_t backup_entries_lba;
	uint64_t last_usable_lba;
	uint64_t entries_sectors;
};

static int mend_note(struct px_mend *mend, int result, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4)));
static int mend_note(struct px_mend *mend, int result, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(mend->note, sizeof(mend->note), fmt, args);
	va_end(args);
	return result;
}

static void header_seal(uint8_t *header, uint32_t header_bytes)
{
	px_put_le32(header + GPT_HEADER_CRC, 0);
	px_put_le32(header + GPT_HEADER_CRC, px_gpt_crc(header, header_bytes));
}

static uint64_t align_down(uint64_t lba, unsigned sector_bytes)
{
	return lba - lba % (ALIGN_BYTES / sector_bytes);
}

/* Why the table cannot work on a disk of that size; 0: it can. */
static int layout_make(struct layout *layout, const struct px_gpt *gpt, off_t disk_bytes, struct px_mend *mend)
{
	uint64_t sectors = disk_bytes / gpt->sector_bytes;
	uint64_t entries = ((uint64_t)gpt->entry_count * gpt->entry_bytes + gpt->sector_bytes - 1) / gpt->sector_bytes;
	uint64_t need = gpt->last_end_lba + 1;

	if (need < gpt->first_usable_lba + 1)
		need = gpt->first_usable_lba + 1;
	if (need < PX_HEAD_BYTES / gpt->sector_bytes)
		need = PX_HEAD_BYTES / gpt->sector_bytes; /* head is written last: it must not reach into the backup */
	need += entries + 1;
	if (sectors < need) {
		mend_note(mend, -1, "the partitions need a disk of %llu bytes, this one has %llu",
				(unsigned long long)need * gpt->sector_bytes, (unsigned long long)disk_bytes);
		return -1;
	}
	layout->sector_bytes = gpt->sector_bytes;
	layout->disk_sectors = sectors;
	layout->entries_sectors = entries;
	layout->last_lba = sectors - 1;
	layout->backup_entries_lba = layout->last_lba - entries;
	layout->last_usable_lba = layout->backup_entries_lba - 1;
	return 0;
}

/* "the last partition (4, Windows recovery) keeps its size: partition 3 could grow if it were moved" ... */
static void note_keeps(struct px_mend *mend, unsigned last, const char *what, unsigned before)
{
	int n = snprintf(mend->note, sizeof(mend->note),
			"partition %u, the last one, is %s and keeps its size", last, what);

	if (before)
		snprintf(mend->note + n, sizeof(mend->note) - n,
				": it would have to move to the disk's end before partition %u can grow", before);
}

/* The number of the partition that ends last in front of the last one, of those that may grow; 0: there is none. */
static unsigned gpt_before_last(const struct px_gpt *gpt, const uint8_t *head)
{
	uint64_t latest_lba = 0;
	unsigned i, number = 0;

	for (i = 0; i < gpt->entry_count; i++) {
		const uint8_t *entry = px_gpt_entry(gpt, head, i);
		uint64_t end_lba = px_le64(entry + GPT_ENTRY_END);

		if (i != gpt->last && px_gpt_entry_used(entry) && end_lba > latest_lba && !px_gpt_entry_fixed(entry)) {
			latest_lba = end_lba;
			number = i + 1;
		}
	}
	return number;
}

/* Firmware and installers find some partitions by their type and want them as they made them; room in them helps
 * nobody. */
static int gpt_keeps(struct px_mend *mend, const struct px_gpt *gpt, const uint8_t *head, const uint8_t *entry)
{
	const char *what = px_gpt_entry_fixed(entry);

	if (what)
		note_keeps(mend, gpt->last + 1, what, gpt_before_last(gpt, head));
	return what != NULL;
}

static void gpt_grow(struct px_mend *mend, const struct layout *layout, const struct px_gpt *gpt, uint8_t *head)
{
	uint64_t end = align_down(layout->last_usable_lba + 1, layout->sector_bytes);
	uint8_t *entry;

	entry = (uint8_t *)px_gpt_entry(gpt, head, gpt->last);
	if (gpt->used == 0 || end <= gpt->last_end_lba + 1 || gpt_keeps(mend, gpt, head, entry))
		return;
	px_put_le64(entry + GPT_ENTRY_END, end - 1);
	mend->head_changed = 1;
	mend->grown = gpt->last + 1;
	mend->grown_start_bytes = (off_t)gpt->last_start_lba * layout->sector_bytes;
	mend->grown_from_bytes = (off_t)(gpt->last_end_lba + 1 - gpt->last_start_lba) * layout->sector_bytes;
	mend->grown_to_bytes = (off_t)(end - gpt->last_start_lba) * layout->sector_bytes;
}

/* Offset 12 of the protective entry: sectors behind the MBR, or all ones. */
static void protective_mend(struct px_mend *mend, const struct layout *layout, uint8_t *sector)
{
	uint64_t sectors = layout->disk_sectors - 1;
	struct px_mbr mbr;

	if (sectors > 0xffffffff)
		sectors = 0xffffffff;
	px_mbr_parse(&mbr, sector);
	if (mbr.part[mbr.last].sectors == sectors)
		return;
	px_mbr_set_sectors(sector, mbr.last, sectors);
	mend->head_changed = 1;
}

static void primary_mend(struct px_mend *mend, const struct layout *layout, const struct px_gpt *gpt, uint8_t *head)
{
	uint8_t *header = head + layout->sector_bytes;
	uint8_t before[GPT_HEADER_MIN_BYTES];

	memcpy(before, header, sizeof(before));
	px_put_le64(header + GPT_ALTERNATE_LBA, layout->last_lba);
	px_put_le64(header + GPT_LAST_USABLE, layout->last_usable_lba);
	px_put_le32(header + GPT_ENTRIES_CRC,
			px_gpt_crc(px_gpt_entry(gpt, head, 0), (size_t)gpt->entry_count * gpt->entry_bytes));
	header_seal(header, gpt->header_bytes);
	mend->head_changed |= memcmp(before, header, sizeof(before)) != 0;
}

/* The entries, then the header in the last sector: its own LBA and the other's change places. */
static void backup_make(struct px_mend *mend, const struct layout *layout, const struct px_gpt *gpt,
		const uint8_t *head)
{
	size_t entries_room = layout->entries_sectors * layout->sector_bytes;
	uint8_t *header;

	mend->tail_bytes = entries_room + layout->sector_bytes;
	mend->tail_offset_bytes = (off_t)layout->backup_entries_lba * layout->sector_bytes;
	mend->tail = xzalloc(mend->tail_bytes);
	memcpy(mend->tail, px_gpt_entry(gpt, head, 0), (size_t)gpt->entry_count * gpt->entry_bytes);
	header = mend->tail + entries_room;
	memcpy(header, head + layout->sector_bytes, gpt->header_bytes);
	px_put_le64(header + GPT_MY_LBA, layout->last_lba);
	px_put_le64(header + GPT_ALTERNATE_LBA, 1);
	px_put_le64(header + GPT_ENTRIES_LBA, layout->backup_entries_lba);
	header_seal(header, gpt->header_bytes);
}

static int mend_sectors_differ(struct px_mend *mend, unsigned sector_bytes)
{
	return mend_note(mend, -1, "the image's GPT is for sectors of %u bytes, the disk has %u",
			sector_bytes == 512 ? 4096 : 512, sector_bytes);
}

static int mend_gpt(struct px_mend *mend, uint8_t *head, size_t head_bytes, off_t disk_bytes, unsigned sector_bytes,
		int grow)
{
	const char *why = NULL;
	smallint far;
	struct px_gpt gpt;
	struct layout layout;

	if (px_gpt_parse(&gpt, head, head_bytes, sector_bytes, &why, &far) <= 0)
		return mend_sectors_differ(mend, sector_bytes);
	if (layout_make(&layout, &gpt, disk_bytes, mend) != 0)
		return -1;
	if (grow)
		gpt_grow(mend, &layout, &gpt, head);
	if (grow && !mend->grown && !mend->note[0])
		mend_note(mend, 0, gpt.used ? "nothing free behind the last partition: it keeps its size"
				: "no partition to grow");
	protective_mend(mend, &layout, head);
	primary_mend(mend, &layout, &gpt, head);
	backup_make(mend, &layout, &gpt, head);
	return 0;
}

static unsigned mbr_before_last(const struct px_mbr *mbr)
{
	uint64_t latest = 0;
	unsigned i, number = 0;

	for (i = 0; i < PX_MBR_SLOTS; i++) {
		const struct px_mbr_part *part = &mbr->part[i];
		uint64_t end = (uint64_t)part->start + part->sectors;

		if ((int)i != mbr->last && part->type && end > latest && !px_mbr_fixed(part->type)
		 && !px_mbr_is_extended(part->type)) {
			latest = end;
			number = i + 1;
		}
	}
	return number;
}

static void mbr_grow(struct px_mend *mend, const struct px_mbr *mbr, uint8_t *sector, uint64_t disk_sectors,
		unsigned sector_bytes)
{
	const struct px_mbr_part *last = &mbr->part[mbr->last];
	uint64_t end = MIN(disk_sectors, (uint64_t)last->start + UINT32_MAX); /* a slot counts sectors in 32 bits */

	end = MIN(end, (uint64_t)1 << 32);
	end = align_down(end, sector_bytes);
	if (end <= mbr->end) {
		mend_note(mend, 0, "nothing free behind the last partition: it keeps its size");
		return;
	}
	px_mbr_set_sectors(sector, mbr->last, end - last->start);
	mend->head_changed = 1;
	mend->grown = mbr->last + 1;
	mend->grown_start_bytes = (off_t)last->start * sector_bytes;
	mend->grown_from_bytes = (off_t)last->sectors * sector_bytes;
	mend->grown_to_bytes = (off_t)(end - last->start) * sector_bytes;
}

/* An MBR does not say how long its sectors are: when its partitions fit the image only with short ones, that does. */
static int mend_mbr(struct px_mend *mend, uint8_t *head, off_t image_bytes, off_t disk_bytes, unsigned sector_bytes,
		int grow)
{
	struct px_mbr mbr;

	px_mbr_parse(&mbr, head);
	if (sector_bytes != 512 && image_bytes > 0 && mbr.end * sector_bytes > (uint64_t)image_bytes)
		return mend_note(mend, -1, "the image's MBR is for sectors of 512 bytes, the disk has %u",
				sector_bytes);
	if (mbr.end > (uint64_t)disk_bytes / sector_bytes)
		return mend_note(mend, -1, "the partitions need a disk of %llu bytes, this one has %llu",
				(unsigned long long)mbr.end * sector_bytes, (unsigned long long)disk_bytes);
	if (!grow)
		return 0;
	if (mbr.last < 0)
		return mend_note(mend, 0, "no partition to grow");
	if (px_mbr_is_extended(mbr.part[mbr.last].type))
		return mend_note(mend, 0, "the last partition is an extended one: it keeps its size");
	if (px_mbr_fixed(mbr.part[mbr.last].type)) {
		note_keeps(mend, mbr.last + 1, px_mbr_fixed(mbr.part[mbr.last].type), mbr_before_last(&mbr));
		return 0;
	}
	mbr_grow(mend, &mbr, head, disk_bytes / sector_bytes, sector_bytes);
	return 0;
}

/* A sound table, only not one that can be changed here: it starts from what it has. */
static int mend_far(struct px_mend *mend, const struct px_volume *kind, unsigned sector_bytes)
{
	if (kind->sector_bytes != sector_bytes)
		return mend_sectors_differ(mend, sector_bytes);
	return mend_note(mend, 0, "the GPT's entries lie behind the first MiB: it is left as it is, its backup stays "
			"where the image ends (sgdisk -e moves it)");
}

int FAST_FUNC px_gpt_mend(struct px_mend *mend, uint8_t *head, size_t head_bytes, off_t image_bytes, off_t disk_bytes,
		unsigned sector_bytes, int grow)
{
	struct px_volume kind;

	memset(mend, 0, sizeof(*mend));
	px_volume_look(&kind, head, head_bytes);
	if (sector_bytes < 512 || sector_bytes > 4096 || (sector_bytes & (sector_bytes - 1))
	 || disk_bytes < (off_t)sector_bytes || disk_bytes > DISK_MAX_BYTES)
		return mend_note(mend, -1, "a disk of %llu bytes with sectors of %u bytes cannot be used",
				(unsigned long long)disk_bytes, sector_bytes);
	switch (kind.table) {
	case PX_TABLE_GPT:
		return mend_gpt(mend, head, head_bytes, disk_bytes, sector_bytes, grow);
	case PX_TABLE_MBR:
		return mend_mbr(mend, head, image_bytes, disk_bytes, sector_bytes, grow);
	case PX_TABLE_HYBRID:
		return mend_note(mend, 0,
				"hybrid partition table: left as it is, its backup stays where the image ends");
	case PX_TABLE_BROKEN:
		return mend_note(mend, 0, "broken partition table, left as it is: %s", kind.broken);
	case PX_TABLE_FAR:
		return mend_far(mend, &kind, sector_bytes);
	case PX_TABLE_ISOHYBRID:
		return grow ? mend_note(mend, 0, "isohybrid image: left as it is") : 0;
	default:
		return grow ? mend_note(mend, 0, "no partition table: nothing to grow") : 0;
	}
}

void FAST_FUNC px_mend_free(struct px_mend *mend)
{
	free(mend->tail);
	mend->tail = NULL;
}
