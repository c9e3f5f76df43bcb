/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partition table of a master boot record. See mbr.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += mbr.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/mbr.h"

enum { MBR_SLOT_BYTES = 16, MBR_TABLE = 446, MBR_SIGNATURE = 510 };

int FAST_FUNC px_mbr_is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

const char* FAST_FUNC px_mbr_fixed(uint8_t type)
{
	static const struct { uint8_t type; const char *what; } fixed[] = {
		{ PX_MBR_ESP, "an EFI system partition" },
		{ 0x41, "a PReP boot partition" },
		{ 0x27, "a recovery partition" },
		{ 0x12, "a recovery partition" }, /* Compaq, and others after it: setup and diagnostics */
		{ 0xde, "a recovery partition" }, /* Dell */
		{ 0x84, "a hibernation partition" },
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if (fixed[i].type == type)
			return fixed[i].what;
	return NULL;
}

static int mbr_overlap(const struct px_mbr_part *a, const struct px_mbr_part *b)
{
	return a->type && b->type
		&& a->start < (uint64_t)b->start + b->sectors
		&& b->start < (uint64_t)a->start + a->sectors;
}

/* boot flag (1), first CHS (3), type (1), last CHS (3), first sector (4), sectors (4) */
static int mbr_slot_parse(struct px_mbr *mbr, unsigned slot, const uint8_t *p)
{
	struct px_mbr_part *part = &mbr->part[slot];
	uint64_t end;

	if (p[0] & 0x7f)
		return 0;
	part->start = px_le32(p + 8);
	part->sectors = px_le32(p + 12);
	if (p[4] == 0 || part->sectors == 0)
		return 1;
	part->type = p[4];
	mbr->used++;
	mbr->protective += part->type == PX_MBR_PROTECTIVE;
	end = (uint64_t)part->start + part->sectors;
	if (end > mbr->end) {
		mbr->end = end;
		mbr->last = slot;
	}
	return 1;
}

int FAST_FUNC px_mbr_parse(struct px_mbr *mbr, const uint8_t *sector)
{
	unsigned i, k;

	memset(mbr, 0, sizeof(*mbr));
	mbr->last = -1;
	if (sector[MBR_SIGNATURE] != 0x55 || sector[MBR_SIGNATURE + 1] != 0xaa)
		return 0;
	for (i = 0; i < PX_MBR_SLOTS; i++) {
		if (!mbr_slot_parse(mbr, i, sector + MBR_TABLE + i * MBR_SLOT_BYTES))
			return 0;
		for (k = 0; k < i; k++)
			mbr->overlap |= mbr_overlap(&mbr->part[i], &mbr->part[k]);
	}
	return 1;
}

void FAST_FUNC px_mbr_set_sectors(uint8_t *sector, unsigned slot, uint32_t sectors)
{
	uint8_t *p = sector + MBR_TABLE + slot * MBR_SLOT_BYTES;

	p[5] = 0xfe;
	p[6] = p[7] = 0xff;
	px_put_le32(p + 12, sectors);
}
