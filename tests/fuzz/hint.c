/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk hints of hostile text, against three disks.
 */
//fuzz-sources: disk/hint.c lib/text.c
#include "libbb.h"
#include "disk/hint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct px_disk disk_a = { .path = (char *)"/dev/sda", .size_bytes = 500107862016, .transport = "ata", .model = (char *)"WDC WD50",
	.serial = (char *)"WD-1", .wwn = (char *)"0x50014ee2b1234567", .by_path = (char *)"pci-0000:00:1f.2-ata-1", .rotational = 1 };
static struct px_disk disk_b = { .path = (char *)"/dev/sdb", .size_bytes = 16000000000, .transport = "usb", .model = (char *)"Ultra Fit",
	.serial = (char *)"4C53", .wwn = (char *)"", .by_path = (char *)"", .removable = 1, .usb = 1 };
static struct px_disk disk_c = { .path = (char *)"/dev/nvme0n1", .size_bytes = 512110190592, .transport = "nvme", .model = (char *)"SAMSUNG",
	.serial = (char *)"S4GENX0N", .wwn = (char *)"eui.002538b12345678a", .by_path = (char *)"pci-0000:01:00.0-nvme-1" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_disk *all[] = { &disk_a, &disk_b, &disk_c };
	struct px_disks disks = { all, 3 };
	char *text = malloc(size + 1), *why = NULL;
	struct px_hint *hint;
	unsigned matches;

	memcpy(text, data, size);
	text[size] = '\0';
	hint = px_hint_parse(text, &why);
	if (!hint) {
		if (!why || strpbrk(why, "\033\n\t"))
			abort();
	} else {
		int i = px_hint_choose(hint, &disks, &matches, &why);

		if ((i >= 0) != (matches == 1) || i > 2 || (i < 0 && !why))
			abort();
		if (i == 1 && !px_hint_names(hint))
			abort();
	}
	px_hint_free(hint);
	free(why);
	free(text);
	return 0;
}
