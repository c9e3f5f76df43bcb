/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image is, by its first MiB. See volume.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += volume.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/gpt_parse.h"
#include "volume/mbr.h"
#include "volume/probe.h"
#include "volume/volume.h"
#include "lib/zero.h"

static void volume_gpt(struct px_volume *kind, const struct px_gpt *gpt)
{
	kind->table = PX_TABLE_GPT;
	kind->sector_bytes = gpt->sector_bytes;
	kind->partitions = gpt->used;
	kind->efi = gpt->efi;
	if (gpt->used)
		kind->end_bytes = (off_t)(gpt->last_end_lba + 1) * gpt->sector_bytes;
}

/* Its partitions are not known, but that much of it must be there. */
static void volume_far(struct px_volume *kind, const struct px_gpt *gpt)
{
	kind->table = PX_TABLE_FAR;
	kind->sector_bytes = gpt->sector_bytes;
	kind->end_bytes = (off_t)gpt->entries_lba * gpt->sector_bytes + (off_t)gpt->entry_count * gpt->entry_bytes;
}

static void volume_mbr(struct px_volume *kind, const struct px_mbr *mbr)
{
	unsigned i;

	kind->table = PX_TABLE_MBR;
	kind->partitions = mbr->used;
	kind->end_bytes = (off_t)mbr->end * 512;
	for (i = 0; i < PX_MBR_SLOTS; i++)
		kind->efi |= mbr->part[i].type == PX_MBR_ESP;
}

static void volume_broken(struct px_volume *kind, const char *why)
{
	kind->table = PX_TABLE_BROKEN;
	kind->broken = why;
}

/* A GPT counts only behind a protective MBR: without one, firmware and kernels take the MBR. */
static void volume_table(struct px_volume *kind, const uint8_t *head, size_t head_bytes, const struct px_mbr *mbr)
{
	const char *why512 = NULL, *why4096 = NULL;
	smallint far512, far4096;
	struct px_gpt gpt512, gpt4096;
	int is512 = px_gpt_parse(&gpt512, head, head_bytes, 512, &why512, &far512);
	int is4096 = px_gpt_parse(&gpt4096, head, head_bytes, 4096, &why4096, &far4096);

	if (mbr && !mbr->protective) {
		volume_mbr(kind, mbr);
		if (mbr->overlap)
			volume_broken(kind, "partitions overlap");
	} else if (mbr && is512 <= 0 && is4096 <= 0 && (far512 || far4096)) {
		volume_far(kind, far512 ? &gpt512 : &gpt4096);
	} else if (is512 <= 0 && is4096 <= 0) {
		if (why512 || why4096)
			volume_broken(kind, why512 ? why512 : why4096);
		else if (mbr)
			volume_broken(kind, "a protective MBR, but no GPT");
	} else {
		volume_gpt(kind, is512 > 0 ? &gpt512 : &gpt4096);
		if (is512 > 0 && is4096 > 0)
			kind->sector_bytes = 0; /* made for both */
		if (!mbr)
			volume_broken(kind, "a GPT without its protective MBR");
		else if (mbr->used > 1)
			kind->table = PX_TABLE_HYBRID;
	}
}

/* In front of an ISO 9660 volume only a table that names something makes it a disk. Its MBR counts in sectors of
 * 512. */
static void volume_iso(struct px_volume *kind)
{
	if (kind->partitions == 0 && kind->table != PX_TABLE_BROKEN)
		return;
	kind->table = PX_TABLE_ISOHYBRID;
	kind->sector_bytes = 512;
	kind->broken = NULL;
	kind->filesystem = "ISO 9660";
}

static void volume_without_table(struct px_volume *kind, const uint8_t *head, size_t head_bytes)
{
	kind->refuse = px_probe_refused(head, head_bytes, &kind->remedy);
	if (px_probe_is_iso(head, head_bytes)) {
		kind->refuse = "an ISO image without a partition table";
		kind->remedy = "only isohybrid images start from a disk: make it one with isohybrid or xorriso";
	}
	if (head_bytes == 0) {
		kind->refuse = "empty";
		kind->remedy = "check the URL";
	}
	if (!kind->refuse)
		kind->filesystem = px_probe_head(head, head_bytes);
	if (kind->refuse || kind->filesystem)
		kind->table = PX_TABLE_NONE;
}

