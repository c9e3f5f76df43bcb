/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XFS's log and NTFS's. See clean_log.h.
 */
//kbuild:lib-$(CONFIG_PX_READ) += clean_log.o

#include "libbb.h"
#include "lib/bytes.h"
#include "read/clean_log.h"

enum { STEP_BYTES = 1 << 20, PAGE = 4096 };

/* Disks are read in whole pages, at any sector. */
uint8_t* FAST_FUNC px_window_read(struct px_window *w, off_t offset_bytes, size_t len_bytes)
{
	off_t at_bytes = offset_bytes & -(off_t)PAGE, lead_bytes = offset_bytes - at_bytes;
	size_t want_bytes = (lead_bytes + len_bytes + PAGE - 1) & -(size_t)PAGE;
	uint8_t *buf;
	ssize_t n;

	if (offset_bytes < 0 || len_bytes > STEP_BYTES || offset_bytes > w->size_bytes - (off_t)len_bytes)
		return NULL;
	buf = aligned_alloc(PAGE, want_bytes);
	if (!buf)
		bb_die_memory_exhausted();
	n = px_origin_read(w->origin, buf, want_bytes, w->start_bytes + at_bytes);
	if (n < lead_bytes + (ssize_t)len_bytes) {
		free(buf);
		return NULL;
	}
	memmove(buf, buf + lead_bytes, len_bytes);
	return buf;
}

/* --- XFS (fs/xfs/libxfs/xfs_log_format.h): the record with the highest number was the last; a log that was closed
 * ends with one that has a single operation in it, which is "unmount" */

enum {
	XFS_BLOCK_BYTES = 4, XFS_LOG_START = 48, XFS_AG_BLOCKS = 84, XFS_LOG_BLOCKS = 96, XFS_AG_LOG = 124,
	RECORD_LSN = 16, RECORD_OPS = 40, RECORD_UUID = 304, RECORD_SIZE = 320, RECORD_MAGIC = 0xfeedbabe,
	RECORD_HEAD_COVERS = 32 << 10, OP_FLAGS = 9, OP_UNMOUNT = 0x20, XFS_LOG_MAX = 1 << 20,
};

struct xfs_newest {
	uint64_t lsn;           /* 0: none yet */
	off_t operation_bytes;  /* where its first operation lies */
	uint32_t operations;
};

static void take_record(struct xfs_newest *newest, const uint8_t *record, off_t offset_bytes)
{
	uint64_t lsn = px_be64(record + RECORD_LSN);
	uint32_t heads = px_be32(record + RECORD_SIZE) / RECORD_HEAD_COVERS;

	if (lsn <= newest->lsn)
		return;
	newest->lsn = lsn;
	newest->operations = px_be32(record + RECORD_OPS);
	newest->operation_bytes = offset_bytes + (off_t)MAX(heads, 1) * 512;
}

/* 0; -1: the log cannot be read */
static int find_newest(struct px_window *w, struct xfs_newest *newest, off_t at_bytes, off_t end_bytes)
{
	size_t len_bytes, i;

	for (; at_bytes < end_bytes; at_bytes += len_bytes) {
		uint8_t *data;

		len_bytes = MIN(end_bytes - at_bytes, STEP_BYTES);
		data = px_window_read(w, at_bytes, len_bytes);
		if (!data)
			return -1;
		for (i = 0; i + 512 <= len_bytes; i += 512)
			if (px_be32(data + i) == RECORD_MAGIC && memcmp(data + i + RECORD_UUID, w->head + 32, 16) == 0)
				take_record(newest, data + i, at_bytes + i);
		free(data);
	}
	return 0;
}

enum px_log FAST_FUNC px_xfs_log(struct px_window *w)
{
	uint32_t block_bytes = px_be32(w->head + XFS_BLOCK_BYTES), blocks = px_be32(w->head + XFS_LOG_BLOCKS);
	uint64_t start = px_be64(w->head + XFS_LOG_START), group = w->head[XFS_AG_LOG];
	struct xfs_newest newest = { 0 };
	enum px_log log = PX_LOG_OPEN;
	off_t start_bytes;
	uint8_t *operation;

