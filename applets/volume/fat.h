/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding a file in a FAT filesystem (12, 16 and 32 bits) that lies in an image, by its 8.3 name: the names that UEFI
 * looks for all are such ones. Format: Microsoft, "FAT: General Overview of On-Disk Format", 1.03. No I/O of its own;
 * every value is taken for hostile, every walk ends after a bounded number of steps.
 */
#ifndef PX_FAT_H
#define PX_FAT_H 1

/* Puts the image's len_bytes at offset_bytes into buf. Returns 0; -1: they are not known (not here, behind the end). */
typedef int FAST_FUNC (*px_fat_bytes)(void *arg, void *buf, size_t len_bytes, off_t offset_bytes);

struct px_fat {
	px_fat_bytes bytes;
	void *arg;
	off_t start_bytes;          /* of the filesystem in the image; what follows is counted from there */
	off_t table_bytes;          /* the first allocation table */
	off_t root_bytes;           /* FAT12, FAT16: the root folder; else not used */
	off_t data_bytes;           /* cluster 2 */
	uint32_t clusters;          /* numbers from 2 to clusters + 1 are right ones */
	uint32_t root_cluster;      /* FAT32 */
	unsigned root_entries;      /* FAT12, FAT16; 0: FAT32 */
	unsigned cluster_bytes;
	unsigned bits;              /* 12, 16, 32 */
};

struct px_fat_file {
	uint32_t cluster;           /* its first one; 0: the root folder of FAT12 and FAT16, or an empty file */
	uint32_t size_bytes;        /* 0 for a folder */
	smallint folder;
};

/* Reads the boot sector at start_bytes of the image. arg goes to bytes. Returns 1; 0: no FAT there; -1: these bytes are
 * not known. */
int px_fat_open(struct px_fat *fat, px_fat_bytes bytes, void *arg, off_t start_bytes) FAST_FUNC;

/* Looks for path ("EFI/BOOT/BOOTX64.EFI": capitals, each part a name of 8.3). Returns 1: *file is it; 0: there is none;
 * -1: not known, for lack of bytes or because the folders make no sense. */
int px_fat_find(const struct px_fat *fat, const char *path, struct px_fat_file *file) FAST_FUNC;

/* True when the root folder is known and has neither file nor folder in it. */
int px_fat_is_empty(const struct px_fat *fat) FAST_FUNC;

/* Puts len_bytes at offset_bytes of the file into buf. Returns 0; -1: not known, or behind its end. */
int px_fat_read(const struct px_fat *fat, const struct px_fat_file *file, void *buf, size_t len_bytes,
		uint32_t offset_bytes) FAST_FUNC;

#endif
