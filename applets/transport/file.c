/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local files: file: URLs and plain paths.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_FILE) += file.o

#include "libbb.h"
#include "transport/transport.h"

struct file_stream {
	struct px_stream s;
	struct px_transfer *xfer;
	int fd;
	off_t at_bytes, size_bytes;
	off_t end_bytes;            /* of what is wanted */
	struct timespec changed;    /* when it was, as known when it was opened */
};

/* Whether somebody has written to it since it was opened: then what was read is of two versions. */
static int file_changed(struct file_stream *f)
{
	struct stat st;

	return fstat(f->fd, &st) < 0 || st.st_mtim.tv_sec != f->changed.tv_sec
		|| st.st_mtim.tv_nsec != f->changed.tv_nsec;
}

static ssize_t FAST_FUNC file_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct file_stream *f = (struct file_stream *)s;
	ssize_t n;

	if (f->end_bytes < f->size_bytes) /* else one read more tells whether it has grown */
		len_bytes = MIN((off_t)len_bytes, f->end_bytes - f->at_bytes);
	n = len_bytes ? safe_read(f->fd, buf, len_bytes) : 0;
	if (n < 0)
		return px_transfer_fail(f->xfer, s, PX_IO, "cannot read: %s", strerror(errno));
	f->at_bytes += n;
	if (n == 0 ? f->at_bytes != f->end_bytes : f->at_bytes > f->size_bytes)
		return px_transfer_changed(f->xfer, s, "changed its size while it was read");
	if (n == 0 && file_changed(f))
		return px_transfer_changed(f->xfer, s, "changed while it was read");
	return n;
}

static void FAST_FUNC file_close(struct px_stream *s)
{
	struct file_stream *f = (struct file_stream *)s;

	if (f->fd >= 0)
		close(f->fd);
}

/* Regular files and block devices only: the end of a pipe proves nothing. */
static int file_measure(struct file_stream *f, off_t offset_bytes)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return px_transfer_fail(f->xfer, &f->s, PX_IO, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return px_transfer_fail(f->xfer, &f->s, PX_SERVER, "not a file");
	f->size_bytes = lseek(f->fd, 0, SEEK_END);
	if (f->size_bytes < 0 || lseek(f->fd, offset_bytes, SEEK_SET) < 0)
		return px_transfer_fail(f->xfer, &f->s, PX_IO, "%s", strerror(errno));
	if (offset_bytes > f->size_bytes)
		return px_transfer_fail(f->xfer, &f->s, PX_DATA, "shorter than what is there already");
	f->changed = st.st_mtim;
	f->at_bytes = f->xfer->start_bytes = offset_bytes;
	f->xfer->total_bytes = f->size_bytes;
	f->xfer->part_given = f->xfer->part_bytes > 0;
	f->end_bytes = f->size_bytes;
	if (f->xfer->part_given)
		f->end_bytes = MIN(f->size_bytes, offset_bytes + f->xfer->part_bytes);
	return 0;
}

static struct px_stream* FAST_FUNC file_open(const struct px_url *url, struct px_transfer *xfer, off_t offset_bytes)
{
	struct file_stream *f = xzalloc(sizeof(*f));

	f->s.read = file_read;
	f->s.close = file_close;
	f->xfer = xfer;
	f->fd = open(url->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* O_NONBLOCK: a FIFO must not hang */
	if (f->fd < 0)
		px_transfer_fail(xfer, &f->s, PX_SERVER, "cannot open: %s", strerror(errno));
	else
		file_measure(f, offset_bytes);
	return &f->s;
}

PX_TRANSPORT(file) = { "file", file_open };
