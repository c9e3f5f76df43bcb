/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding a file in a FAT filesystem. See fat.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += fat.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/fat.h"

enum {
	BOOT_BYTES = 512,
	ENTRY_BYTES = 32, ENTRY_NAME_BYTES = 11, ENTRY_ATTRIBUTES = 11, ENTRY_CLUSTER_HIGH = 20, ENTRY_CLUSTER_LOW = 26,
	ENTRY_SIZE = 28,
	/* attributes; the four of LABEL's lower half together are a part of a long name */
	LABEL = 0x08, FOLDER = 0x10, LONG_NAME = 0x0f,
	DELETED = 0xe5,
	CHAIN_MAX = 256,       /* clusters of a folder, or of a file up to what is read of it */
	FOLDER_ENTRIES_MAX = 8192,
};

static int read_at(const struct px_fat *fat, void *buf, size_t len_bytes, off_t offset_bytes)
{
	return fat->bytes(fat->arg, buf, len_bytes, fat->start_bytes + offset_bytes);
}

/* --- the boot sector */

static int is_power_of_2(unsigned n)
{
	return n && !(n & (n - 1));
}

/* Where things are, and, from the number of clusters, how long an entry of the table is. 1, or 0: no sense in it. */
static int lay_out(struct px_fat *fat, const uint8_t *boot)
{
	unsigned sector_bytes = px_le16(boot + 11), reserved = px_le16(boot + 14), tables = boot[16];
	uint64_t table_sectors = px_le16(boot + 22) ? px_le16(boot + 22) : px_le32(boot + 36);
	uint64_t sectors = px_le16(boot + 19) ? px_le16(boot + 19) : px_le32(boot + 32);
	uint64_t before;

	fat->root_entries = px_le16(boot + 17);
	fat->cluster_bytes = sector_bytes * boot[13];
	if (!is_power_of_2(sector_bytes) || sector_bytes < 512 || sector_bytes > 4096 || !is_power_of_2(boot[13])
	 || !reserved || !tables || tables > 4 || !table_sectors)
		return 0;
	before = reserved + tables * table_sectors
		+ (fat->root_entries * ENTRY_BYTES + sector_bytes - 1) / sector_bytes;
	if (before >= sectors)
		return 0;
	fat->clusters = (sectors - before) / boot[13];
	fat->bits = fat->clusters < 4085 ? 12 : fat->clusters < 65525 ? 16 : 32;
	fat->table_bytes = (off_t)reserved * sector_bytes;
	fat->root_bytes = (off_t)(reserved + tables * table_sectors) * sector_bytes;
	fat->data_bytes = (off_t)before * sector_bytes;
	fat->root_cluster = px_le32(boot + 44);
	/* a FAT32 has its root folder among the clusters, the others have not */
	return (fat->root_entries == 0) == (px_le16(boot + 22) == 0) && (fat->bits == 32 || fat->root_entries);
}

int FAST_FUNC px_fat_open(struct px_fat *fat, px_fat_bytes bytes, void *arg, off_t start_bytes)
{
	uint8_t boot[BOOT_BYTES];

	memset(fat, 0, sizeof(*fat));
	fat->bytes = bytes;
	fat->arg = arg;
	fat->start_bytes = start_bytes;
	/* none of the numbers below reaches so far: what is added to it cannot overflow */
	if (start_bytes < 0 || start_bytes >> 60 || read_at(fat, boot, sizeof(boot), 0) != 0)
		return -1;
	if (boot[510] != 0x55 || boot[511] != 0xaa || (boot[0] != 0xeb && boot[0] != 0xe9))
		return 0;
	return lay_out(fat, boot);
}

/* --- clusters */

/* The cluster behind that one: 0 at the chain's end, and for a number that cannot be right; -1: not known. */
static int64_t next_cluster(const struct px_fat *fat, uint32_t cluster)
{
	uint8_t p[4] = { 0, 0, 0, 0 };
	off_t at = fat->bits == 32 ? 4 * (off_t)cluster : fat->bits == 16 ? 2 * (off_t)cluster
			: (off_t)cluster + cluster / 2;
	uint32_t next;

	if (read_at(fat, p, fat->bits == 32 ? 4 : 2, fat->table_bytes + at) != 0)
		return -1;
	next = px_le32(p);
	if (fat->bits == 32)
		next &= 0x0fffffff;
	else if (fat->bits == 12)
		next = cluster & 1 ? next >> 4 : next & 0xfff;
	return next >= 2 && next - 2 < fat->clusters ? next : 0;
}

static off_t cluster_at(const struct px_fat *fat, uint32_t cluster)
{
	return fat->data_bytes + (off_t)(cluster - 2) * fat->cluster_bytes;
}

/* Moves *cluster on by count. 0; -1: not known, too far, or not there. */
static int follow(const struct px_fat *fat, uint32_t *cluster, unsigned count)
{
	if (count > CHAIN_MAX || *cluster < 2 || *cluster - 2 >= fat->clusters)
		return -1;
	while (count--) {
		int64_t next = next_cluster(fat, *cluster);

		if (next <= 0)
			return -1;
		*cluster = next;
	}
	return 0;
}

