/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that has its name only when it is complete. See part.h.
 */
//kbuild:lib-$(CONFIG_PX_READ) += part.o

#include "libbb.h"
#include "lib/status.h"
#include "read/part.h"

/* A rename would put a file in the place of /dev/null. */
static int may_replace(const char *path, const struct stat *source)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return 1;
	if (!S_ISREG(st.st_mode)) {
		bb_error_msg("%s: not a regular file: not replaced", path);
		return 0;
	}
	if (source && st.st_dev == source->st_dev && st.st_ino == source->st_ino) {
		bb_error_msg("%s: is what is read", path);
		return 0;
	}
	return 1;
}

int FAST_FUNC px_part_open(struct px_part *part, const char *path, const struct stat *source)
{
	memset(part, 0, sizeof(*part));
	part->path = path;
	part->fd = STDOUT_FILENO;
	if (!path)
		return PX_OK;
	if (!may_replace(path, source))
		return PX_TARGET;
	part->new_path = xasprintf("%s.new", path);
	unlink(part->new_path); /* a killed run's */
	part->fd = open(part->new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (part->fd >= 0)
		return PX_OK;
	bb_perror_msg("%s: cannot write", part->new_path);
	free(part->new_path);
	part->new_path = NULL;
	return PX_IO;
}

static int part_fail(struct px_part *part)
{
	part->failed = 1;
	bb_perror_msg("%s: cannot write", part->path ? part->path : "standard output");
	return -1;
}

int FAST_FUNC px_part_write(struct px_part *part, const void *data, size_t len_bytes)
{
	return full_write(part->fd, data, len_bytes) == (ssize_t)len_bytes ? 0 : part_fail(part);
}

int FAST_FUNC px_part_sync(struct px_part *part)
{
	return !part->path || fsync(part->fd) == 0 ? 0 : part_fail(part);
}

int FAST_FUNC px_part_name(struct px_part *part)
{
	if (!part->path)
		return 0;
	if (rename(part->new_path, part->path) != 0)
		return part_fail(part);
	part->new_path = NULL;
	return 0;
}

void FAST_FUNC px_part_remove(struct px_part *part)
{
	if (part->new_path)
		unlink(part->new_path);
}
