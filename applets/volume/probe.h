/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies on a disk, a partition or in an image, by its magic bytes. Tables, no I/O.
 */
#ifndef PX_PROBE_H
#define PX_PROBE_H 1

enum {
	PX_PROBE_HEAD_BYTES = 68 * 1024,  /* enough for every filesystem of px_probe_head */
	PX_PROBE_ZFS_BYTES = 256 * 1024,  /* and this for ZFS */
	PX_PROBE_TAIL_BYTES = 1 << 20,
	PX_PROBE_LABEL_BYTES = 33, /* with their NULs */
	PX_PROBE_DATE_BYTES = 11,
};

struct px_probe_about {
	char label[PX_PROBE_LABEL_BYTES]; /* what somebody has called it, printable, perhaps cut; "": nothing known */
	char date[PX_PROBE_DATE_BYTES];   /* the day (UTC) on which it was written last, "2026-11-01"; "": not known */
};

/* The filesystem, RAID or volume that starts at head: "ext4", "XFS", "LUKS", "LVM2 member", "md RAID member 1.2" ...;
 * NULL: none that is known. Static. */
const char *px_probe_head(const uint8_t *head, size_t head_bytes) FAST_FUNC;

/* How many bytes the filesystem that px_probe_head named says that it takes, from its start; 0: unknown. A hostile
 * one may say anything up to 2^60. */
off_t px_probe_size(const char *filesystem, const uint8_t *head, size_t head_bytes) FAST_FUNC;

/* What that which px_probe_head named says of itself in head. The superblocks of FAT, XFS, btrfs and swap have no time,
 * the boot sector of NTFS neither time nor label. */
void px_probe_about(struct px_probe_about *about, const char *name, const uint8_t *head, size_t head_bytes) FAST_FUNC;

/* As px_probe_head for what lies at the end of a device of size_bytes: tail is its last tail_bytes. md 0.90 and 1.0,
 * ZFS, firmware RAID, a GPT's backup. */
const char *px_probe_tail(const uint8_t *tail, size_t tail_bytes, off_t size_bytes) FAST_FUNC;

/* When head is something that must not be written to a disk as it is (another container, an archive, an error page):
 * what it is ("a qcow2 image"), with *remedy (never NULL then). NULL: nothing like that. */
const char *px_probe_refused(const uint8_t *head, size_t head_bytes, const char **remedy) FAST_FUNC;

/* What is known only by its last 512 bytes (end), and must not be written to a disk as it is; NULL: nothing like
 * that. */
const char *px_probe_end(const uint8_t *end) FAST_FUNC;

/* True when there is an ISO 9660 volume. */
int px_probe_is_iso(const uint8_t *head, size_t head_bytes) FAST_FUNC;

#endif
