/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a failed pxfetch leaves at the end of a pipe, because the end of a pipe looks the same whether its writer
 * succeeded or not:
 *
 *	pxfetch URL | pxwrite DISK
 *
 * An image cut where two compressed members meet, or a raw one cut anywhere, would be taken for a complete one. So
 * when pxfetch fails after the first byte has gone into a pipe, the last PX_FAILMARK_BYTES that it writes are the
 * mark: a line of text, repeated, that no image ends with. A decoder sees garbage after its data; and write/source
 * refuses any stream that ends with the mark, whatever the decoder made of it. A pxfetch killed by SIGKILL leaves
 * none: only -s and -H of pxwrite prove an image in every case.
 */
#ifndef PX_FAILMARK_H
#define PX_FAILMARK_H 1

enum { PX_FAILMARK_BYTES = 512 }; /* at most PIPE_BUF: written whole or not at all */

/* Writes the mark to fd, which must be a pipe. Only calls that a signal handler may make; a reader that has gone is
 * no error. */
void px_failmark_write(int fd) FAST_FUNC;

/* The last bytes of a stream. Starts as zeros. */
struct px_failmark_watch {
	char tail[PX_FAILMARK_BYTES];
};

/* Looks at the next len_bytes of the stream. */
void px_failmark_watch(struct px_failmark_watch *watch, const void *data, size_t len_bytes) FAST_FUNC;

/* At the stream's end: whether the mark is what it ended with. */
int px_failmark_found(const struct px_failmark_watch *watch) FAST_FUNC;

#endif
