/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identities of hostile text. What was understood is printed and must be understood again, as the same; and a disk that
 * has all of it is the one that is meant.
 */
//fuzz-sources: disk/identity.c lib/text.c disk/sysfs.c
#include "libbb.h"
#include "disk/identity.h"
#include "disk/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What px_identity_differs_fd would need of the real /sys. */
struct px_disk* FAST_FUNC px_disk_make(const char *root, const char *name, char *path, unsigned flags)
{
	return NULL;
}

int FAST_FUNC px_disk_ask(struct px_disk *disk, int fd)
{
	return -1;
}

void FAST_FUNC px_disk_free(struct px_disk *disk)
{
}

static void again(const struct px_disk *disk)
{
	char *text = px_identity_print(disk);
	struct px_identity identity;
	const char *why;

	if (strpbrk(text, " \t\n\033") || px_identity_parse(&identity, text, &why) != 0 || px_identity_differs(&identity, disk))
		abort();
	px_identity_free(&identity);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char none[] = "";
	struct px_disk disk = { .size_bytes = 1 };
	struct px_identity identity;
	char *text = malloc(size + 1);
	const char *why;

	memcpy(text, data, size);
	text[size] = '\0';
	if (px_identity_parse(&identity, text, &why) != 0) {
		if (!why)
			abort();
	} else {
		disk.diskseq = identity.diskseq;
		disk.serial = identity.serial ? identity.serial : none;
		disk.wwn = identity.wwn ? identity.wwn : none;
		if (identity.size_bytes < 0)
			abort();
		if (identity.size_bytes)
			disk.size_bytes = identity.size_bytes;
		again(&disk);
	}
	px_identity_free(&identity);
	free(text);
	return 0;
}