static void volume_words(struct px_volume *kind, const uint8_t *head, size_t head_bytes)
{
	static const char *const names[] = { "", "MBR", "GPT", "hybrid MBR and GPT", "isohybrid ISO 9660" };
	static const char far[] ALIGN1 = "GPT with its entries behind the first MiB";
	char *w = kind->words;
	size_t n = sizeof(kind->words);

	if (kind->refuse)
		snprintf(w, n, "%s", kind->refuse);
	else if (kind->table == PX_TABLE_BROKEN)
		snprintf(w, n, "broken partition table: %s", kind->broken);
	else if (kind->table == PX_TABLE_FAR)
		snprintf(w, n, "%s, %u-byte sectors", far, kind->sector_bytes);
	else if (kind->table == PX_TABLE_NONE)
		snprintf(w, n, "%s%s", kind->filesystem ? kind->filesystem
				: px_zero_is(head, head_bytes) ? "all zeros" : "unknown data",
				kind->filesystem ? " without a partition table" : "");
	else {
		n = snprintf(w, n, "%s, %u partition%s", names[kind->table], kind->partitions,
				kind->partitions == 1 ? "" : "s");
		if (kind->sector_bytes)
			snprintf(w + n, sizeof(kind->words) - n, ", %u-byte sectors", kind->sector_bytes);
	}
}

void FAST_FUNC px_volume_look(struct px_volume *kind, const uint8_t *head, size_t head_bytes)
{
	struct px_mbr mbr;
	int is_mbr = head_bytes >= 512 && px_mbr_parse(&mbr, head);

	memset(kind, 0, sizeof(*kind));
	/* a filesystem that begins in sector 0 leaves no room for a table there; what looks like an empty one is
	 * none */
	if (is_mbr && mbr.used == 0
	 && (px_probe_head(head, MIN(head_bytes, 1024)) || px_probe_is_iso(head, head_bytes)))
		is_mbr = 0;
	volume_table(kind, head, head_bytes, is_mbr ? &mbr : NULL);
	kind->bios = is_mbr && !px_zero_is(head, 440);
	if (px_probe_is_iso(head, head_bytes))
		volume_iso(kind);
	if (kind->table == PX_TABLE_NONE || (kind->table == PX_TABLE_MBR && kind->partitions == 0))
		volume_without_table(kind, head, head_bytes);
	kind->doubtful = kind->table == PX_TABLE_NONE && (!kind->filesystem || strcmp(kind->filesystem, "LUKS") == 0);
	if (kind->filesystem)
		kind->filesystem_bytes = px_probe_size(kind->filesystem, head, head_bytes);
	volume_words(kind, head, head_bytes);
}

/* An image may end in part of a sector of 512: the rest of it is written as zeros. What lies further behind its end
 * stays on the disk as it was, and is no part of it. */
const char* FAST_FUNC px_volume_cut(const struct px_volume *kind, off_t image_bytes, enum px_proof proof,
		off_t *need_bytes)
{
	off_t have_bytes = (image_bytes + 511) & ~(off_t)511;
	int sound = kind->table != PX_TABLE_BROKEN && kind->table != PX_TABLE_ISOHYBRID;

	*need_bytes = kind->end_bytes;
	if (proof == PX_PROOF_WHOLE)
		return NULL;
	if (kind->end_bytes > have_bytes && (sound || proof == PX_PROOF_NONE))
		return kind->table == PX_TABLE_FAR ? "its partition table" : "its last partition";
	if (proof == PX_PROOF_PART)
		return NULL;
	*need_bytes = kind->filesystem_bytes;
	return kind->filesystem_bytes > have_bytes ? "its filesystem" : NULL;
}

static unsigned starts_gpt(off_t *starts, unsigned max, const struct px_gpt *gpt, const uint8_t *head)
{
	unsigned i, n = 0;

	for (i = 0; i < gpt->entry_count && n < max; i++) {
		const uint8_t *entry = px_gpt_entry(gpt, head, i);

		if (px_gpt_entry_used(entry))
			starts[n++] = (off_t)px_le64(entry + GPT_ENTRY_START) * gpt->sector_bytes;
	}
	return n;
}

unsigned FAST_FUNC px_volume_starts(off_t *starts, unsigned max, const uint8_t *head, size_t head_bytes,
		unsigned sector_bytes)
{
	const char *why;
	smallint far;
	struct px_gpt gpt;
	struct px_mbr mbr;
	unsigned i, n = 0;
	int is_mbr = head_bytes >= 512 && px_mbr_parse(&mbr, head);

	/* the GPT of another time may lie behind an MBR that does not protect it */
	if (!(is_mbr && mbr.used && !mbr.protective) && sector_bytes >= 512 && sector_bytes <= 4096
	 && px_gpt_parse(&gpt, head, head_bytes, sector_bytes, &why, &far) > 0)
		return starts_gpt(starts, max, &gpt, head);
	if (!is_mbr)
		return 0;
	for (i = 0; i < PX_MBR_SLOTS && n < max; i++)
		if (mbr.part[i].type)
			starts[n++] = (off_t)mbr.part[i].start * sector_bytes;
	return n;
}
