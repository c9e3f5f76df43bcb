/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether what lies in a partition can be taken as it lies: a filesystem that was left without being closed would be
 * a damaged one in every copy. Nothing is written, and nothing mended.
 */
#ifndef PX_CLEAN_H
#define PX_CLEAN_H 1

#include "read/origin.h"

/* In the words of pxread -n; what comes later speaks against an image. */
enum px_verdict {
	PX_VERDICT_CLEAN,       /* a filesystem that was closed */
	PX_VERDICT_PLAIN,       /* nothing that is known, or something that cannot be left unclosed */
	PX_VERDICT_SWAP,
	PX_VERDICT_ENCRYPTED,   /* LUKS, BitLocker: no byte of it can be told from a free one */
	PX_VERDICT_DIRTY,
	PX_VERDICT_HIBERNATED,
	PX_VERDICT_MEMBER,      /* a part of something that may reach over several disks: LVM, md */
	PX_VERDICT_UNREADABLE,
};

struct px_clean {
	enum px_verdict verdict;
	const char *filesystem; /* as px_probe_head has it, "-": none that is known; static */
	const char *words;      /* why not, and what to do; "": nothing speaks against it; static */
};

/* Looks at size_bytes from start_bytes on (both whole sectors). A read that fails is PX_VERDICT_UNREADABLE, after a
 * message. */
void px_clean_look(struct px_clean *clean, struct px_origin *origin, off_t start_bytes, off_t size_bytes) FAST_FUNC;

/* "clean", "plain", "swap" ...: static */
const char *px_verdict_keyword(enum px_verdict verdict) FAST_FUNC;

#endif
