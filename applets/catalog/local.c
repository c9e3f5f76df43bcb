/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a catalog on this machine. See local.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG) += local.o

#include "libbb.h"
#include "catalog/local.h"
#include "catalog/stanza.h"
#include "lib/file.h"
#include "lib/url.h"

/* .invalid is nobody's (RFC 2606): a reference that still has it as its host names no server. */
#define SERVER "catalog.invalid"

char* FAST_FUNC px_local_path(const char *folder, const char *reference)
{
	char *text = px_url_resolve("tftp://" SERVER "/images", reference), *path = NULL;
	struct px_url url;

	if (px_url_parse(&url, text) == NULL) {
		if (strcmp(url.scheme, "tftp") == 0 && strcmp(url.host, SERVER) == 0)
			path = xasprintf("%s/%s", folder, url.path);
		px_url_free(&url);
	}
	free(text);
	return path;
}

char* FAST_FUNC px_local_folder(const char *path)
{
	char *copy = xstrdup(path);
	char *folder = xmalloc_realpath(dirname(copy));

	free(copy);
	return folder;
}

char* FAST_FUNC px_local_reference(const char *folder, const char *path)
{
	char *real = xmalloc_realpath(path), *reference = NULL;
	const char *rest = real ? is_prefixed_with(real, folder) : NULL;

	if (rest && *rest == '/')
		reference = px_field_escape(rest + 1);
	free(real);
	return reference;
}

/* --- reading */

char* FAST_FUNC px_local_read(const char *path, const char *name, size_t max_bytes, size_t *len_bytes,
		enum px_status *status)
{
	struct px_stream *file = px_file_open(path, name, status);
	char *text = NULL;

	if (!file)
		return NULL;
	if (px_file_stat(file)->st_size > (off_t)max_bytes) {
		bb_error_msg("%s: more than %u bytes", name, (unsigned)max_bytes);
		*status = PX_DATA;
	} else {
		ssize_t n;

		text = xmalloc(max_bytes + 1);
		n = px_stream_read_full(file, text, max_bytes);
		*status = n < 0 ? file->status : PX_OK;
		*len_bytes = n < 0 ? 0 : n;
		text = xrealloc(text, *len_bytes + 1);
		text[*len_bytes] = '\0';
	}
	px_stream_close(file);
	if (*status != PX_OK) {
		free(text);
		return NULL;
	}
	return text;
}

/* --- replacing */

/* Where the bytes of path lie: its own path, or that of what a link leads to; malloc'ed. */
static char *target_of(const char *path)
{
	char *real = xmalloc_realpath(path);

	return real ? real : xstrdup(path);
}

/* Owner and mode of old. Who may not give files away keeps his own name on it. 0 or -1 (errno). */
static int take_over(int fd, const struct stat *old)
{
	if (fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM)
		return -1;
	return fchmod(fd, old->st_mode & 07777);
}

/* What a killed run left is removed first; O_EXCL, so that nobody's link is followed. 0 or -1 (errno: the first
 * failure's). */
static int write_new(const char *new_path, const char *text, size_t len_bytes, const struct stat *old)
{
	int fd, error = 0;

	unlink(new_path);
	fd = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return -1;
	if (full_write(fd, text, len_bytes) != (ssize_t)len_bytes || (old && take_over(fd, old) != 0) || fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && !error)
		error = errno;
	errno = error;
	return error ? -1 : 0;
}

/* A rename is on the disk when its folder is. */
static int sync_folder(const char *path)
{
	char *folder = px_local_folder(path);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int failed = fd < 0 || (fsync(fd) != 0 && errno != EINVAL);

	if (fd >= 0)
		close(fd);
	free(folder);
	return failed ? -1 : 0;
}

int FAST_FUNC px_local_replace(const char *path, const char *text, size_t len_bytes)
{
	char *target = target_of(path);
	char *new_path = xasprintf("%s.new", target);
	struct stat st;
	int exists = stat(target, &st) == 0, error = 0;

	if (write_new(new_path, text, len_bytes, exists ? &st : NULL) != 0 || rename(new_path, target) != 0) {
		error = errno;
		unlink(new_path);
		bb_error_msg("%s: cannot write: %s; it is as it was", path, strerror(error));
	} else if (sync_folder(target) != 0) {
		error = errno;
		bb_perror_msg("%s: written, but not known to be on the disk", path);
	}
	free(new_path);
	free(target);
	return error ? -1 : 0;
}
