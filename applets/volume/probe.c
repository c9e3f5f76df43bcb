/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filesystems, RAID members and volumes by their magic bytes. See probe.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += probe.o

#include "libbb.h"
#include "lib/bytes.h"
#include "volume/probe.h"

struct signature {
	uint32_t offset;
	uint8_t len;
	char magic[13];
	const char *name;
};

/* What lies on top comes first: a LUKS or md header in front of an older filesystem is what the disk is now. */
static const struct signature signatures_head[] = {
	{ 0, 6, "LUKS\xba\xbe", "LUKS" },
	{ 0, 4, "\xfc\x4e\x2b\xa9", "md RAID member 1.1" },
	{ 4096, 4, "\xfc\x4e\x2b\xa9", "md RAID member 1.2" },
	{ 536, 8, "LVM2 001", "LVM2 member" }, /* the label's sector 1 (the usual one), 0, 2, 3 */
	{ 24, 8, "LVM2 001", "LVM2 member" },
	{ 1048, 8, "LVM2 001", "LVM2 member" },
	{ 1560, 8, "LVM2 001", "LVM2 member" },
	{ 4120, 13, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48", "bcache" },
	{ 0, 13, "bluestore blo", "Ceph BlueStore" },
	{ 0, 4, "XFSB", "XFS" },
	{ 3, 8, "NTFS    ", "NTFS" },
	{ 3, 8, "EXFAT   ", "exFAT" },
	{ 3, 8, "-FVE-FS-", "BitLocker" },
	{ 82, 8, "FAT32   ", "FAT32" },
	{ 54, 8, "FAT16   ", "FAT16" },
	{ 54, 8, "FAT12   ", "FAT12" },
	{ 32, 4, "NXSB", "APFS" },
	{ 1024, 4, "H+\0\4", "HFS+" }, /* with its version */
	{ 1024, 4, "HX\0\5", "HFS+" },
	{ 1024, 4, "\x10\x20\xf5\xf2", "F2FS" },
	{ 1024, 4, "\xe2\xe1\xf5\xe0", "EROFS" },
	{ 0, 4, "hsqs", "squashfs" },
	{ 4086, 10, "SWAPSPACE2", "swap" },
	{ 4086, 10, "SWAP-SPACE", "swap" },
	{ 32768, 4, "JFS1", "JFS" },
	{ 65588, 8, "ReIsEr2F", "ReiserFS" },
	{ 65600, 8, "_BHRfS_M", "btrfs" },
	{ 32769, 5, "CD001", "ISO 9660" },
};

static int signature_fits(const struct signature *s, const uint8_t *head, size_t head_bytes)
{
	return s->offset + s->len <= head_bytes && memcmp(head + s->offset, s->magic, s->len) == 0;
}

int FAST_FUNC px_probe_is_iso(const uint8_t *head, size_t head_bytes)
{
	return head_bytes >= 32774 && memcmp(head + 32769, "CD001", 5) == 0;
}

/* The superblock lies at 1024: blocks of 1 KiB << (32 bits at 24), at most 6; magic at 56; revision 0 or 1 at 76;
 * compatible features at 92, incompatible at 96, read-only ones at 100. The magic alone has 2 bytes. */
static const char *probe_ext(const uint8_t *head, size_t head_bytes)
{
	const uint8_t *super = head + 1024;

	if (head_bytes < 2048 || super[56] != 0x53 || super[57] != 0xef
	 || px_le32(super + 24) > 6 || px_le32(super + 76) > 1)
		return NULL;
	if (px_le32(super + 96) & 0x8)
		return "ext journal";
	if (px_le32(super + 96) & (0x40 | 0x80 | 0x200)) /* extents, 64bit, flex_bg */
		return "ext4";
	return px_le32(super + 92) & 0x4 ? "ext3" : "ext2";
}

/* A label of 256 KiB: the uberblocks, 1 KiB each at least, fill its upper half, each starting with 00bab10c in its
 * writer's byte order. */
static int probe_zfs_label(const uint8_t *label)
{
	unsigned offset;

	for (offset = 128 * 1024; offset < PX_PROBE_ZFS_BYTES; offset += 1024) {
		uint64_t magic = px_le64(label + offset);

		if (magic == 0x00bab10c || magic == 0x0cb1ba0000000000ULL)
			return 1;
	}
	return 0;
}

const char* FAST_FUNC px_probe_head(const uint8_t *head, size_t head_bytes)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(signatures_head); i++)
		if (signature_fits(&signatures_head[i], head, head_bytes))
			return signatures_head[i].name;
	if (head_bytes >= PX_PROBE_ZFS_BYTES && probe_zfs_label(head))
		return "ZFS";
	return probe_ext(head, head_bytes);
}

/* Where byte offset of the device is in tail; NULL when len_bytes from there do not lie in it. */
static const uint8_t *probe_tail_at(const uint8_t *tail, size_t tail_bytes, off_t size_bytes, off_t offset,
		size_t len_bytes)
{
	off_t start = size_bytes - (off_t)tail_bytes;

	if (offset < start || offset > size_bytes - (off_t)len_bytes)
		return NULL;
	return tail + (offset - start);
}

static int probe_tail_has(const uint8_t *tail, size_t tail_bytes, off_t size_bytes, off_t offset, const char *magic)
{
	const uint8_t *p = probe_tail_at(tail, tail_bytes, size_bytes, offset, strlen(magic));

	return p && memcmp(p, magic, strlen(magic)) == 0;
}

const char* FAST_FUNC px_probe_tail(const uint8_t *tail, size_t tail_bytes, off_t size_bytes)
{
	const off_t quarter = 256 * 1024;
	const uint8_t *zfs;
	int k;

#define HAS(offset, magic) probe_tail_has(tail, tail_bytes, size_bytes, offset, magic)
	/* md: 1.0 lies 8 KiB before the end, on a multiple of 4 KiB; 0.90 in the last whole 64 KiB but one */
	if (HAS((size_bytes - 8192) & ~(off_t)4095, "\xfc\x4e\x2b\xa9"))
		return "md RAID member 1.0";
	if (HAS((size_bytes & ~(off_t)65535) - 65536, "\xfc\x4e\x2b\xa9")
	 || HAS((size_bytes & ~(off_t)65535) - 65536, "\xa9\x2b\x4e\xfc"))
		return "md RAID member 0.90";
	if (HAS(size_bytes - 1024, "Intel Raid ISM Cfg"))
		return "Intel RAID member";
	if (HAS(size_bytes - 512, "\xde\x11\xde\x11"))
		return "DDF RAID member";
	for (k = 1; k <= 2; k++) {
		zfs = probe_tail_at(tail, tail_bytes, size_bytes, (size_bytes & -quarter) - k * quarter, quarter);
		if (zfs && probe_zfs_label(zfs))
			return "ZFS";
	}
	if (HAS(size_bytes - 512, "EFI PART") || HAS(size_bytes - 4096, "EFI PART"))
		return "backup of a GPT";
	return NULL;
#undef HAS
}
