/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test driver for disk/hint.h: hint ROOT HINT prints the path of the one disk, or "refused MATCHES: why", or "wrong:
 * why".
 */
#include "libbb.h"
#include "disk/hint.h"
#include "driver.h"

int main(int argc, char **argv)
{
	struct px_disks *disks;
	struct px_hint *hint;
	unsigned matches;
	char *why;
	int i;

	driver_start("hint");
	if (argc != 3)
		return 2;
	hint = px_hint_parse(argv[2], &why);
	if (!hint) {
		printf("wrong: %s\n", why);
		return 2;
	}
	disks = px_disk_list(argv[1], PX_DISK_NO_DATA);
	i = px_hint_choose(hint, disks, &matches, &why);
	if (i < 0)
		printf("refused %u: %s\n", matches, why);
	else
		printf("%s%s\n", disks->disk[i]->path, px_hint_names(hint) ? " (named)" : "");
	px_disks_free(disks);
	px_hint_free(hint);
	return i < 0 ? 10 : 0;
}
