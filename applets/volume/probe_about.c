/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a filesystem or RAID member is called, and on which day it was written last. See probe.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += probe_about.o

#include "libbb.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "volume/probe.h"

enum { EXT = 1024, MD_1_2 = 4096, ISO = 32768, BTRFS = 65536 }; /* where the superblocks lie */

/* A machine without a clock writes years before 2000; what lies behind 2200 is no time either. */
static void put_date(char *date, uint64_t seconds)
{
	const uint64_t year_2000 = 946684800, year_2200 = 7258118400ULL;
	time_t when = seconds;
	struct tm tm;

	if (seconds >= year_2000 && seconds < year_2200 && (uint64_t)when == seconds && gmtime_r(&when, &tm))
		strftime(date, PX_PROBE_DATE_BYTES, "%Y-%m-%d", &tm);
}

/* s_wtime at 48, its upper byte at 628: mounting, unmounting and fsck write it */
static void date_ext(char *date, const uint8_t *head)
{
	put_date(date, px_le32(head + EXT + 48) | (uint64_t)head[EXT + 628] << 32);
}

/* utime at 192: 40 bits of seconds, above them microseconds */
static void date_md(char *date, const uint8_t *super)
{
	put_date(date, px_le64(super + 192) & 0xffffffffffULL);
}

static void date_md_1_2(char *date, const uint8_t *head)
{
	date_md(date, head + MD_1_2);
}

/* mkfs_time at 8: what cannot be written was made then */
static void date_squashfs(char *date, const uint8_t *head)
{
	put_date(date, px_le32(head + 8));
}

/* modifyDate at 20: seconds since 1904 */
static void date_hfs(char *date, const uint8_t *head)
{
	const uint32_t year_1970 = 2082844800;
	uint32_t when = px_be32(head + 1024 + 20);

	put_date(date, when > year_1970 ? when - year_1970 : 0);
}

/* Volume Modification Date and Time at 830 (ECMA-119, 8.4.26.1): digits of year, month, day; "0000" when not said */
static void date_iso(char *date, const uint8_t *head)
{
	const char *digits = (const char *)head + ISO + 830;
	unsigned i;

	for (i = 0; i < 8; i++)
		if (!isdigit(digits[i]))
			return;
	if (digits[0] != '0')
		sprintf(date, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6);
}

/* Filled with blanks or NULs. */
static void put_label(char *label, const uint8_t *field, unsigned len_bytes)
{
	len_bytes = strnlen((const char *)field, len_bytes);
	while (len_bytes && field[len_bytes - 1] == ' ')
		len_bytes--;
	px_text_copy(label, PX_PROBE_LABEL_BYTES, (const char *)field, len_bytes);
}

static const struct {
	const char *name;  /* as px_probe_head says */
	uint32_t need_bytes;
	uint32_t label;    /* where in head */
	uint8_t label_bytes; /* 0: it has none there */
	void (*date)(char *date, const uint8_t *head); /* or NULL */
} abouts[] = {
	{ "ext4", EXT + 1024, EXT + 120, 16, date_ext },
	{ "ext3", EXT + 1024, EXT + 120, 16, date_ext },
	{ "ext2", EXT + 1024, EXT + 120, 16, date_ext },
	{ "FAT32", 512, 71, 11, NULL },
	{ "FAT16", 512, 43, 11, NULL },
	{ "FAT12", 512, 43, 11, NULL },
	{ "XFS", 512, 108, 12, NULL },
	{ "btrfs", BTRFS + 1024, BTRFS + 299, 255, NULL },
	{ "swap", 4096, 1052, 16, NULL },
	{ "md RAID member 1.1", 256, 32, 32, date_md },
	{ "md RAID member 1.2", MD_1_2 + 256, MD_1_2 + 32, 32, date_md_1_2 },
	{ "squashfs", 96, 0, 0, date_squashfs },
	{ "HFS+", 1024 + 512, 0, 0, date_hfs },
	{ "ISO 9660", ISO + 2048, ISO + 40, 32, date_iso },
};

void FAST_FUNC px_probe_about(struct px_probe_about *about, const char *name, const uint8_t *head, size_t head_bytes)
{
	unsigned i;

	about->label[0] = about->date[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(abouts); i++) {
		if (strcmp(abouts[i].name, name) != 0 || head_bytes < abouts[i].need_bytes)
			continue;
		put_label(about->label, head + abouts[i].label, abouts[i].label_bytes);
		if (strcmp(about->label, "NO NAME") == 0) /* FAT without a label */
			about->label[0] = '\0';
		if (abouts[i].date)
			abouts[i].date(about->date, head);
		return;
	}
}
