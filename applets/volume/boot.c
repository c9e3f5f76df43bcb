/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a machine can start from an image. See boot.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += boot.o

#include "libbb.h"
#include "volume/boot.h"
#include "volume/gpt_parse.h"
#include "volume/mbr.h"

enum { MBR_FLAGS = 446, MBR_FLAG_STEP = 16 };

static void boot_set(struct px_boot *boot, const char *keyword, const char *words, int certain)
{
	boot->keyword = keyword;
	boot->words = words;
	boot->certain = certain;
}

static int has_active(const uint8_t *head)
{
	unsigned i;

	for (i = 0; i < PX_MBR_SLOTS; i++)
		if (head[MBR_FLAGS + i * MBR_FLAG_STEP] == 0x80)
			return 1;
	return 0;
}

/* The boot code of a GPT finds its way by itself; the usual one of an MBR starts the active partition. */
static void look_bios(struct px_boot *boot, const struct px_volume *kind, const uint8_t *head)
{
	if (!kind->bios)
		boot_set(boot, "no-code",
				"this machine was started by a BIOS, "
				"and the image has no boot code in its first sector", 1);
	else if (kind->table == PX_TABLE_MBR && kind->partitions && !has_active(head))
		boot_set(boot, "no-active",
				"this machine was started by a BIOS, "
				"and the image has no active partition: some want one", 0);
}

/* 01 04 06 0b 0c 0e, and 07 for exFAT, which some firmware reads */
static int mbr_has_fat(const uint8_t *head)
{
	struct px_mbr mbr;
	unsigned i;

	if (!px_mbr_parse(&mbr, head))
		return 0;
	for (i = 0; i < PX_MBR_SLOTS; i++)
		if (mbr.part[i].type && strchr("\x01\x04\x06\x07\x0b\x0c\x0e", mbr.part[i].type))
			return 1;
	return 0;
}

/* Basic data (EBD0A0A2-B9E5-4433-87C0-68B6B72699C7) may be FAT. */
static int gpt_has_data(const uint8_t *head, size_t head_bytes, unsigned sector_bytes)
{
	static const char basic_data[] ALIGN1 = "\xa2\xa0\xd0\xeb\xe5\xb9\x33\x44\x87\xc0\x68\xb6\xb7\x26\x99\xc7";
	const char *why;
	smallint far;
	struct px_gpt gpt;
	unsigned i;

	if (px_gpt_parse(&gpt, head, head_bytes, sector_bytes ? sector_bytes : 512, &why, &far) <= 0)
		return 1;
	for (i = 0; i < gpt.entry_count; i++)
		if (memcmp(px_gpt_entry(&gpt, head, i), basic_data, 16) == 0)
			return 1;
	return 0;
}

static void look_uefi(struct px_boot *boot, const struct px_volume *kind, const uint8_t *head, size_t head_bytes)
{
	int fat;

	if (kind->efi)
		return;
	if (kind->table == PX_TABLE_NONE)
		fat = kind->filesystem && is_prefixed_with(kind->filesystem, "FAT");
	else
		fat = kind->table == PX_TABLE_MBR ? mbr_has_fat(head)
				: gpt_has_data(head, head_bytes, kind->sector_bytes);
	boot_set(boot, "no-esp", fat
			? "this machine was started by UEFI, and the image has no EFI system partition: "
				"it may not find a loader"
			: "this machine was started by UEFI, and the image has no EFI system partition", !fat);
}

void FAST_FUNC px_boot_look(struct px_boot *boot, const struct px_volume *kind, const uint8_t *head, size_t head_bytes,
		enum px_firmware firmware)
{
	memset(boot, 0, sizeof(*boot));
	if (kind->table == PX_TABLE_BROKEN || kind->table == PX_TABLE_FAR || head_bytes < 512)
		return;
	if (firmware == PX_FIRMWARE_BIOS)
		look_bios(boot, kind, head);
	else if (firmware == PX_FIRMWARE_UEFI && kind->table != PX_TABLE_ISOHYBRID) /* El Torito may have it */
		look_uefi(boot, kind, head, head_bytes);
}
