/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether filesystems were closed. See clean.h. Sources: the layouts as the kernel documents them
 * (Documentation/filesystems/ext4/super.rst, xfs/ and ntfs3), Microsoft's for FAT and exFAT.
 */
//kbuild:lib-$(CONFIG_PX_READ) += clean.o

#include "libbb.h"
#include "lib/bytes.h"
#include "read/clean.h"
#include "read/clean_log.h"
#include "volume/probe.h"

enum { LOOK_BYTES = 256 << 10 };

static void say(struct px_clean *clean, enum px_verdict verdict, const char *words)
{
	clean->verdict = verdict;
	clean->words = words;
}

/* --- one filesystem each: its first bytes, at least PX_PROBE_HEAD_BYTES unless the partition is shorter (zeros
 * then) */

/* The superblock at 1024: state at 58 (1: closed, 2: has errors), incompatible features at 96 (4: the journal is to
 * be replayed). */
static void look_ext(struct px_clean *clean, struct px_window *w)
{
	const uint8_t *super = w->head + 1024;

	if ((px_le32(super + 96) & 4) || !(super[58] & 1))
		say(clean, PX_VERDICT_DIRTY, "it was not unmounted: start its system and shut it down, or e2fsck -p");
	else if (super[58] & 2)
		say(clean, PX_VERDICT_DIRTY, "it has errors: e2fsck -f");
}

/* FAT[1] has a bit that says closed and one that says no errors; the boot sector one of its own (dirty). Sectors are
 * counted from the BPB: bytes a sector at 11, reserved sectors at 14. */
static void look_fat(struct px_clean *clean, struct px_window *w)
{
	int is_32 = strcmp(clean->filesystem, "FAT32") == 0, is_12 = strcmp(clean->filesystem, "FAT12") == 0;
	off_t fat_bytes = (off_t)(w->head[11] | w->head[12] << 8) * (w->head[14] | w->head[15] << 8);
	unsigned good = is_32 ? 0x0c : 0xc0;
	uint8_t *fat;

	if (w->head[is_32 ? 0x41 : 0x25] & 1) {
		say(clean, PX_VERDICT_DIRTY, "it was not unmounted: fsck.vfat -a, or chkdsk");
		return;
	}
	if (is_12)
		return;
	fat = px_window_read(w, fat_bytes, 512);
	if (!fat)
		say(clean, PX_VERDICT_UNREADABLE, "it cannot be read");
	else if ((fat[is_32 ? 7 : 3] & good) != good)
		say(clean, PX_VERDICT_DIRTY, "it was not unmounted, or has errors: fsck.vfat -a, or chkdsk");
	free(fat);
}

/* Volume flags at 106: 2 dirty, 4 the medium has failed. */
static void look_exfat(struct px_clean *clean, struct px_window *w)
{
	if (w->head[106] & 6)
		say(clean, PX_VERDICT_DIRTY, "it was not unmounted, or has errors: fsck.exfat, or chkdsk");
}

static void look_xfs(struct px_clean *clean, struct px_window *w)
{
	switch (px_xfs_log(w)) {
	case PX_LOG_OPEN:
		say(clean, PX_VERDICT_DIRTY, "it was not unmounted: start its system and shut it down, or mount and "
				"unmount it once");
		break;
	case PX_LOG_UNREADABLE:
		say(clean, PX_VERDICT_UNREADABLE, "its log cannot be read");
		break;
	case PX_LOG_CLOSED:
		break;
	}
}

static void look_ntfs(struct px_clean *clean, struct px_window *w)
{
	int dirty = 0;

	switch (px_ntfs_log(w, &dirty)) {
	case PX_LOG_OPEN:
		say(clean, PX_VERDICT_HIBERNATED, "Windows has not closed it: it hibernates (Fast Startup does that, "
				"too), or was switched off: shut it down with \"shutdown /s /t 0\"");
		break;
	case PX_LOG_UNREADABLE:
		say(clean, PX_VERDICT_UNREADABLE, "its own files cannot be read");
		break;
	case PX_LOG_CLOSED:
		if (dirty)
			say(clean, PX_VERDICT_DIRTY, "it is marked as dirty: chkdsk /f");
	}
}

/* A Linux that hibernates has its memory where the swap space's name was. */
static int is_hibernated(const uint8_t *head)
{
	static const char names[] ALIGN1 = "S1SUSPEND\0" "S2SUSPEND\0" "ULSUSPEND\0" "LINHIB0001\0";
	const char *name;

	for (name = names; *name; name += strlen(name) + 1)
		if (memcmp(head + 4086, name, strlen(name)) == 0)
			return 1;
	return 0;
}

