/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image is made of. See origin.h.
 */
//kbuild:lib-$(CONFIG_PX_READ) += origin.o

#include "libbb.h"
#include <linux/fs.h>
#include "decode/decode.h"
#include "disk/disk.h"
#include "lib/file.h"
#include "read/origin.h"

static int origin_fail(struct px_origin *origin, enum px_status status)
{
	origin->status = status;
	return -1;
}

static int open_disk(struct px_origin *origin)
{
	int error = px_blkdev_open(&origin->dev, origin->path, 1);
	char *holder;

	if (error == EBUSY) {
		holder = px_disk_holder(NULL, bb_basename(origin->path));
		bb_error_msg("%s: in use%s%s: it would change while it is read", origin->path, holder ? ": " : "",
				holder ? holder : "");
		free(holder);
		return origin_fail(origin, PX_TARGET);
	}
	if (!error)
		origin->size_bytes = lseek(origin->dev.fd, 0, SEEK_END);
	if (error || origin->size_bytes < 0) {
		bb_error_msg("%s: cannot open: %s", origin->path, strerror(error ? error : errno));
		return origin_fail(origin, error == ENOMEDIUM ? PX_TARGET : PX_IO);
	}
	origin->is_disk = 1;
	return 0;
}

/* The decoder reads a file of its own; what is raw needs none. */
static int open_file(struct px_origin *origin)
{
	static const struct px_decode_options options = { .memory_bytes = INT_MAX };
	struct px_stream *file = px_file_open(origin->path, origin->path, &origin->status);
	const struct px_decoder *decoder;
	uint8_t head[PX_MAGIC_BYTES];

	if (!file)
		return origin_fail(origin, origin->status == PX_SERVER ? PX_IO : origin->status);
	origin->st = *px_file_stat(file);
	decoder = px_decoder_find(head, px_file_head(file, head, sizeof(head)));
	if (decoder) {
		origin->stream = decoder->open(file, &options);
		origin->size_bytes = -1;
		return 0;
	}
	px_stream_close(file);
	origin->size_bytes = origin->st.st_size;
	if (origin->fd < 0)
		origin->fd = open(origin->path, O_RDONLY | O_CLOEXEC);
	if (origin->fd < 0) {
		bb_perror_msg("%s: cannot open", origin->path);
		return origin_fail(origin, PX_IO);
	}
	posix_fadvise(origin->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int FAST_FUNC px_origin_open(struct px_origin *origin, const char *path)
{
	struct stat st;

	memset(origin, 0, sizeof(*origin));
	origin->path = path;
	origin->fd = origin->dev.fd = -1;
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		return open_disk(origin);
	return open_file(origin);
}

/* Rounded up to whole sectors at the end of a disk: there its size is whole anyway. */
static ssize_t read_disk(struct px_origin *origin, void *buf, size_t len_bytes, off_t offset_bytes)
{
	int error = px_blkdev_read(&origin->dev, buf, len_bytes, offset_bytes);

	if (!error)
		return len_bytes;
	bb_error_msg("%s: cannot read %u bytes at %"OFF_FMT"u: %s", origin->path, (unsigned)len_bytes, offset_bytes,
			strerror(error));
	return origin_fail(origin, PX_IO);
}

static ssize_t read_file(struct px_origin *origin, void *buf, size_t len_bytes, off_t offset_bytes)
{
	size_t have_bytes = 0;

	while (have_bytes < len_bytes) {
		ssize_t n = pread(origin->fd, (char *)buf + have_bytes, len_bytes - have_bytes,
				offset_bytes + have_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			bb_error_msg("%s: cannot read at %"OFF_FMT"u: %s", origin->path,
					offset_bytes + (off_t)have_bytes,
					n ? strerror(errno) : "it got shorter while it was read");
			return origin_fail(origin, PX_IO);
		}
		have_bytes += n;
	}
	return have_bytes;
}

ssize_t FAST_FUNC px_origin_read(struct px_origin *origin, void *buf, size_t len_bytes, off_t offset_bytes)
{
	ssize_t n;

	if (origin->size_bytes >= 0) {
		off_t rest_bytes = MAX(origin->size_bytes - offset_bytes, 0);

		len_bytes = MIN((off_t)len_bytes, rest_bytes);
		return (origin->is_disk ? read_disk : read_file)(origin, buf, len_bytes, offset_bytes);
	}
	n = px_stream_read_full(origin->stream, buf, len_bytes);
	if (n < 0)
		return origin_fail(origin, origin->stream->status);
	return n;
}

int FAST_FUNC px_origin_again(struct px_origin *origin)
{
	if (origin->is_disk)
		px_blkdev_drop_cache(&origin->dev);
	else if (origin->fd >= 0)
		posix_fadvise(origin->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (!origin->stream)
		return 0;
	px_stream_close(origin->stream);
	origin->stream = NULL;
	return open_file(origin);
}

int FAST_FUNC px_origin_unchanged(struct px_origin *origin)
{
	struct stat st;

	if (origin->is_disk)
		return 0;
	if (stat(origin->path, &st) == 0 && st.st_ino == origin->st.st_ino && st.st_size == origin->st.st_size
	 && st.st_mtim.tv_sec == origin->st.st_mtim.tv_sec && st.st_mtim.tv_nsec == origin->st.st_mtim.tv_nsec)
		return 0;
	bb_error_msg("%s: was changed while it was read", origin->path);
	return origin_fail(origin, PX_DATA);
}

void FAST_FUNC px_origin_holes(struct px_origin *origin, struct px_used *used)
{
	if (origin->fd >= 0)
		px_used_holes(used, origin->fd, origin->size_bytes);
}

unsigned FAST_FUNC px_origin_sector_bytes(const struct px_origin *origin)
{
	int sector_bytes;

	return origin->is_disk && ioctl(origin->dev.fd, BLKSSZGET, &sector_bytes) == 0 ? sector_bytes : 512;
}

void FAST_FUNC px_origin_close(struct px_origin *origin)
{
	if (origin->dev.fd >= 0)
		close(origin->dev.fd);
	if (origin->fd >= 0)
		close(origin->fd);
	px_stream_close(origin->stream);
}
