/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partition table of a master boot record (UEFI 2.10, 5.2.1), and numbers as they lie on disks.
 */
#ifndef PX_MBR_H
#define PX_MBR_H 1

enum { PX_MBR_SLOTS = 4, PX_MBR_PROTECTIVE = 0xee, PX_MBR_ESP = 0xef };

struct px_mbr_part {
	uint8_t type;      /* 0: unused */
	uint32_t start;    /* sectors */
	uint32_t sectors;
};

struct px_mbr {
	struct px_mbr_part part[PX_MBR_SLOTS];
	unsigned used;        /* slots with a type and a length */
	unsigned protective;  /* how many of these are of type 0xEE */
	int last;             /* slot whose partition ends last, -1: none */
	uint64_t end;         /* sector after it */
	smallint overlap;     /* partitions overlap */
};

/* Reads the 512 bytes of sector 0. Returns 1, or 0 when this is no MBR: no 55 AA, or a boot flag that is neither 0
 * nor 0x80 (the code of a filesystem's boot sector lies there). */
int px_mbr_parse(struct px_mbr *mbr, const uint8_t *sector) FAST_FUNC;

/* 05, 0F, 85: the container of logical partitions */
int px_mbr_is_extended(uint8_t type) FAST_FUNC;

/* What a partition of that type is, when it must stay as it was made ("a recovery partition"); NULL: it may grow.
 * Static. */
const char *px_mbr_fixed(uint8_t type) FAST_FUNC;

/* Writes how long the partition in a slot is; its last CHS address becomes "see LBA" (FE FF FF). */
void px_mbr_set_sectors(uint8_t *sector, unsigned slot, uint32_t sectors) FAST_FUNC;

#endif
