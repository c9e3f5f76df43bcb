/*
 * Partition tables in buffers: what an image is, and what must change for the disk that it lands on. No I/O; every value is
 * taken for hostile. GPT: UEFI 2.10, section 5; MBR: 5.2.1 there.
 */
#ifndef PX_GPT_H
#define PX_GPT_H 1

enum { PX_HEAD_BYTES = 1 << 20 }; /* what the functions here want to see of an image's start, or all there is */

enum px_table {
	PX_TABLE_NONE,      /* no table: perhaps a filesystem (kind.filesystem) */
	PX_TABLE_MBR,
	PX_TABLE_GPT,       /* protective MBR, header and entries are right */
	PX_TABLE_HYBRID,    /* a right GPT, but its MBR names other partitions too */
	PX_TABLE_ISOHYBRID, /* ISO 9660 that can boot from a disk: MBR, GPT or both in front of it; never mended */
	PX_TABLE_BROKEN,    /* protective MBR without a right GPT, wrong CRC, entries out of range ...: kind.broken says what */
};

struct px_image_kind {
	enum px_table table;
	unsigned sector_bytes;   /* 512 or 4096 when a GPT says so; 0: unknown (an MBR does not tell) */
	unsigned partitions;
	off_t end_bytes;         /* end of the last partition: the image must be at least that long; 0: unknown. A 4096-byte MBR
	                          * looks like a smaller 512-byte one */
	const char *filesystem;  /* without a table: "ext4", "LUKS", ...; isohybrid: "ISO 9660"; NULL: none known. Not owned */
	off_t filesystem_bytes;  /* how long it says that it is; 0: unknown */
	const char *refuse;      /* NULL, or what this is and cannot be written as: "a qcow2 image" ... Not owned */
	const char *remedy;      /* with refuse: what the operator can do. Not owned */
	smallint efi;            /* has an EFI system partition */
	smallint bios;           /* has code in the boot sector */
	const char *broken;      /* PX_TABLE_BROKEN: why; else NULL. Not owned */
	char words[96];          /* for people: "GPT, 3 partitions, 512-byte sectors", "ext4 without a partition table" */
};

/* Looks at the first bytes of a decoded image (PX_HEAD_BYTES, or all of it) and fills *kind. Cannot fail: what is not known
 * is PX_TABLE_NONE with "unknown data" (or "empty", "all zeros" for that much) in words. */
void px_image_look(struct px_image_kind *kind, const uint8_t *head, size_t head_bytes) FAST_FUNC;

/* Whether an image of image_bytes lacks a part of what it says that it has. NULL: not that we know; else what ends too late, "its last
 * partition" or the like (static), and *need_bytes, where. size_known: somebody who knows the whole image gave its size or
 * hash; then only a sound table counts, for there are filesystems longer than their image. */
const char *px_image_cut(const struct px_image_kind *kind, off_t image_bytes, int size_known, off_t *need_bytes) FAST_FUNC;

/* Where the partitions start (bytes, in the table's order), at most max of them: of a right GPT for these sectors, else of an MBR
 * (its four; not the logical ones). Returns how many. */
unsigned px_partition_starts(off_t *starts, unsigned max, const uint8_t *head, size_t head_bytes,
		unsigned sector_bytes) FAST_FUNC;

/* What px_gpt_mend found to do. */
struct px_mend {
	smallint head_changed;      /* head differs from what came in */
	unsigned grown;             /* number (from 1) of the partition that grew; 0: none */
	off_t grown_start_bytes;    /* where it starts */
	off_t grown_from_bytes;     /* how long it was */
	off_t grown_to_bytes;       /* how long it is */
	uint8_t *tail;              /* malloc'ed, for the disk's end: backup entries, backup header; NULL: nothing to write there */
	off_t tail_offset_bytes;    /* where tail goes: tail_offset_bytes + tail_bytes is the end of the disk's last whole sector */
	size_t tail_bytes;          /* whole sectors */
	char note[160];             /* "" or what could not or need not be done, for a message: "hybrid table: left as it is ..." */
};

/* Fits the table in head (the image's first head_bytes, changed in place) to a disk of disk_bytes with sectors of
 * sector_bytes: a GPT gets its backup at the disk's end, last usable LBA, CRCs and the protective MBR's size; with grow the last
 * partition by position gets all that is free behind it, its end aligned down to 1 MiB (never shrunk), in GPT and in MBR
 * tables (there up to 2^32 sectors; an extended partition cannot grow).
 *
 * Call it on a copy of head before the first byte is written, to refuse in time; and once more at the end, with image_bytes.
 * An MBR for 512-byte sectors on a disk with 4096 is told from image_bytes alone.
 *
 * image_bytes: the decoded size; <= 0: not known. Returns 0: *mend says what changed (perhaps nothing: no table,
 * hybrid, isohybrid, broken: mend->note says so, and nothing is changed by guess). Returns -1: the table cannot work on this disk
 * (sector size differs, a partition or the tables end past the disk's end, entries not all within head); mend->note says
 * why, head is unchanged. Never prints. Free with px_mend_free. */
int px_gpt_mend(struct px_mend *mend, uint8_t *head, size_t head_bytes, off_t image_bytes, off_t disk_bytes,
		unsigned sector_bytes, int grow) FAST_FUNC;

void px_mend_free(struct px_mend *mend) FAST_FUNC; /* frees tail, not mend */

#endif
