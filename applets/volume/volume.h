/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies on a disk or in an image, by its first bytes. No I/O; every value is taken for hostile.
 */
#ifndef PX_VOLUME_H
#define PX_VOLUME_H 1

enum { PX_HEAD_BYTES = 1 << 20 }; /* what the functions here want to see of an image's start, or all there is */

enum px_table {
	PX_TABLE_NONE,      /* no table: perhaps a filesystem (kind.filesystem) */
	PX_TABLE_MBR,
	PX_TABLE_GPT,       /* protective MBR, header and entries are right */
	PX_TABLE_HYBRID,    /* a right GPT, but its MBR names other partitions too */
	PX_TABLE_ISOHYBRID, /* ISO 9660 that can boot from a disk: MBR, GPT or both in front of it; never mended */
	PX_TABLE_FAR,       /* a GPT whose header is right and whose entries lie behind the bytes that were looked at */
	PX_TABLE_BROKEN,    /* protective MBR without a right GPT, wrong CRC, entries out of range ...: kind.broken
	                     * says what */
};

struct px_volume {
	enum px_table table;
	unsigned sector_bytes;   /* 512 or 4096 when a GPT says so; 0: unknown (an MBR does not tell) */
	unsigned partitions;
	off_t end_bytes;         /* end of the last partition: the image must be at least that long; 0: unknown. A
	                          * 4096-byte MBR looks like a smaller 512-byte one */
	const char *filesystem;  /* without a table: "ext4", "LUKS", ...; isohybrid: "ISO 9660"; NULL: none known. Not
	                          * owned */
	off_t filesystem_bytes;  /* how long it says that it is; 0: unknown */
	const char *refuse;      /* NULL, or what this is and cannot be written as: "a qcow2 image" ... Not owned */
	const char *remedy;      /* with refuse: what the operator can do. Not owned */
	smallint efi;            /* has an EFI system partition */
	smallint bios;           /* has code in the boot sector */
	smallint doubtful;       /* no table, and no filesystem that is one all by itself: perhaps it is no image at
	                          * all */
	const char *broken;      /* PX_TABLE_BROKEN: why; else NULL. Not owned */
	char words[96];          /* for people: "GPT, 3 partitions, 512-byte sectors", "ext4 without a partition
	                          * table" */
};

/* Looks at the first bytes of a decoded image (PX_HEAD_BYTES, or all of it) and fills *kind. Cannot fail: what is not
 * known is PX_TABLE_NONE with "unknown data" (or "empty", "all zeros" for that much) in words. */
void px_volume_look(struct px_volume *kind, const uint8_t *head, size_t head_bytes) FAST_FUNC;

/* What somebody who knows the whole image has said of it. */
enum px_proof {
	PX_PROOF_NONE,
	PX_PROOF_PART,   /* its size, or its hash */
	PX_PROOF_WHOLE,  /* both: whatever its tables say, these bytes are all of it */
};

/* Whether an image of image_bytes lacks a part of what it says that it has. NULL: not that we know; else what ends
 * too late, "its last partition" or the like (static), and *need_bytes, where. With PX_PROOF_PART only a sound table
 * counts, for there are filesystems longer than their image. */
const char *px_volume_cut(const struct px_volume *kind, off_t image_bytes, enum px_proof proof,
		off_t *need_bytes) FAST_FUNC;

/* Where the partitions start (bytes, in the table's order), at most max of them: of a right GPT for these sectors,
 * else of an MBR (its four; not the logical ones). Returns how many. */
unsigned px_volume_starts(off_t *starts, unsigned max, const uint8_t *head, size_t head_bytes,
		unsigned sector_bytes) FAST_FUNC;

#endif
