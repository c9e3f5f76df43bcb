/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a stream to standard output: what `pxwrite -` does.
 */
#ifndef PX_DELIVER_H
#define PX_DELIVER_H 1

#include "lib/stream.h"

/* Reads image to its proven end and writes it to standard output. Whoever reads there learns by the exit status, and
 * only by that, whether what came is right. An image of no bytes is PX_DATA. total_bytes: for the progress line, -1:
 * not known; source: where it waits for bytes (write/source). Returns PX_OK; image's status; PX_IO: standard output
 * failed (printed). */
enum px_status px_deliver(struct px_stream *image, const struct px_stream *source, off_t total_bytes, int progress_fd,
		int quiet) FAST_FUNC;

#endif
