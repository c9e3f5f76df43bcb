/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files whose formats have a magic of 2 or 3 bytes only. Noise begins like that too often: each must also have what its
 * format says of the bytes behind. Once in some hundred millions noise does.
 */
#ifndef PX_PROBE_WEAK_H
#define PX_PROBE_WEAK_H 1

enum px_weak {
	PX_WEAK_NONE,
	PX_WEAK_COMPRESS,
	PX_WEAK_PACK,
	PX_WEAK_GZIP,
	PX_WEAK_CPIO,    /* the old binary format, in either byte order */
	PX_WEAK_LHA,
	PX_WEAK_GPG,
	PX_WEAK_SIGNED,
	PX_WEAK_PICTURE, /* JPEG */
	PX_WEAK_TEXT,    /* UTF-16 with a byte order mark, that begins with Latin letters */
};

/* What head (head_bytes of it) begins; nothing when there are fewer than 64 bytes. */
enum px_weak px_probe_weak(const uint8_t *head, size_t head_bytes) FAST_FUNC;

#endif
