/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a machine can start from an image, as far as its first bytes tell. No I/O.
 */
#ifndef PX_BOOT_H
#define PX_BOOT_H 1

#include "volume/volume.h"

enum px_firmware {
	PX_FIRMWARE_UNKNOWN,
	PX_FIRMWARE_BIOS,
	PX_FIRMWARE_UEFI,
};

/* What speaks against it. */
struct px_boot {
	const char *keyword;  /* "no-code", "no-active", "no-esp"; NULL: nothing that can be seen. Static */
	const char *words;    /* for people; static */
	smallint certain;     /* it cannot start; else: it may not */
};

/* head: the image's first head_bytes, kind: what px_volume_look says of them. Of a table that is broken or whose
 * entries lie behind head nothing is said. A BIOS runs the code in sector 0, and some want an active partition; UEFI
 * (2.10, 3.5) looks for a loader in an EFI system partition, and many look in any FAT. */
void px_boot_look(struct px_boot *boot, const struct px_volume *kind, const uint8_t *head, size_t head_bytes,
		enum px_firmware firmware) FAST_FUNC;

#endif