	/* a log on a device of its own is none of this disk's */
	if (!start || block_bytes < 512 || block_bytes > 65536 || blocks > XFS_LOG_MAX || group > 31
	 || (start >> group) > UINT32_MAX)
		return PX_LOG_UNREADABLE;
	start = (start >> group) * px_be32(w->head + XFS_AG_BLOCKS) + (start & ((1ULL << group) - 1));
	if (start > (uint64_t)w->size_bytes / block_bytes)
		return PX_LOG_UNREADABLE;
	start_bytes = start * block_bytes;
	if (find_newest(w, &newest, start_bytes, start_bytes + (off_t)blocks * block_bytes) < 0 || !newest.lsn)
		return PX_LOG_UNREADABLE;
	if (newest.operation_bytes >= start_bytes + (off_t)blocks * block_bytes)
		newest.operation_bytes -= (off_t)blocks * block_bytes; /* the log is a ring */
	operation = px_window_read(w, newest.operation_bytes, 512);
	if (!operation)
		return PX_LOG_UNREADABLE;
	if (newest.operations == 1 && (operation[OP_FLAGS] & OP_UNMOUNT))
		log = PX_LOG_CLOSED;
	free(operation);
	return log;
}

/* --- NTFS: record 2 of the MFT is $LogFile, 3 is $Volume */

enum { NTFS_LOGFILE = 2, NTFS_VOLUME = 3, NTFS_RECORD_MAX = 4096, ATTR_VOLUME_INFORMATION = 0x70, ATTR_DATA = 0x80,
	ATTR_HEAD_BYTES = 24, RESTART_HEAD_BYTES = 30, RESTART_AREA_BYTES = 16 };

struct ntfs {
	uint32_t cluster_bytes, record_bytes;
	off_t mft_bytes;
};

/* Bytes a sector at 11, sectors a cluster at 13, the MFT's cluster at 48, a record's length at 64: clusters, or minus
 * the power of two. 0; -1: it makes no sense. */
static int ntfs_layout(struct ntfs *ntfs, const struct px_window *w)
{
	const uint8_t *boot = w->head;
	unsigned sector_bytes = px_le16(boot + 11), sectors = boot[13];
	uint64_t mft = px_le64(boot + 48);
	int record = (int8_t)boot[64];

	if (sectors > 128)
		sectors = sectors < 244 ? 0 : 1u << (256 - sectors);
	ntfs->cluster_bytes = sector_bytes * sectors;
	if (!ntfs->cluster_bytes || mft > (uint64_t)w->size_bytes / ntfs->cluster_bytes || record < -12)
		return -1;
	ntfs->record_bytes = record < 0 ? 1u << -record : record * ntfs->cluster_bytes;
	ntfs->mft_bytes = (off_t)mft * ntfs->cluster_bytes;
	return ntfs->record_bytes < 512 || ntfs->record_bytes > NTFS_RECORD_MAX ? -1 : 0;
}

/* The last two bytes of each 512 are kept elsewhere (the update sequence): they are put back. 0; -1: torn, or none. */
static int mend_record(uint8_t *record, size_t record_bytes)
{
	unsigned at = px_le16(record + 4), count = px_le16(record + 6), i;

	if (memcmp(record, "FILE", 4) != 0 || count != record_bytes / 512 + 1 || at + 2 * count > record_bytes)
		return -1;
	for (i = 1; i < count; i++) {
		if (memcmp(record + i * 512 - 2, record + at, 2) != 0)
			return -1;
		memcpy(record + i * 512 - 2, record + at + 2 * i, 2);
	}
	return 0;
}

