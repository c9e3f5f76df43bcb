/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular file as a stream. See file.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += file.o

#include "libbb.h"
#include "lib/file.h"

struct file {
	struct px_stream s;
	const char *name;
	int fd;
	off_t at_bytes;
	struct stat st;
};

static ssize_t FAST_FUNC file_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct file *f = (struct file *)s;
	ssize_t n = safe_read(f->fd, buf, len_bytes);

	if (n < 0)
		return px_stream_fail(s, PX_IO, "%s: cannot read: %s", f->name, strerror(errno));
	f->at_bytes += n;
	if (n == 0 ? f->at_bytes < f->st.st_size : f->at_bytes > f->st.st_size)
		return px_stream_fail(s, PX_IO, "%s: changed its size while it was read", f->name);
	return n;
}

static void FAST_FUNC file_close(struct px_stream *s)
{
	close(((struct file *)s)->fd);
}

const struct stat* FAST_FUNC px_file_stat(const struct px_stream *file)
{
	return &((const struct file *)file)->st;
}

size_t FAST_FUNC px_file_head(const struct px_stream *file, uint8_t *head, size_t len_bytes)
{
	ssize_t n = pread(((const struct file *)file)->fd, head, len_bytes, 0);

	return n > 0 ? n : 0;
}

/* O_NONBLOCK: the open of a FIFO that nobody writes to would hang. */
static int open_regular(const char *path, const char *name, struct stat *st, enum px_status *status)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*status = PX_IO;
	if (fd < 0) {
		*status = errno == ENOENT || errno == ENOTDIR ? PX_SERVER : PX_IO;
		bb_perror_msg("%s: cannot open", name);
		return -1;
	}
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	bb_error_msg("%s: not a regular file", name);
	*status = PX_TARGET;
	close(fd);
	return -1;
}

struct px_stream* FAST_FUNC px_file_open(const char *path, const char *name, enum px_status *status)
{
	struct file *f;
	struct stat st;
	int fd = open_regular(path, name, &st, status);

	if (fd < 0)
		return NULL;
	f = xzalloc(sizeof(*f));
	f->s.read = file_read;
	f->s.close = file_close;
	f->name = name;
	f->fd = fd;
	f->st = st;
	return &f->s;
}