/* The number of devices at 136 of the superblock. */
static void look_btrfs(struct px_clean *clean, struct px_window *w)
{
	if (px_le64(w->head + 0x10000 + 136) > 1)
		say(clean, PX_VERDICT_MEMBER, "it lies on several devices");
}

static void look_encrypted(struct px_clean *clean, struct px_window *w UNUSED_PARAM)
{
	say(clean, PX_VERDICT_ENCRYPTED, "it is encrypted: an image of it is as large as it is, and every copy has "
			"its key (px.capture.raw)");
}

static void look_member(struct px_clean *clean, struct px_window *w UNUSED_PARAM)
{
	say(clean, PX_VERDICT_MEMBER, "it is a part of something that other disks may belong to");
}

static void look_swap(struct px_clean *clean, struct px_window *w UNUSED_PARAM)
{
	clean->verdict = PX_VERDICT_SWAP;
}

static void look_plain(struct px_clean *clean, struct px_window *w UNUSED_PARAM)
{
	clean->verdict = PX_VERDICT_PLAIN;
}

static const struct {
	const char *names; /* as px_probe_head has them */
	void (*look)(struct px_clean *clean, struct px_window *w);
} filesystems[] = {
	{ "ext2\0" "ext3\0" "ext4\0", look_ext },
	{ "FAT12\0" "FAT16\0" "FAT32\0", look_fat },
	{ "exFAT\0", look_exfat },
	{ "XFS\0", look_xfs },
	{ "NTFS\0", look_ntfs },
	{ "btrfs\0", look_btrfs },
	{ "swap\0", look_swap },
	{ "LUKS\0" "BitLocker\0", look_encrypted },
	{ "LVM2 member\0" "md RAID member 0.90\0" "md RAID member 1.0\0" "md RAID member 1.1\0" "md RAID member 1.2\0"
		"Intel RAID member\0" "DDF RAID member\0" "bcache\0" "Ceph BlueStore\0" "ext journal\0", look_member },
	{ "", look_plain },
};

/* --- any of them */

/* RAID labels at the end count before a filesystem at the start, which is in the array then. */
static const char *name_of(struct px_window *w, int *failed)
{
	size_t len_bytes = MIN(w->size_bytes, (off_t)LOOK_BYTES);
	uint8_t *tail = px_window_read(w, w->size_bytes - len_bytes, len_bytes);
	const char *name = tail ? px_probe_tail(tail, len_bytes, w->size_bytes) : NULL;

	*failed = !tail;
	free(tail);
	if (name && !is_prefixed_with(name, "backup"))
		return name;
	return px_probe_head(w->head, LOOK_BYTES);
}

static void look_inside(struct px_clean *clean, struct px_window *w)
{
	int failed;
	const char *name = name_of(w, &failed);
	unsigned i = 0;

	clean->filesystem = name ? name : "-";
	if (failed) {
		say(clean, PX_VERDICT_UNREADABLE, "it cannot be read");
		return;
	}
	if (!name && is_hibernated(w->head)) {
		clean->filesystem = "swap";
		say(clean, PX_VERDICT_HIBERNATED, "a Linux hibernates in it: start it and shut it down");
		return;
	}
	while (filesystems[i].names[0] && (!name || index_in_strings(filesystems[i].names, name) < 0))
		i++;
	filesystems[i].look(clean, w);
}

void FAST_FUNC px_clean_look(struct px_clean *clean, struct px_origin *origin, off_t start_bytes, off_t size_bytes)
{
	struct px_window w = { .origin = origin, .start_bytes = start_bytes, .size_bytes = size_bytes };
	size_t len_bytes = MIN(size_bytes, (off_t)LOOK_BYTES);
	uint8_t *head = px_window_read(&w, 0, len_bytes);

	clean->verdict = PX_VERDICT_CLEAN;
	clean->filesystem = "-";
	clean->words = "";
	if (!head) {
		say(clean, PX_VERDICT_UNREADABLE, "it cannot be read");
		return;
	}
	w.head = xzalloc(LOOK_BYTES);
	memcpy(w.head, head, len_bytes);
	free(head);
	look_inside(clean, &w);
	free(w.head);
}

const char* FAST_FUNC px_verdict_keyword(enum px_verdict verdict)
{
	static const char keywords[] ALIGN1 = "clean\0" "plain\0" "swap\0" "encrypted\0" "dirty\0" "hibernated\0"
		"member\0" "unreadable\0";

	return nth_string(keywords, verdict);
}
