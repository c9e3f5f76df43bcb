/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stdout or FILE.part. See output.h.
 */
//kbuild:lib-$(CONFIG_PX_FETCH) += output.o

#include "libbb.h"
#include <sys/file.h>
#include <sys/xattr.h>
#include "verify/failmark.h"
#include "fetch/output.h"
#include "verify/sha256.h"

/* "TAG\nURL's SHA-256\nPLACE": struct px_validator, and which of pxfetch's arguments gave it */
static const char attribute[] ALIGN1 = "user.pxfetch";

static int complain(struct px_output *o)
{
	bb_perror_msg("cannot write %s", o->shown);
	return -1;
}

/* Bytes go from the socket into a pipe and on from there: into stdout itself if that is one. */
static void open_pipe(struct px_output *o)
{
	struct stat st;
	int ends[2];

	o->pipe_fd = o->drain_fd = -1;
	if (fstat(o->fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		o->pipe_fd = o->fd;
	} else if (pipe(ends) == 0) {
		o->drain_fd = ends[0];
		o->pipe_fd = ends[1];
	}
	if (o->pipe_fd >= 0)
		fcntl(o->pipe_fd, F_SETPIPE_SZ, PX_OUTPUT_PIPE_BYTES);
}

/* Opens FILE.part for this process alone: two that write one file would make a third of it. The process that had it
 * before may have renamed it in between: then what is locked is FILE. */
static int open_part(struct px_output *o)
{
	struct stat now, then;

	while (1) {
		int fd = open(o->part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
			close(fd);
			errno = EWOULDBLOCK;
			return -1;
		}
		if (fstat(fd, &then) == 0 && stat(o->part, &now) == 0 && now.st_ino == then.st_ino
		 && now.st_dev == then.st_dev)
			return fd;
		close(fd);
	}
}

int FAST_FUNC px_output_open(struct px_output *o, const char *file)
{
	struct stat st;

	o->fd = STDOUT_FILENO;
	o->file = file;
	o->shown = file ? px_url_hide(file) : xstrdup("to stdout");
	if (file && stat(file, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->fd = open(file, O_WRONLY | O_CLOEXEC); /* a device or a FIFO: must not be replaced */
	} else if (file) {
		o->part = xasprintf("%s.part", file);
		o->fd = open_part(o);
	}
	if (o->fd < 0 && errno == EWOULDBLOCK) {
		bb_error_msg("cannot write %s: another process writes it", o->shown);
		return -1;
	}
	if (o->fd < 0)
		return complain(o);
	open_pipe(o);
	return 0;
}

/* The URL may hold a password: only its hash is written down. */
static char *make_note(const char *url, const struct px_validator *validator)
{
	uint8_t sum[32];
	char hex[65];

	px_sha256_of(url, strlen(url), sum);
	*bin2hex(hex, (char *)sum, 32) = '\0';
	return xasprintf("%s\n%s\n%s", validator->tag, hex, validator->place);
}

/* What an earlier run left beyond at_bytes goes away before the first byte is written. */
static int drop_old(struct px_output *o)
{
	if (!o->part || o->at_bytes > 0)
		return 0;
	if (ftruncate(o->fd, 0) < 0 || lseek(o->fd, 0, SEEK_SET) < 0)
		return complain(o);
	return 0;
}

int FAST_FUNC px_output_remember(struct px_output *o, const char *url, const struct px_validator *validator)
{
	static const struct px_validator none;
	char *note;

	if (!validator)
		validator = &none;
	if (!o->part || (o->noted_url == url && memcmp(&o->noted, validator, sizeof(o->noted)) == 0))
		return 0;
	if (drop_old(o) < 0)
		return -1;
	o->noted_url = url;
	o->noted = *validator;
	if (!validator->tag[0]) {
		fremovexattr(o->fd, attribute);
		return 0;
	}
	note = make_note(url, validator);
	if (fsetxattr(o->fd, attribute, note, strlen(note), 0) < 0)
		fremovexattr(o->fd, attribute); /* an older one is a wrong one */
	free(note);
	return 0;
}

/* Takes "TAG\nSHA-256\nPLACE" apart and believes it when url is the one of that SHA-256. */
static void recall(struct px_output *o, const char *url, struct px_validator *validator)
{
	char note[512];
	ssize_t n = fgetxattr(o->fd, attribute, note, sizeof(note) - 1);
	char *line, *place, *wanted;

	if (n <= 0)
		return;
	note[n] = '\0';
	line = strchr(note, '\n');
	place = line ? strchr(line + 1, '\n') : NULL;
	if (!place || line - note >= (ssize_t)sizeof(validator->tag)
	 || strlen(place + 1) != sizeof(validator->place) - 1)
		return;
	*line = '\0';
	safe_strncpy(validator->tag, note, sizeof(validator->tag));
	safe_strncpy(validator->place, place + 1, sizeof(validator->place));
	*line = '\n';
	wanted = make_note(url, validator);
	if (strcmp(wanted, note) != 0)
		memset(validator, 0, sizeof(*validator));
	free(wanted);
}

int FAST_FUNC px_output_resume(struct px_output *o, const char *url, struct px_validator *validator)
{
	enum { CHUNK_BYTES = 64 * 1024 };
	char *buf;
	ssize_t n;

	memset(validator, 0, sizeof(*validator));
	if (!o->part)
		return 0;
	buf = xmalloc(CHUNK_BYTES);
	sha256_begin(&o->prefix);
	while ((n = safe_read(o->fd, buf, CHUNK_BYTES)) > 0) {
		sha256_hash(&o->prefix, buf, n);
		o->at_bytes += n;
	}
	free(buf);
	if (n < 0) {
		bb_perror_msg("cannot read %s", o->shown);
		return -1;
	}
	recall(o, url, validator);
	return 0;
}

void FAST_FUNC px_output_reset(struct px_output *o)
{
	o->at_bytes = 0;
	o->noted_url = NULL;
	if (o->part && ftruncate(o->fd, 0) < 0)
		complain(o);
}

void FAST_FUNC px_output_spoil(const struct px_output *o)
{
	/* it is the pipe itself, and none in between */
	if (o->begun && o->pipe_fd >= 0 && o->drain_fd < 0)
		px_failmark_write(o->pipe_fd);
}

int FAST_FUNC px_output_write(struct px_output *o, const char *buf, size_t len_bytes)
{
	if (drop_old(o) < 0)
		return -1;
	o->begun = 1;
	if (full_write(o->fd, buf, len_bytes) != (ssize_t)len_bytes)
		return complain(o);
	return 0;
}

/* For what cannot be spliced into: append mode, some file systems. */
static int copy_from_pipe(struct px_output *o, size_t len_bytes)
{
	char buf[4096];

	while (len_bytes > 0) {
		ssize_t n = safe_read(o->drain_fd, buf, MIN(len_bytes, sizeof(buf)));
		if (n <= 0 || full_write(o->fd, buf, n) != n)
			return complain(o);
		len_bytes -= n;
	}
	close(o->drain_fd);
	close(o->pipe_fd);
	o->pipe_fd = o->drain_fd = -1;
	return 0;
}

int FAST_FUNC px_output_piped(struct px_output *o, size_t len_bytes)
{
	o->begun = 1;
	if (o->drain_fd < 0)
		return 0; /* stdout is the pipe */
	if (drop_old(o) < 0)
		return -1;
	while (len_bytes > 0) {
		ssize_t n = splice(o->drain_fd, NULL, o->fd, NULL, len_bytes, SPLICE_F_MOVE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL)
			return copy_from_pipe(o, len_bytes);
		if (n <= 0)
			return complain(o);
		len_bytes -= n;
	}
	return 0;
}

/* A rename is on disk only when its folder is. */
static int sync_folder(const struct px_output *o)
{
	char *copy = xstrdup(o->file);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(copy);
	if (fd < 0)
		return 0; /* a folder that we may write but not read */
	if (fsync(fd) < 0 && errno != EINVAL) {
		bb_perror_msg("cannot sync the folder of %s", o->shown);
		close(fd);
		return -1;
	}
	return close(fd);
}

int FAST_FUNC px_output_close(struct px_output *o, int complete)
{
	struct stat st;

	if (!complete)
		px_output_spoil(o);
	if (!o->part) {
		if (o->fd == STDOUT_FILENO || !complete || fsync(o->fd) == 0 || errno == EINVAL || errno == EROFS)
			return 0;
		return complain(o);
	}
	if (!complete) {
		if (fstat(o->fd, &st) == 0 && st.st_size == 0)
			unlink(o->part);
		return close(o->fd);
	}
	if (o->at_bytes == 0 && drop_old(o) < 0)
		return -1;
	fremovexattr(o->fd, attribute);
	if (fsync(o->fd) < 0)
		return complain(o);
	if (close(o->fd) < 0)
		return complain(o);
	if (rename(o->part, o->file) < 0) {
		bb_perror_msg("cannot rename %s", o->shown);
		return -1;
	}
	return sync_folder(o);
}
