/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fits the partition table of an image to the disk that it lands on. No I/O; every value is taken for hostile. GPT:
 * UEFI 2.10, section 5; MBR: 5.2.1 there.
 */
#ifndef PX_GPT_H
#define PX_GPT_H 1

/* What px_gpt_mend found to do. */
struct px_mend {
	smallint head_changed;      /* head differs from what came in */
	unsigned grown;             /* number (from 1) of the partition that grew; 0: none */
	off_t grown_start_bytes;    /* where it starts */
	off_t grown_from_bytes;     /* how long it was */
	off_t grown_to_bytes;       /* how long it is */
	uint8_t *tail;              /* malloc'ed, for the disk's end: backup entries, backup header; NULL: nothing to
	                             * write there */
	off_t tail_offset_bytes;    /* where tail goes: tail_offset_bytes + tail_bytes is the end of the disk's last
	                             * whole sector */
	size_t tail_bytes;          /* whole sectors */
	char note[192];             /* "" or what could not or need not be done, for a message: "hybrid table: left as
	                             * it is ..." */
};

/* Fits the table in head (the image's first head_bytes, changed in place) to a disk of disk_bytes with sectors of
 * sector_bytes: a GPT gets its backup at the disk's end, last usable LBA, CRCs and the protective MBR's size; with grow
 * the last partition by position gets all that is free behind it, its end aligned down to 1 MiB (never shrunk), in GPT
 * and in MBR tables (there up to 2^32 sectors; an extended partition cannot grow). A partition that firmware or an
 * installer looks for by its type (ESP, BIOS boot, MSR, PReP, recovery) never grows: the note says which one would
 * have to move.
 *
 * Call it on a copy of head before the first byte is written, to refuse in time; and once more at the end, with
 * image_bytes. An MBR for 512-byte sectors on a disk with 4096 is told from image_bytes alone.
 *
 * image_bytes: the decoded size; <= 0: not known. Returns 0: *mend says what changed (perhaps nothing: no table,
 * hybrid, isohybrid, broken, entries not all within head: mend->note says so, and nothing is changed by guess).
 * Returns -1: the table cannot work on this disk (sector size differs, a partition or the tables end past the disk's
 * end); mend->note says why, head is unchanged. Never prints. Free with px_mend_free. */
int px_gpt_mend(struct px_mend *mend, uint8_t *head, size_t head_bytes, off_t image_bytes, off_t disk_bytes,
		unsigned sector_bytes, int grow) FAST_FUNC;

void px_mend_free(struct px_mend *mend) FAST_FUNC; /* frees tail, not mend */

#endif
