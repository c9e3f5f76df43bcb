/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a GUID partition table (UEFI 2.10, 5.3) out of the first bytes of a disk or an image. Used by gpt.c and
 * volume.c.
 */
#ifndef PX_GPT_PARSE_H
#define PX_GPT_PARSE_H 1

struct px_gpt {
	unsigned sector_bytes;
	uint32_t header_bytes;      /* 92 to sector_bytes */
	uint64_t first_usable_lba;
	uint64_t last_usable_lba;
	uint64_t entries_lba;
	size_t entries_offset_bytes; /* where the entries lie in head */
	uint32_t entry_count;
	uint32_t entry_bytes;       /* 128 * 2^n */
	unsigned used;              /* entries with a type */
	unsigned last;              /* index of the partition that ends last (used > 0) */
	uint64_t last_start_lba;
	uint64_t last_end_lba;      /* its last sector; 0: no partition */
	smallint efi;               /* has an EFI system partition */
};

/* Reads the primary table. Returns 1: right, all checks and both CRCs; 0: no "EFI PART" at sector 1; -1: there is
 * one, but *why (a string constant) is wrong with it; entries that do not all lie in head are such a case and set
 * *far. */
int px_gpt_parse(struct px_gpt *gpt, const uint8_t *head, size_t head_bytes, unsigned sector_bytes,
		const char **why, smallint *far) FAST_FUNC;

/* The entry with that index; its bytes lie in head. */
const uint8_t *px_gpt_entry(const struct px_gpt *gpt, const uint8_t *head, unsigned index) FAST_FUNC;

/* True when the entry has a type (is no free slot). */
int px_gpt_entry_used(const uint8_t *entry) FAST_FUNC;

/* What the partition is, when it must stay as it was made ("an EFI system partition"): by its type, or because its
 * attributes call it required by the platform (UEFI 2.10, table 5-8), as those with recovery systems are. NULL: it
 * may grow. Static. */
const char *px_gpt_entry_fixed(const uint8_t *entry) FAST_FUNC;

/* CRC-32 as in the header (ISO 3309, the one of zlib). */
uint32_t px_gpt_crc(const uint8_t *data, size_t len_bytes) FAST_FUNC;

/* Offsets in header and entry. */
enum {
	GPT_HEADER_BYTES = 12, GPT_HEADER_CRC = 16, GPT_MY_LBA = 24, GPT_ALTERNATE_LBA = 32, GPT_FIRST_USABLE = 40,
	GPT_LAST_USABLE = 48, GPT_ENTRIES_LBA = 72, GPT_ENTRY_COUNT = 80, GPT_ENTRY_BYTES = 84, GPT_ENTRIES_CRC = 88,
	GPT_HEADER_MIN_BYTES = 92,
	GPT_ENTRY_START = 32, GPT_ENTRY_END = 40, GPT_ENTRY_ATTRIBUTES = 48,
};

#endif
