/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pxwrite's bytes come from: standard input or a file. It can be looked at without being consumed, and knows how
 * long it waited.
 */
#ifndef PX_SOURCE_H
#define PX_SOURCE_H 1

#include "lib/stream.h"

enum { PX_PEEK_BYTES = 4096 }; /* at most that much can be looked at */

/* path: a file, or NULL for standard input. name: for messages. Neither is copied. Returns NULL, with a message, when
 * the file cannot be opened. A regular file that gets shorter while it is read fails with PX_IO; what ends with the
 * mark of a failed pxfetch (verify/failmark) with PX_DATA. */
struct px_stream *px_source_open(const char *path, const char *name) FAST_FUNC;

/* The next bytes, at most len_bytes (<= PX_PEEK_BYTES) of them, less only at the end; they are read again later.
 * Returns how many are at *data (owned by the source, until the next read), or -1: failed as a read does. */
ssize_t px_source_peek(struct px_stream *source, const uint8_t **data, size_t len_bytes) FAST_FUNC;

/* What a regular file has from here to its end, at the time it was opened; -1: a pipe or device, nobody knows. */
off_t px_source_size_bytes(const struct px_stream *source) FAST_FUNC;

/* Whether a read would not wait: something is there, or the end. */
int px_source_ready(const struct px_stream *source) FAST_FUNC;

/* From now on, while it waits for bytes of a pipe or device: as soon as fd is readable, a read fails with PX_IO and
 * without a message, which is the owner's of fd. -1: no longer. */
void px_source_give_up_on(struct px_stream *source, int fd) FAST_FUNC;

/* The last len_bytes of a regular file, read into buf. 0; -1: it is none, or shorter. */
int px_source_end(const struct px_stream *source, void *buf, size_t len_bytes) FAST_FUNC;

/* len_bytes from offset_bytes on, counted from where the source began, of a regular file; nothing is consumed. 0; -1:
 * it is none, or shorter. */
int px_source_look(const struct px_stream *source, void *buf, size_t len_bytes, off_t offset_bytes) FAST_FUNC;

/* What fstat says of it. 0 or -1. */
int px_source_stat(const struct px_stream *source, struct stat *st) FAST_FUNC;

/* Time spent in waiting for bytes so far, in microseconds. */
unsigned long long px_source_wait_us(const struct px_stream *source) FAST_FUNC;

#endif
