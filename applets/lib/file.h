/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular file as a stream: one that lies on this machine and does not change while it is read.
 */
#ifndef PX_FILE_H
#define PX_FILE_H 1

#include "lib/stream.h"

/* Opens path for reading; name is what messages call it (both must outlive the stream). The stream ends at the size
 * that the file had when it was opened; one that got shorter or longer meanwhile fails with PX_IO. NULL: it is printed
 * why; *status is PX_SERVER for a path where nothing is, PX_TARGET for what is no regular file, PX_IO for all else. */
struct px_stream *px_file_open(const char *path, const char *name, enum px_status *status) FAST_FUNC;

/* What its fstat says. */
const struct stat *px_file_stat(const struct px_stream *file) FAST_FUNC;

/* Reads up to len_bytes from the file's start, without moving the stream. Returns how many; less only when the file is
 * that short or cannot be read, which the stream's own read then says. */
size_t px_file_head(const struct px_stream *file, uint8_t *head, size_t len_bytes) FAST_FUNC;

#endif
