/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Partition by partition. See survey.h.
 */
//kbuild:lib-$(CONFIG_PX_READ) += survey.o

#include "libbb.h"
#include "lib/bytes.h"
#include "read/clean.h"
#include "read/clean_log.h"
#include "read/survey.h"
#include "volume/gpt_parse.h"
#include "volume/mbr.h"
#include "volume/volume.h"

enum { LOGICAL_MAX = 64, FIRST_LOGICAL = 5 };

struct survey {
	struct px_origin *origin;
	FILE *out;
	unsigned sector_bytes;
	enum px_status status;
};

/* The kernel's name for partition number: sda1, nvme0n1p1. 0: the source itself. */
static char *name_of(const char *path, unsigned number)
{
	size_t len = strlen(path);

	if (!number)
		return xstrdup(path);
	return xasprintf("%s%s%u", path, len && isdigit(path[len - 1]) ? "p" : "", number);
}

static void print_part(struct survey *s, unsigned number, off_t start_bytes, off_t size_bytes)
{
	struct px_clean clean;
	char *name;

	if (start_bytes >= s->origin->size_bytes || size_bytes <= 0)
		return;
	size_bytes = MIN(size_bytes, s->origin->size_bytes - start_bytes);
	px_clean_look(&clean, s->origin, start_bytes, size_bytes);
	name = name_of(s->origin->path, number);
	fprintf(s->out, "%s\t%"OFF_FMT"u\t%"OFF_FMT"u\t%s\t%s\t%s\n", name, start_bytes, size_bytes, clean.filesystem,
			px_verdict_keyword(clean.verdict), clean.words);
	free(name);
	if (clean.verdict >= PX_VERDICT_ENCRYPTED)
		s->status = PX_TARGET;
}

static void print_gpt(struct survey *s, const uint8_t *head, size_t head_bytes)
{
	struct px_gpt gpt;
	const char *why;
	smallint far;
	unsigned i;

	if (px_gpt_parse(&gpt, head, head_bytes, s->sector_bytes, &why, &far) != 1)
		return;
	for (i = 0; i < gpt.entry_count; i++) {
		const uint8_t *entry = px_gpt_entry(&gpt, head, i);
		uint64_t start = px_le64(entry + GPT_ENTRY_START), end = px_le64(entry + GPT_ENTRY_END);

		if (px_gpt_entry_used(entry) && end >= start && end < (uint64_t)INT64_MAX / s->sector_bytes)
			print_part(s, i + 1, (off_t)start * s->sector_bytes, 
					(off_t)(end - start + 1) * s->sector_bytes);
	}
}

/* A chain of tables: the first slot is a logical partition, the second leads to the next table, both counted from
 * the container's start (the first from its own table). */
static void print_logical(struct survey *s, uint32_t container)
{
	unsigned number;
	uint64_t at = container;

	for (number = FIRST_LOGICAL; number < FIRST_LOGICAL + LOGICAL_MAX; number++) {
		struct px_window w = { .origin = s->origin, .size_bytes = s->origin->size_bytes };
		uint8_t *table = px_window_read(&w, at * s->sector_bytes, 512);
		struct px_mbr mbr;
		int ok = table && px_mbr_parse(&mbr, table);

		free(table);
		if (!ok)
			return;
		if (mbr.part[0].type)
			print_part(s, number, (off_t)(at + mbr.part[0].start) * s->sector_bytes,
					(off_t)mbr.part[0].sectors * s->sector_bytes);
		if (!px_mbr_is_extended(mbr.part[1].type) || !mbr.part[1].start)
			return;
		at = (uint64_t)container + mbr.part[1].start;
	}
}

static void print_mbr(struct survey *s, const uint8_t *head)
{
	struct px_mbr mbr;
	unsigned i;

	if (!px_mbr_parse(&mbr, head))
		return;
	for (i = 0; i < PX_MBR_SLOTS; i++) {
		const struct px_mbr_part *part = &mbr.part[i];

		if (px_mbr_is_extended(part->type))
			print_logical(s, part->start);
		else if (part->type && part->sectors)
			print_part(s, i + 1, (off_t)part->start * s->sector_bytes,
					(off_t)part->sectors * s->sector_bytes);
	}
}

/* A RAID of whole disks has its label behind the last partition, and the partitions are the array's. */
static int is_member(struct survey *s)
{
	struct px_clean clean;

	px_clean_look(&clean, s->origin, 0, s->origin->size_bytes);
	return clean.verdict == PX_VERDICT_MEMBER;
}

static enum px_status print_table(struct survey *s, const uint8_t *head, size_t head_bytes)
{
	struct px_volume kind;

	px_volume_look(&kind, head, head_bytes);
	if (kind.sector_bytes)
		s->sector_bytes = kind.sector_bytes;
	if (kind.table == PX_TABLE_NONE || is_member(s))
		print_part(s, 0, 0, s->origin->size_bytes);
	else if (kind.table == PX_TABLE_GPT || kind.table == PX_TABLE_HYBRID)
		print_gpt(s, head, head_bytes);
	else if (kind.table == PX_TABLE_MBR)
		print_mbr(s, head);
	else {
		bb_error_msg("%s: %s: which partitions there are cannot be told", s->origin->path, kind.words);
		return PX_DATA;
	}
	return s->status;
}

enum px_status FAST_FUNC px_survey_print(struct px_origin *origin, FILE *out)
{
	struct survey s = { .origin = origin, .out = out, .status = PX_OK };
	struct px_window w = { .origin = origin, .size_bytes = origin->size_bytes };
	size_t head_bytes = MIN(origin->size_bytes, (off_t)PX_HEAD_BYTES);
	uint8_t *head = head_bytes ? px_window_read(&w, 0, head_bytes) : NULL;
	enum px_status status;

	if (!head) {
		bb_error_msg("%s: its first MiB cannot be read", origin->path);
		return PX_IO;
	}
	s.sector_bytes = px_origin_sector_bytes(origin);
	status = print_table(&s, head, head_bytes);
	free(head);
	if (fflush(out) == 0)
		return status;
	bb_simple_perror_msg("standard output");
	return PX_IO;
}