int FAST_FUNC px_fat_read(const struct px_fat *fat, const struct px_fat_file *file, void *buf, size_t len_bytes,
		uint32_t offset_bytes)
{
	uint32_t cluster = file->cluster;
	unsigned within = offset_bytes % fat->cluster_bytes;

	if (offset_bytes > file->size_bytes || len_bytes > file->size_bytes - offset_bytes
	 || follow(fat, &cluster, offset_bytes / fat->cluster_bytes) != 0)
		return -1;
	while (len_bytes) {
		size_t n = MIN(len_bytes, (size_t)(fat->cluster_bytes - within));

		if (read_at(fat, buf, n, cluster_at(fat, cluster) + within) != 0)
			return -1;
		buf = (char *)buf + n;
		len_bytes -= n;
		within = 0;
		if (len_bytes && follow(fat, &cluster, 1) != 0)
			return -1;
	}
	return 0;
}

/* --- folders */

/* A place in a folder. */
struct walk {
	uint32_t cluster;           /* 0: the root folder of FAT12 and FAT16 */
	unsigned index;             /* of the entry in there */
	unsigned steps;
};

/* The next entry: 1; 0: there is none; -1: not known. */
static int next_entry(const struct px_fat *fat, struct walk *walk, uint8_t *entry)
{
	off_t at;

	if (walk->steps++ >= FOLDER_ENTRIES_MAX)
		return -1;
	if (!walk->cluster) {
		if (walk->index >= fat->root_entries)
			return 0;
		at = fat->root_bytes;
	} else {
		if (walk->index >= fat->cluster_bytes / ENTRY_BYTES) {
			int64_t next = next_cluster(fat, walk->cluster);

			if (next <= 0)
				return next;
			walk->cluster = next;
			walk->index = 0;
		}
		at = cluster_at(fat, walk->cluster);
	}
	if (read_at(fat, entry, ENTRY_BYTES, at + (off_t)walk->index++ * ENTRY_BYTES) != 0)
		return -1;
	return entry[0] != 0;
}

/* A place at the start of folder. 0; -1: no such cluster. */
static int start_walk(const struct px_fat *fat, struct walk *walk, const struct px_fat_file *folder)
{
	memset(walk, 0, sizeof(*walk));
	walk->cluster = folder->cluster;
	if (!walk->cluster)
		return fat->root_entries ? 0 : -1;
	return walk->cluster >= 2 && walk->cluster - 2 < fat->clusters ? 0 : -1;
}

/* Whether entry is a file or a folder, "." and ".." left out. */
static int is_something(const uint8_t *entry)
{
	uint8_t attributes = entry[ENTRY_ATTRIBUTES];

	return entry[0] != DELETED && entry[0] != '.' && (attributes & LONG_NAME) != LONG_NAME && !(attributes & LABEL);
}

/* "BOOTX64.EFI/..." into the 11 bytes of an entry, filled with blanks; what is too long for them matches nothing. */
static const char *short_name(uint8_t *name, const char *path)
{
	unsigned at = 0;

	memset(name, ' ', ENTRY_NAME_BYTES);
	for (; *path && *path != '/'; path++) {
		if (*path == '.')
			at = 8;
		else if (at < ENTRY_NAME_BYTES)
			name[at++] = *path;
	}
	return *path ? path + 1 : path;
}

static void root_folder(const struct px_fat *fat, struct px_fat_file *file)
{
	memset(file, 0, sizeof(*file));
	file->folder = 1;
	if (!fat->root_entries)
		file->cluster = fat->root_cluster;
}

/* The entry of that name in the folder *file becomes *file. As px_fat_find. */
static int enter(const struct px_fat *fat, const uint8_t *name, struct px_fat_file *file)
{
	uint8_t entry[ENTRY_BYTES];
	struct walk walk;
	int rc;

	if (!file->folder)
		return 0;
	if (start_walk(fat, &walk, file) != 0)
		return -1;
	while ((rc = next_entry(fat, &walk, entry)) > 0) {
		if (!is_something(entry) || memcmp(entry, name, ENTRY_NAME_BYTES) != 0)
			continue;
		file->cluster = px_le16(entry + ENTRY_CLUSTER_LOW);
		if (fat->bits == 32)
			file->cluster |= (uint32_t)px_le16(entry + ENTRY_CLUSTER_HIGH) << 16;
		file->folder = !!(entry[ENTRY_ATTRIBUTES] & FOLDER);
		file->size_bytes = px_le32(entry + ENTRY_SIZE);
		return 1;
	}
	return rc;
}

int FAST_FUNC px_fat_find(const struct px_fat *fat, const char *path, struct px_fat_file *file)
{
	uint8_t name[ENTRY_NAME_BYTES];
	int rc = 1;

	root_folder(fat, file);
	while (*path && rc > 0) {
		path = short_name(name, path);
		rc = enter(fat, name, file);
	}
	return rc;
}

int FAST_FUNC px_fat_is_empty(const struct px_fat *fat)
{
	uint8_t entry[ENTRY_BYTES];
	struct px_fat_file root;
	struct walk walk;
	int rc;

	root_folder(fat, &root);
	if (start_walk(fat, &walk, &root) != 0)
		return 0;
	while ((rc = next_entry(fat, &walk, entry)) > 0)
		if (is_something(entry))
			return 0;
	return rc == 0;
}
