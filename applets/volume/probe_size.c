/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a filesystem says that it is. See probe.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += probe_size.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/probe.h"

/* A product that no disk has is no size. */
static off_t size_of(uint64_t count, uint64_t unit_bytes)
{
	if (count == 0 || unit_bytes == 0 || unit_bytes > 1 << 30 || count > ((uint64_t)1 << 60) / unit_bytes)
		return 0;
	return count * unit_bytes;
}

/* s_blocks_count_lo at 4, s_log_block_size at 24; with the incompatible feature 64bit: s_blocks_count_hi at 336 */
static off_t size_ext(const uint8_t *head)
{
	const uint8_t *super = head + 1024;
	uint64_t blocks = px_le32(super + 4);

	if (px_le32(super + 96) & 0x80)
		blocks |= (uint64_t)px_le32(super + 336) << 32;
	return px_le32(super + 24) > 6 ? 0 : size_of(blocks, 1024 << px_le32(super + 24));
}

/* BPB: bytes a sector at 11, sectors at 19 (16 bits), or, when that is 0, at 32 */
static off_t size_fat(const uint8_t *head)
{
	unsigned sectors = px_le16(head + 19);

	return size_of(sectors ? sectors : px_le32(head + 32), px_le16(head + 11));
}

/* Sectors at 40; the copy of the boot sector lies behind them and is not counted. */
static off_t size_ntfs(const uint8_t *head)
{
	return size_of(px_le64(head + 40), px_le16(head + 11));
}

/* VolumeLength at 72, in sectors of 2^(byte at 108) */
static off_t size_exfat(const uint8_t *head)
{
	return head[108] > 12 ? 0 : size_of(px_le64(head + 72), 1 << head[108]);
}

/* big-endian: sb_blocksize at 4, sb_dblocks at 8 */
static off_t size_xfs(const uint8_t *head)
{
	return size_of(px_be64(head + 8), px_be32(head + 4));
}

/* bytes_used at 40 */
static off_t size_squashfs(const uint8_t *head)
{
	return size_of(px_le64(head + 40), 1);
}

/* dev_item at 201 of the superblock, and its total_bytes 8 further: those of this device, not of all */
static off_t size_btrfs(const uint8_t *head)
{
	return size_of(px_le64(head + 65536 + 201 + 8), 1);
}

/* Primary volume descriptor (ECMA-119, 8.4): Volume Space Size at 80, Logical Block Size at 128 */
static off_t size_iso(const uint8_t *head)
{
	return size_of(px_le32(head + 32768 + 80), px_le16(head + 32768 + 128));
}

static const struct {
	const char *name;  /* as px_probe_head says */
	uint32_t need_bytes;
	off_t (*size)(const uint8_t *head);
} sizes[] = {
	{ "ext4", 2048, size_ext },
	{ "ext3", 2048, size_ext },
	{ "ext2", 2048, size_ext },
	{ "FAT32", 512, size_fat },
	{ "FAT16", 512, size_fat },
	{ "FAT12", 512, size_fat },
	{ "NTFS", 512, size_ntfs },
	{ "exFAT", 512, size_exfat },
	{ "XFS", 512, size_xfs },
	{ "squashfs", 96, size_squashfs },
	{ "btrfs", 65536 + 512, size_btrfs },
	{ "ISO 9660", 32768 + 2048, size_iso },
};

off_t FAST_FUNC px_probe_size(const char *filesystem, const uint8_t *head, size_t head_bytes)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (strcmp(sizes[i].name, filesystem) == 0)
			return head_bytes < sizes[i].need_bytes ? 0 : sizes[i].size(head);
	return 0;
}
