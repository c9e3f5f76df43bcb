/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journals that take more than a look at the superblock: XFS's log, NTFS's $LogFile. Every value is taken for
 * hostile.
 */
#ifndef PX_CLEAN_LOG_H
#define PX_CLEAN_LOG_H 1

#include "read/origin.h"

/* A partition of a source. */
struct px_window {
	struct px_origin *origin;
	off_t start_bytes, size_bytes;
	uint8_t *head;          /* its first bytes, at least PX_PROBE_HEAD_BYTES, zeros behind its end */
};

/* len_bytes (at most a MiB) at offset_bytes of the partition, malloc'ed; NULL: it ends before, or cannot be read
 * (which is said). */
uint8_t *px_window_read(struct px_window *w, off_t offset_bytes, size_t len_bytes) FAST_FUNC;

enum px_log {
	PX_LOG_CLOSED,          /* nothing is to be replayed */
	PX_LOG_OPEN,
	PX_LOG_UNREADABLE,      /* or nothing that makes sense */
};

enum px_log px_xfs_log(struct px_window *w) FAST_FUNC;

/* *dirty: the volume's own flag. */
enum px_log px_ntfs_log(struct px_window *w, int *dirty) FAST_FUNC;

#endif
