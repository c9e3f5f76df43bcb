/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard input or a file as a stream. See source.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += source.o

#include "libbb.h"
#include "verify/failmark.h"
#include "write/source.h"

enum { PIPE_BYTES = 1 << 20 };

struct source {
	struct px_stream s;
	const char *name;
	int fd;
	int give_up_fd;        /* -1: none */
	off_t start_bytes;     /* of a regular file: where it began to be read */
	off_t size_bytes;
	off_t seen_bytes;
	unsigned long long wait_us;
	struct px_failmark_watch watch;
	size_t head_bytes, head_used;
	uint8_t head[PX_PEEK_BYTES];
};

/* True when there is no point in waiting any more. */
static int given_up(const struct source *f)
{
	struct pollfd polled[2] = {
		{ .fd = f->fd, .events = POLLIN },
		{ .fd = f->give_up_fd, .events = POLLIN },
	};

	return f->give_up_fd >= 0 && f->size_bytes < 0 && safe_poll(polled, 2, -1) > 0 && (polled[1].revents & POLLIN);
}

/* read(2), timed. 0 is the end: for a regular file only where its size said so, and never behind the
 * mark of a failed pxfetch. */
static ssize_t read_some(struct source *f, void *buf, size_t len_bytes)
{
	unsigned long long start_us = monotonic_us();
	ssize_t n;

	if (given_up(f)) {
		f->s.status = PX_IO;
		return -1;
	}
	n = safe_read(f->fd, buf, len_bytes);
	f->wait_us += monotonic_us() - start_us;
	if (n < 0)
		return px_stream_fail(&f->s, PX_IO, "%s: cannot read: %s", f->name, strerror(errno));
	f->seen_bytes += n;
	px_failmark_watch(&f->watch, buf, n);
	if (n == 0 && px_failmark_found(&f->watch))
		return px_stream_fail(&f->s, PX_DATA,
				"%s: ends with the mark of a pxfetch that failed: not complete", f->name);
	if (n == 0 && f->size_bytes >= 0 && f->seen_bytes < f->size_bytes)
		return px_stream_fail(&f->s, PX_IO, "%s: got shorter while it was read", f->name);
	return n;
}

static ssize_t FAST_FUNC source_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct source *f = (struct source *)s;
	size_t have = f->head_bytes - f->head_used;

	if (!have)
		return read_some(f, buf, len_bytes);
	if (have > len_bytes)
		have = len_bytes;
	memcpy(buf, f->head + f->head_used, have);
	f->head_used += have;
	return have;
}

static void FAST_FUNC source_close(struct px_stream *s)
{
	struct source *f = (struct source *)s;

	if (f->fd != STDIN_FILENO)
		close(f->fd);
}

ssize_t FAST_FUNC px_source_peek(struct px_stream *source, const uint8_t **data, size_t len_bytes)
{
	struct source *f = (struct source *)source;

	f->head_bytes -= f->head_used;
	memmove(f->head, f->head + f->head_used, f->head_bytes);
	f->head_used = 0;
	while (f->head_bytes < len_bytes) {
		ssize_t n = read_some(f, f->head + f->head_bytes, len_bytes - f->head_bytes);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		f->head_bytes += n;
	}
	*data = f->head;
	return f->head_bytes;
}

off_t FAST_FUNC px_source_size_bytes(const struct px_stream *source)
{
	return ((const struct source *)source)->size_bytes;
}

int FAST_FUNC px_source_end(const struct px_stream *source, void *buf, size_t len_bytes)
{
	const struct source *f = (const struct source *)source;
	struct stat st;

	if (f->size_bytes < (off_t)len_bytes || fstat(f->fd, &st) != 0)
		return -1;
	return pread(f->fd, buf, len_bytes, st.st_size - len_bytes) == (ssize_t)len_bytes ? 0 : -1;
}

int FAST_FUNC px_source_look(const struct px_stream *source, void *buf, size_t len_bytes, off_t offset_bytes)
{
	const struct source *f = (const struct source *)source;

	if (f->size_bytes < 0)
		return -1;
	return pread(f->fd, buf, len_bytes, f->start_bytes + offset_bytes) == (ssize_t)len_bytes ? 0 : -1;
}

int FAST_FUNC px_source_stat(const struct px_stream *source, struct stat *st)
{
	return fstat(((const struct source *)source)->fd, st);
}

int FAST_FUNC px_source_ready(const struct px_stream *source)
{
	const struct source *f = (const struct source *)source;
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	return f->head_used < f->head_bytes || f->size_bytes >= 0 || safe_poll(&p, 1, 0) > 0;
}

void FAST_FUNC px_source_give_up_on(struct px_stream *source, int fd)
{
	((struct source *)source)->give_up_fd = fd;
}

unsigned long long FAST_FUNC px_source_wait_us(const struct px_stream *source)
{
	return ((const struct source *)source)->wait_us;
}

struct px_stream* FAST_FUNC px_source_open(const char *path, const char *name)
{
	struct source *f;
	struct stat st;
	int fd = STDIN_FILENO;

	if (path) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			bb_perror_msg("%s: cannot open", path);
			return NULL;
		}
	}
	f = xzalloc(sizeof(*f));
	f->s.read = source_read;
	f->s.close = source_close;
	f->fd = fd;
	f->name = name;
	f->give_up_fd = -1;
	f->size_bytes = -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		off_t at = lseek(fd, 0, SEEK_CUR);
		f->start_bytes = at;
		f->size_bytes = at < st.st_size ? st.st_size - at : 0;
	}
	/* fewer, larger reads; a pipe that stays small is slower and no failure */
	fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
	return &f->s;
}
