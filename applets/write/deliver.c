/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a stream to standard output. See deliver.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += deliver.o

#include "libbb.h"
#include "write/deliver.h"
#include "lib/progress.h"
#include "lib/state.h"
#include "verify/tarframe.h"
#include "write/source.h"

enum { DELIVER_BYTES = 256 * 1024 };

static enum px_status write_out(const char *buf, size_t len_bytes)
{
	if (full_write(STDOUT_FILENO, buf, len_bytes) == (ssize_t)len_bytes)
		return PX_OK;
	bb_simple_perror_msg("standard output");
	return PX_IO;
}

/* Where the time went since start_us: into waiting, decoding, or the reader's pipe, which stands for its disk. */
static void add_busy(struct px_progress *progress, const struct px_stream *source, unsigned long long wait_before_us,
		unsigned long long read_us, unsigned long long write_us)
{
	unsigned long long wait_us = px_source_wait_us(source) - wait_before_us;

	progress->busy_ms[PX_BUSY_NET] += wait_us / 1000;
	progress->busy_ms[PX_BUSY_DECODE] += (read_us > wait_us ? read_us - wait_us : 0) / 1000;
	progress->busy_ms[PX_BUSY_DISK] += write_us / 1000;
}

/* No bytes have whatever end, size or hash one likes: that is no image. */
static enum px_status refuse_nothing(off_t done_bytes)
{
	if (done_bytes)
		return PX_OK;
	bb_simple_error_msg("the image is empty");
	return PX_DATA;
}

static enum px_status deliver(struct px_stream *image, const struct px_stream *source, struct px_progress *progress,
		struct px_tarframe *frame, char *buf)
{
	off_t done_bytes = 0;

	while (1) {
		unsigned long long wait_us = px_source_wait_us(source);
		unsigned long long start_us = monotonic_us(), read_us;
		ssize_t n = px_stream_read_full(image, buf, DELIVER_BYTES);
		enum px_status status;

		if (n <= 0) {
			px_progress_end(progress, done_bytes);
			return n < 0 ? image->status : refuse_nothing(done_bytes);
		}
		read_us = monotonic_us();
		status = write_out(buf, n);
		if (status != PX_OK)
			return status;
		done_bytes += n;
		px_tarframe_feed(frame, buf, n);
		add_busy(progress, source, wait_us, read_us - start_us, monotonic_us() - read_us);
		px_progress_update(progress, done_bytes);
	}
}

enum px_status FAST_FUNC px_deliver(struct px_stream *image, const struct px_stream *source, off_t total_bytes,
		int progress_fd, int quiet)
{
	struct px_progress progress;
	struct px_tarframe frame;
	char *buf = xmalloc(DELIVER_BYTES);
	enum px_status status;

	px_progress_init(&progress, "unpack", MAX(total_bytes, 0), progress_fd, quiet);
	progress.stages = PX_BUSY_STAGES;
	px_tarframe_init(&frame);
	status = deliver(image, source, &progress, &frame, buf);
	if (status == PX_OK)
		px_state_line(progress_fd, "archive", px_tarframe_ended(&frame) ? "whole" : "open");
	px_tarframe_free(&frame);
	free(buf);
	return status;
}
