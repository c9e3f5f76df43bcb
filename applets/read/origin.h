/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image is made of: a disk, a raw image, or a file that is decoded. It is never written to.
 */
#ifndef PX_ORIGIN_H
#define PX_ORIGIN_H 1

#include "disk/blkdev.h"
#include "lib/stream.h"
#include "read/used.h"

struct px_origin {
	const char *path;          /* not owned */
	off_t size_bytes;          /* -1: not known before its end */
	enum px_status status;     /* why a function below failed */
	/* private */
	smallint is_disk;
	struct px_blkdev dev;      /* a disk */
	int fd;                    /* a raw image; -1 */
	struct px_stream *stream;  /* decoded */
	struct stat st;
};

/* Opens path for reading: a disk exclusively, so that nobody mounts it meanwhile. Returns 0, or -1 after a message
 * (status: PX_TARGET when a disk is in use). */
int px_origin_open(struct px_origin *origin, const char *path) FAST_FUNC;

/* Reads len_bytes from offset_bytes on into buf (aligned to 4096, both whole multiples of it); of what is decoded only
 * the bytes that come next. Returns how many: less only at the end; or -1 after a message. */
ssize_t px_origin_read(struct px_origin *origin, void *buf, size_t len_bytes, off_t offset_bytes) FAST_FUNC;

/* From the start again, from the device and not from memory. Returns 0, or -1 after a message. */
int px_origin_again(struct px_origin *origin) FAST_FUNC;

/* 0, or -1 after a message: what can be seen of a file (size, time of its last change) is not what it was when it was
 * opened. */
int px_origin_unchanged(struct px_origin *origin) FAST_FUNC;

/* The holes of a raw image that is sparse. */
void px_origin_holes(struct px_origin *origin, struct px_used *used) FAST_FUNC;

/* Of a disk; 512 of anything else. */
unsigned px_origin_sector_bytes(const struct px_origin *origin) FAST_FUNC;

void px_origin_close(struct px_origin *origin) FAST_FUNC;

#endif
