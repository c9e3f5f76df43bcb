/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a machine can start from an image, as far as its first bytes tell. No I/O of its own.
 */
#ifndef PX_BOOT_H
#define PX_BOOT_H 1

#include "volume/loader.h"
#include "volume/volume.h"

enum px_firmware {
	PX_FIRMWARE_UNKNOWN,
	PX_FIRMWARE_BIOS,
	PX_FIRMWARE_UEFI,
};

/* What is to start from the image. */
struct px_platform {
	enum px_firmware firmware;
	enum px_cpu cpu;            /* what UEFI firmware runs, or would run */
	smallint secure;            /* Secure Boot is known to be on */
};

/* What is known of the image. */
struct px_boot_image {
	const struct px_volume *kind; /* what px_volume_look says of head */
	const uint8_t *head;
	size_t head_bytes;
	px_fat_bytes bytes;         /* what else is known of it, head included */
	void *arg;                  /* goes to bytes */
};

/* What speaks against it. */
struct px_boot {
	const char *keyword;  /* "no-code", "no-active", "no-esp", "no-loader", "other-cpu", "unsigned"; NULL: nothing
	                       * that can be seen. Static */
	char words[160];      /* for people */
	smallint certain;     /* it cannot start; else: it may not */
};

/* Of a table that is broken or whose entries lie behind head nothing is said, and nothing is certain of an image
 * without a table: it may be data. A BIOS runs the code in sector 0, and some want an active partition; UEFI (2.10,
 * 3.5) looks for a loader in an EFI system partition, and many look in any FAT. A firmware may do both: it is certain
 * only when there is nothing for either. */
void px_boot_look(struct px_boot *boot, const struct px_boot_image *image, const struct px_platform *machine) FAST_FUNC;

#endif
