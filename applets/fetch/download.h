/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stream out of a list of mirrors: tries with growing pauses, resume where it broke, then the next mirror. Who
 * reads it never notices; bytes once given are never given twice, and never mixed with those of another version of
 * the file:
 *
 *	the server's validator (ETag, Last-Modified) still holds  the rest is asked for (Range with If-Range)
 *	-H is given                                               the rest is asked for; the hash tells in the end
 *	else (TFTP, another mirror, no validator)                 it is read again from the start, and SHA-256 compared
 */
#ifndef PX_DOWNLOAD_H
#define PX_DOWNLOAD_H 1

#include "transport/transport.h"

struct px_download_want {
	char *const *urls;        /* mirrors of one file, NULL at the end; they and xfer outlive the stream */
	unsigned tries;           /* each mirror; 0: for ever. A try that brought a MiB or more does not count. */
	off_t size_bytes;         /* what the file must have; -1: any */
	off_t offset_bytes;       /* start there: what is before is at hand already */
	const sha256_ctx_t *prefix; /* of what is before; not NULL when offset_bytes > 0 (but for a part) */
	off_t part_bytes;         /* 0: all from there on; else only so many bytes, which the reader proves by itself */
};

/* The first bytes are fetched by the first read. xfer->validator may be set when offset_bytes > 0. A failure
 * takes the status of the last try; PX_DATA when the file changed, or has not size_bytes.
 *
 * A part (with xfer->may_join): parts of one file may follow each other on one connection, which stays until
 * px_connection_drop; then the file must keep xfer->validator and xfer->total_bytes (-1 before the first one). A
 * server that has no parts to give fails with PX_SERVER and sets xfer->no_parts. */
struct px_stream *px_download_open(struct px_transfer *xfer, const struct px_download_want *want) FAST_FUNC;

/* As px_stream_read, but into a pipe without copying. Also PX_SPLICE_NOT: this time px_stream_read must do it. */
ssize_t px_download_splice(struct px_stream *s, int pipe_fd, size_t len_bytes) FAST_FUNC;

/* Whether bytes have been joined that nothing has proven to be of one file yet (with xfer->may_join only). */
int px_download_joined(struct px_stream *s) FAST_FUNC;

/* Which of the mirrors the bytes come from: 0 is the first. */
unsigned px_download_mirror(struct px_stream *s) FAST_FUNC;

/* How the bytes come: "multicast", "http" (https, too), "tftp", "file"; NULL: not yet. */
const char *px_download_source(struct px_stream *s) FAST_FUNC;

#endif
