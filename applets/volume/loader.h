/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader that UEFI firmware starts from a FAT filesystem when nobody has told it of another one (UEFI 2.10,
 * 3.5.1.1): EFI/BOOT/BOOTX64.EFI and its like, a PE file. No I/O of its own; every value is taken for hostile.
 */
#ifndef PX_LOADER_H
#define PX_LOADER_H 1

#include "volume/fat.h"

/* Processors, as PE files number them (Microsoft, "PE Format", Machine Types). */
enum px_cpu {
	PX_CPU_UNKNOWN = 0,
	PX_CPU_IA32 = 0x14c,
	PX_CPU_ARM = 0x1c2,
	PX_CPU_RISCV64 = 0x5064,
	PX_CPU_X64 = 0x8664,
	PX_CPU_AA64 = 0xaa64,
};

/* In this order: from PX_LOADER_OTHER_CPU on there is a file that does not start here. */
enum px_loader_verdict {
	PX_LOADER_UNKNOWN,    /* not all that is needed to tell is known */
	PX_LOADER_FINE,       /* the processor's own, signed if that matters */
	PX_LOADER_NO_FAT,     /* no such filesystem */
	PX_LOADER_EMPTY,      /* nothing at all in its root folder */
	PX_LOADER_NONE,       /* no fallback loader: one under another name may be known to the firmware */
	PX_LOADER_OTHER_CPU,  /* none for this processor, but one for another, loader->other */
	PX_LOADER_UNSIGNED,   /* Secure Boot is on, and it has no signature */
	PX_LOADER_NO_PROGRAM, /* a file of that name that is no PE program */
};

struct px_loader {
	enum px_loader_verdict verdict;
	const char *name;     /* "EFI/BOOT/BOOTX64.EFI": what this processor's firmware looks for; static */
	const char *other;    /* "ARM (64 bits)": what it would start on instead; static, or NULL */
	smallint foreign;     /* that is no relative of this processor */
};

/* Looks at the FAT filesystem at start_bytes of the image, which bytes(arg, ...) knows. cpu: what the firmware runs;
 * PX_CPU_UNKNOWN gives PX_LOADER_UNKNOWN. secure: Secure Boot is on. */
void px_loader_look(struct px_loader *loader, px_fat_bytes bytes, void *arg, off_t start_bytes, enum px_cpu cpu,
		int secure) FAST_FUNC;

#endif
