/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a machine can start from an image. See boot.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += boot.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/boot.h"
#include "volume/gpt_parse.h"
#include "volume/mbr.h"

enum { MBR_FLAGS = 446, MBR_FLAG_STEP = 16, PLACES_MAX = 16 };

/* Where UEFI firmware may look for a loader. */
struct place {
	off_t start_bytes;
	smallint esp;               /* an EFI system partition; else: a partition that may be FAT */
};

struct places {
	struct place place[PLACES_MAX];
	unsigned count;
};

static void say(struct px_boot *boot, const char *keyword, int certain, const char *fmt, ...)
	__attribute__ ((format (printf, 4, 5)));
static void say(struct px_boot *boot, const char *keyword, int certain, const char *fmt, ...)
{
	va_list args;

	boot->keyword = keyword;
	boot->certain = certain;
	va_start(args, fmt);
	vsnprintf(boot->words, sizeof(boot->words), fmt, args);
	va_end(args);
}

/* --- places */

static void add_place(struct places *places, off_t start_bytes, int esp)
{
	if (places->count == PLACES_MAX)
		return;
	places->place[places->count].start_bytes = start_bytes;
	places->place[places->count++].esp = esp;
}

/* 01 04 06 0b 0c 0e are FAT; 07 may be exFAT, which some firmware reads. The MBR's sectors are taken for 512 bytes. */
static void find_in_mbr(struct places *places, const uint8_t *head)
{
	struct px_mbr mbr;
	unsigned i;

	if (!px_mbr_parse(&mbr, head))
		return;
	for (i = 0; i < PX_MBR_SLOTS; i++) {
		uint8_t type = mbr.part[i].type;

		if (type == PX_MBR_ESP || (type && strchr("\x01\x04\x06\x07\x0b\x0c\x0e", type)))
			add_place(places, (off_t)mbr.part[i].start * 512, type == PX_MBR_ESP);
	}
}

/* Types in the order of their bytes: C12A7328-F81F-11D2-BA4B-00A0C93EC93B, the EFI system partition, and
 * EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, basic data, which may be FAT. */
static void find_in_gpt(struct places *places, const uint8_t *head, size_t head_bytes, unsigned sector_bytes)
{
	static const char esp[] ALIGN1 = "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b";
	static const char basic_data[] ALIGN1 = "\xa2\xa0\xd0\xeb\xe5\xb9\x33\x44\x87\xc0\x68\xb6\xb7\x26\x99\xc7";
	const char *why;
	smallint far;
	struct px_gpt gpt;
	unsigned i;

	if (px_gpt_parse(&gpt, head, head_bytes, sector_bytes, &why, &far) <= 0)
		return;
	for (i = 0; i < gpt.entry_count; i++) {
		const uint8_t *entry = px_gpt_entry(&gpt, head, i);
		int is_esp = memcmp(entry, esp, 16) == 0;

		if (is_esp || memcmp(entry, basic_data, 16) == 0)
			add_place(places, px_le64(entry + GPT_ENTRY_START) * sector_bytes, is_esp);
	}
}

static void find_places(struct places *places, const struct px_boot_image *image)
{
	const struct px_volume *kind = image->kind;

	memset(places, 0, sizeof(*places));
	if (kind->table == PX_TABLE_NONE) {
		if (kind->filesystem && is_prefixed_with(kind->filesystem, "FAT"))
			add_place(places, 0, 0);
		return;
	}
	if (kind->table != PX_TABLE_MBR)
		find_in_gpt(places, image->head, image->head_bytes, kind->sector_bytes ? kind->sector_bytes : 512);
	if (kind->table != PX_TABLE_GPT)
		find_in_mbr(places, image->head);
}

/* --- BIOS */

static int has_active(const uint8_t *head)
{
	unsigned i;

	for (i = 0; i < PX_MBR_SLOTS; i++)
		if (head[MBR_FLAGS + i * MBR_FLAG_STEP] == 0x80)
			return 1;
	return 0;
}

/* A boot sector of a filesystem has its code elsewhere than an MBR, and its mark in the same place. */
static int has_code(const struct px_boot_image *image)
{
	if (image->kind->table != PX_TABLE_NONE)
		return image->kind->bios;
	return image->head[510] == 0x55 && image->head[511] == 0xaa;
}

