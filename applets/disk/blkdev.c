/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes of a disk past the page cache. See blkdev.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += blkdev.o

#include "libbb.h"
#include <linux/fs.h>
#include <linux/falloc.h>
#include "lib/ring.h"
#include "disk/blkdev.h"

int FAST_FUNC px_blkdev_open(struct px_blkdev *dev, const char *path, int readonly)
{
	int flags = (readonly ? O_RDONLY : O_RDWR) | O_EXCL | O_CLOEXEC;
	struct stat st;

	memset(dev, 0, sizeof(*dev));
	dev->path = path;
	dev->is_direct = 1;
	dev->fd = open(path, flags | O_DIRECT);
	if (dev->fd < 0 && errno == EINVAL) {
		dev->is_direct = 0;
		dev->fd = open(path, flags);
	}
	if (dev->fd < 0)
		return errno;
	if (fstat(dev->fd, &st) < 0)
		return errno;
	dev->is_file = S_ISREG(st.st_mode);
	return 0;
}

static int is_direct(const struct px_blkdev *dev)
{
	return __atomic_load_n(&dev->is_direct, __ATOMIC_ACQUIRE);
}

/* A file system may take O_DIRECT and then not the alignment of this one write (the tail of a file that is no
 * multiple of its blocks): from there on through the page cache. True when the write or read is worth another try: it
 * was_direct when it began, whatever another thread has done meanwhile. */
static int try_buffered(struct px_blkdev *dev, int error, int was_direct)
{
	if (error != EINVAL || !dev->is_file || !was_direct || fcntl(dev->fd, F_SETFL, 0) < 0)
		return 0;
	__atomic_store_n(&dev->is_direct, 0, __ATOMIC_RELEASE);
	return 1;
}

int FAST_FUNC px_blkdev_write(struct px_blkdev *dev, const void *buf, size_t len_bytes, off_t offset_bytes)
{
	while (len_bytes) {
		int was_direct = is_direct(dev);
		ssize_t n = pwrite(dev->fd, buf, len_bytes, offset_bytes);

		if (n < 0) {
			int error = px_ring_errno();
			if (error == EINTR || try_buffered(dev, error, was_direct))
				continue;
			return error;
		}
		if (n == 0)
			return ENOSPC;
		buf = (const char *)buf + n;
		offset_bytes += n;
		len_bytes -= n;
	}
	return 0;
}

int FAST_FUNC px_blkdev_read(struct px_blkdev *dev, void *buf, size_t len_bytes, off_t offset_bytes)
{
	while (len_bytes) {
		int was_direct = is_direct(dev);
		ssize_t n = pread(dev->fd, buf, len_bytes, offset_bytes);

		if (n < 0) {
			int error = px_ring_errno();
			if (error == EINTR || try_buffered(dev, error, was_direct))
				continue;
			return error;
		}
		if (n == 0)
			return EIO;
		buf = (char *)buf + n;
		offset_bytes += n;
		len_bytes -= n;
	}
	return 0;
}

int FAST_FUNC px_blkdev_zero(struct px_blkdev *dev, off_t offset_bytes, off_t len_bytes)
{
	uint64_t range[2] = { offset_bytes, len_bytes };
	int error;

	if (__atomic_load_n(&dev->no_zero, __ATOMIC_RELAXED))
		return EOPNOTSUPP;
	if (dev->is_file)
		error = fallocate(dev->fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset_bytes, len_bytes);
	else
		error = ioctl(dev->fd, BLKZEROOUT, range);
	if (error == 0)
		return 0;
	error = px_ring_errno();
	if (error == EOPNOTSUPP || error == ENOTTY || error == EINVAL || error == ENOSYS) {
		__atomic_store_n(&dev->no_zero, 1, __ATOMIC_RELAXED);
		return EOPNOTSUPP;
	}
	return error;
}

int FAST_FUNC px_blkdev_sync(struct px_blkdev *dev)
{
	return fsync(dev->fd) < 0 ? errno : 0;
}

void FAST_FUNC px_blkdev_drop_cache(struct px_blkdev *dev)
{
	if (dev->is_file)
		posix_fadvise(dev->fd, 0, 0, POSIX_FADV_DONTNEED);
	else
		ioctl(dev->fd, BLKFLSBUF);
}

int FAST_FUNC px_blkdev_reread_table(struct px_blkdev *dev)
{
	int tries = 20;

	if (dev->is_file)
		return 0;
	while (ioctl(dev->fd, BLKRRPART) < 0) {
		if (errno == EINVAL) /* a loop device that shows no partitions */
			return 0;
		if (errno != EBUSY || --tries == 0)
			return errno;
		usleep(50 * 1000);
	}
	return 0;
}

off_t FAST_FUNC px_blkdev_whole_sectors(const struct px_blkdev *dev, off_t len_bytes)
{
	off_t sector_bytes = dev->sector_bytes;

	return (len_bytes + sector_bytes - 1) / sector_bytes * sector_bytes;
}

enum px_status FAST_FUNC px_blkdev_failed(const struct px_blkdev *dev, const char *what, off_t offset_bytes, int error)
{
	bb_error_msg("%s: %s at byte %"OFF_FMT"u: %s", dev->path, what, offset_bytes, strerror(error));
	return PX_IO;
}

enum px_status FAST_FUNC px_blkdev_flush_failed(const struct px_blkdev *dev, int error)
{
	bb_error_msg("%s: flushing failed: %s: what the disk holds is not known", dev->path, strerror(error));
	return PX_IO;
}
