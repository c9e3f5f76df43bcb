/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test driver for volume/gpt.h:
 *
 *	gpt look IMAGE                          words, table, sector, end, flags: one "name=value" a line
 *	gpt cut IMAGE BYTES none|part|whole     whether so many bytes of IMAGE are all of it: cut=what ends too late,
 *	    need=where
 *	gpt mend IMAGE DISK SECTOR [grow]       puts IMAGE on the file DISK (which has the disk's size), mended
 */
#include "libbb.h"
#include "volume/gpt.h"
#include "volume/volume.h"
#include "driver.h"

static int look(const char *path)
{
	size_t n = PX_HEAD_BYTES;
	uint8_t *head = xmalloc_xopen_read_close(path, &n);
	struct px_volume kind;

	px_volume_look(&kind, head, n);
	printf("words=%s\ntable=%d\nsector=%u\npartitions=%u\nend=%lld\nfs=%s\nfsbytes=%lld\nrefuse=%s\nremedy=%s\nefi=%d\nbios=%d\n", kind.words, kind.table,
		kind.sector_bytes, kind.partitions, (long long)kind.end_bytes, kind.filesystem ? kind.filesystem : "-",
		(long long)kind.filesystem_bytes,
		kind.refuse ? kind.refuse : "-", kind.remedy ? kind.remedy : "-", kind.efi, kind.bios);
	return 0;
}

static int cut(const char *path, off_t image_bytes, const char *proof)
{
	size_t n = PX_HEAD_BYTES;
	uint8_t *head = xmalloc_xopen_read_close(path, &n);
	struct px_volume kind;
	off_t need_bytes;
	const char *what;

	px_volume_look(&kind, head, n);
	what = px_volume_cut(&kind, image_bytes, proof[0] == 'n' ? PX_PROOF_NONE : proof[0] == 'p' ? PX_PROOF_PART : PX_PROOF_WHOLE,
			&need_bytes);
	printf("cut=%s\nneed=%lld\n", what ? what : "-", (long long)need_bytes);
	return 0;
}

static int mend(const char *image, const char *disk, unsigned sector_bytes, int grow)
{
	size_t n = PX_HEAD_BYTES;
	uint8_t *head = xmalloc_xopen_read_close(image, &n);
	int in = xopen(image, O_RDONLY);
	int out = xopen(disk, O_RDWR);
	off_t image_bytes = xlseek(in, 0, SEEK_END);
	off_t disk_bytes = xlseek(out, 0, SEEK_END);
	struct px_mend m;

	if (px_gpt_mend(&m, head, n, image_bytes, disk_bytes, sector_bytes, grow) != 0) {
		printf("refused: %s\n", m.note);
		return 1;
	}
	printf("note=%s\nchanged=%d\ngrown=%u\nfrom=%lld\nto=%lld\ntail=%lld+%zu\n", m.note, m.head_changed, m.grown,
		(long long)m.grown_from_bytes, (long long)m.grown_to_bytes, (long long)m.tail_offset_bytes, m.tail_bytes);
	xlseek(in, 0, SEEK_SET);
	xlseek(out, 0, SEEK_SET);
	bb_copyfd_eof(in, out);
	xlseek(out, 0, SEEK_SET);
	xwrite(out, head, n);
	if (m.tail) {
		xlseek(out, m.tail_offset_bytes, SEEK_SET);
		xwrite(out, m.tail, m.tail_bytes);
	}
	px_mend_free(&m);
	return 0;
}

int main(int argc, char **argv)
{
	driver_start("gpt");
	if (argc == 3 && strcmp(argv[1], "look") == 0)
		return look(argv[2]);
	if (argc == 5 && strcmp(argv[1], "cut") == 0)
		return cut(argv[2], xatoull(argv[3]), argv[4]);
	if (argc >= 5 && strcmp(argv[1], "mend") == 0)
		return mend(argv[2], argv[3], xatou(argv[4]), argc > 5);
	return 2;
}