/* The record, malloc'ed, and *attribute in it, with at least ATTR_HEAD_BYTES and *len_bytes in all; NULL: none. */
static uint8_t *find_attribute(struct px_window *w, const struct ntfs *ntfs, unsigned number, uint32_t type,
		const uint8_t **attribute, size_t *len_bytes)
{
	uint8_t *record = px_window_read(w, ntfs->mft_bytes + (off_t)number * ntfs->record_bytes, ntfs->record_bytes);
	size_t at;

	if (record && mend_record(record, ntfs->record_bytes) == 0) {
		at = px_le16(record + 20);
		while (at + ATTR_HEAD_BYTES <= ntfs->record_bytes && px_le32(record + at) != 0xffffffff) {
			*len_bytes = px_le32(record + at + 4);
			if (*len_bytes < ATTR_HEAD_BYTES || *len_bytes > ntfs->record_bytes - at)
				break;
			*attribute = record + at;
			if (px_le32(record + at) == type)
				return record;
			at += *len_bytes;
		}
	}
	free(record);
	return NULL;
}

/* A resident attribute's value at 20; the flags at 10 of it, 1 of them: dirty. */
static int volume_flags(struct px_window *w, const struct ntfs *ntfs, int *dirty)
{
	const uint8_t *attribute;
	size_t len_bytes;
	uint8_t *record = find_attribute(w, ntfs, NTFS_VOLUME, ATTR_VOLUME_INFORMATION, &attribute, &len_bytes);
	int ok = record && !attribute[8] && px_le16(attribute + 20) + 12u <= len_bytes;

	if (ok)
		*dirty = attribute[px_le16(attribute + 20) + 10] & 1;
	free(record);
	return ok ? 0 : -1;
}

/* Where the first run of $LogFile lies (its runs begin at 32 of the attribute); -1: unknown. */
static off_t logfile_bytes(struct px_window *w, const struct ntfs *ntfs)
{
	const uint8_t *attribute, *run;
	size_t len_bytes, lengths, starts, i;
	uint8_t *record = find_attribute(w, ntfs, NTFS_LOGFILE, ATTR_DATA, &attribute, &len_bytes);
	uint64_t cluster = 0;
	off_t bytes = -1;

	if (record && attribute[8] && px_le16(attribute + 32) < len_bytes) {
		run = attribute + px_le16(attribute + 32);
		lengths = run[0] & 15;
		starts = run[0] >> 4;
		if (!starts || starts > 7 || run + lengths + starts >= attribute + len_bytes)
			starts = 0;
		for (i = 0; i < starts; i++)
			cluster |= (uint64_t)run[1 + lengths + i] << (8 * i);
		if (cluster && cluster < (uint64_t)w->size_bytes / ntfs->cluster_bytes)
			bytes = (off_t)cluster * ntfs->cluster_bytes;
	}
	free(record);
	return bytes;
}

/* A restart page: its area's place at 24; there the log's number at 0, who uses it at 12 (0xffff: nobody), flags at
 * 14 (2: closed). 1: open, 0: closed, -1: no such page. */
static int page_is_open(const uint8_t *page, uint64_t *lsn)
{
	unsigned at = px_le16(page + 24);

	if (memcmp(page, "RSTR", 4) != 0 || at < RESTART_HEAD_BYTES || at + RESTART_AREA_BYTES > 510)
		return -1;
	*lsn = px_le64(page + at);
	return px_le16(page + at + 12) != 0xffff && !(page[at + 14] & 2);
}

/* Of two restart pages the newer one counts; a log that was emptied is all ones. */
enum px_log FAST_FUNC px_ntfs_log(struct px_window *w, int *dirty)
{
	struct ntfs ntfs;
	uint64_t lsn = 0, other_lsn = 0;
	uint8_t *pages;
	int open, other;
	off_t bytes;

	if (ntfs_layout(&ntfs, w) < 0 || volume_flags(w, &ntfs, dirty) < 0)
		return PX_LOG_UNREADABLE;
	bytes = logfile_bytes(w, &ntfs);
	pages = bytes < 0 ? NULL : px_window_read(w, bytes, 2 * PAGE);
	if (!pages)
		return PX_LOG_UNREADABLE;
	open = page_is_open(pages, &lsn);
	other = page_is_open(pages + PAGE, &other_lsn);
	if (other >= 0 && (open < 0 || other_lsn > lsn))
		open = other;
	if (open < 0 && px_le32(pages) != 0xffffffff)
		open = 1;
	free(pages);
	return open > 0 ? PX_LOG_OPEN : PX_LOG_CLOSED;
}
