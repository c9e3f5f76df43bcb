/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one seam inside a job: a pull stream of bytes.
 *
 * A transport makes one, a decoder turns one into another, hashing, counting and the thread-and-ring stage are
 * filters, the block writer drains the last one. A pipeline is built by handing each stream to the open function of
 * the next, as pxfetch does it (pxfetch.c):
 *
 *	s = px_download_open(xfer, want);  s = px_check_resume(s, name, -1, digest, prefix);
 *
 * A stream is a struct whose first member is struct px_stream, made by its open function and freed by
 * px_stream_close. Streams are not safe for use by two threads at once; lib/ring.c hands bytes (never streams)
 * between threads.
 */
#ifndef PX_STREAM_H
#define PX_STREAM_H 1

#include "lib/status.h"

struct px_stream {
	/* Set by the open function. read: as px_stream_read, but called only while neither ended nor failed.
	 * close: frees what the stream itself owns but not upstream and not the struct; may be NULL. */
	ssize_t FAST_FUNC (*read)(struct px_stream *s, void *buf, size_t len_bytes);
	void FAST_FUNC (*close)(struct px_stream *s);
	struct px_stream *upstream; /* owned; NULL for a transport */
	/* Kept by the functions below. */
	enum px_status status;      /* PX_OK until the first failure, then for ever why (sticky) */
	smallint ended;
};

/* Gives 1 to len_bytes bytes; 0 only at a proven end (and ever after); -1 when failed: the message is printed, once,
 * and s->status says why. A short read is no end. len_bytes must be > 0. */
ssize_t px_stream_read(struct px_stream *s, void *buf, size_t len_bytes) FAST_FUNC;

/* As px_stream_read, but comes back with less than len_bytes only at the end: returns bytes read (0 to len_bytes),
 * -1. */
ssize_t px_stream_read_full(struct px_stream *s, void *buf, size_t len_bytes) FAST_FUNC;

/* For a stream's own read function: reads from upstream; if that failed, takes over its status without a message. */
ssize_t px_stream_pull(struct px_stream *s, void *buf, size_t len_bytes) FAST_FUNC;

/* For a stream's own functions: prints "applet: message", makes the failure sticky; returns -1. */
int px_stream_fail(struct px_stream *s, enum px_status status, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4))) FAST_FUNC;

/* Closes and frees s and all that is upstream of it. NULL is fine. */
void px_stream_close(struct px_stream *s) FAST_FUNC;

#endif