/* The boot code of a GPT finds its way by itself; the usual one of an MBR starts the active partition. */
static void look_bios(struct px_boot *boot, const struct px_boot_image *image, const struct places *places)
{
	static const char words[] ALIGN1 = "this machine was started by a BIOS, and the image has no boot code in its "
		"first sector";
	const struct px_volume *kind = image->kind;

	if (!has_code(image)) {
		if (places->count)
			say(boot, "no-code", 0, "%s: it can start by UEFI only, if the firmware knows that", words);
		else
			say(boot, "no-code", kind->table != PX_TABLE_NONE, "%s", words);
	} else if (kind->table == PX_TABLE_MBR && kind->partitions && !has_active(image->head))
		say(boot, "no-active", 0, "this machine was started by a BIOS, "
				"and the image has no active partition: some want one");
}

/* --- UEFI */

/* Where there is code for a BIOS, too, firmware may start that, but not with Secure Boot on. */
static int is_certain(const struct px_boot_image *image, const struct px_platform *machine)
{
	return image->kind->table != PX_TABLE_NONE && (machine->secure || !has_code(image));
}

static void say_loader(struct px_boot *boot, const struct px_boot_image *image, const struct px_platform *machine,
		const struct px_loader *loader)
{
	int certain = is_certain(image, machine);

	switch (loader->verdict) {
	case PX_LOADER_NO_FAT:
		say(boot, "no-loader", 0, "the image's EFI system partition has no FAT file system: "
				"this machine may not find a loader in it");
		break;
	case PX_LOADER_EMPTY:
		say(boot, "no-loader", certain, "this machine was started by UEFI, "
				"and the image's EFI system partition is empty");
		break;
	case PX_LOADER_NONE:
		say(boot, "no-loader", 0, "the image has no %s: UEFI firmware starts it only "
				"if it knows its loader by name", loader->name);
		break;
	case PX_LOADER_NO_PROGRAM:
		say(boot, "no-loader", certain, "the image's %s is no EFI program", loader->name);
		break;
	case PX_LOADER_OTHER_CPU:
		say(boot, "other-cpu", certain && loader->foreign, "the image's EFI loader is for %s: "
				"this machine has another processor", loader->other);
		break;
	case PX_LOADER_UNSIGNED:
		say(boot, "unsigned", certain, "Secure Boot is on, and the image's %s is not signed", loader->name);
		break;
	default:
		break;
	}
}

/* One good loader is enough, and so is one of which nothing is known. */
static void look_uefi(struct px_boot *boot, const struct px_boot_image *image, const struct px_platform *machine,
		const struct places *places)
{
	struct px_loader loader, worst = { .verdict = PX_LOADER_UNKNOWN };
	unsigned i;

	for (i = 0; i < places->count; i++) {
		const struct place *place = &places->place[i];

		px_loader_look(&loader, image->bytes, image->arg, place->start_bytes, machine->cpu, machine->secure);
		if (loader.verdict == PX_LOADER_FINE || (place->esp && loader.verdict == PX_LOADER_UNKNOWN))
			return;
		if (!worst.verdict && (place->esp || loader.verdict >= PX_LOADER_OTHER_CPU))
			worst = loader; /* most firmware looks into any FAT file system: what is wrong there is wrong */
	}
	if (worst.verdict)
		say_loader(boot, image, machine, &worst);
	else if (places->count)
		say(boot, "no-esp", 0, "this machine was started by UEFI, and the image has no EFI system partition: "
				"it may not find a loader");
	else
		say(boot, "no-esp", is_certain(image, machine), "this machine was started by UEFI, "
				"and the image has no EFI system partition%s",
				has_code(image) ? ": it may start by a BIOS" : "");
}

void FAST_FUNC px_boot_look(struct px_boot *boot, const struct px_boot_image *image, const struct px_platform *machine)
{
	const struct px_volume *kind = image->kind;
	struct places places;

	memset(boot, 0, sizeof(*boot));
	if (kind->table == PX_TABLE_BROKEN || kind->table == PX_TABLE_FAR || image->head_bytes < 512
	 || (kind->table == PX_TABLE_NONE && !kind->filesystem))
		return;
	find_places(&places, image);
	if (machine->firmware == PX_FIRMWARE_BIOS)
		look_bios(boot, image, &places);
	else if (machine->firmware == PX_FIRMWARE_UEFI && kind->table != PX_TABLE_ISOHYBRID) /* El Torito may have it */
		look_uefi(boot, image, machine, &places);
}
