/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This machine, as far as it decides what can start from its disks.
 */
#ifndef PX_PLATFORM_H
#define PX_PLATFORM_H 1

#include "volume/boot.h"

/* What started this system: UEFI where the kernel has /sys/firmware/efi (fw_platform_size and uname say what it runs,
 * the variable SecureBoot in efivars whether that must be signed), else on a PC a BIOS; elsewhere nobody knows. root as
 * in disk.h. */
void px_platform_look(struct px_platform *machine, const char *root) FAST_FUNC;

#endif
