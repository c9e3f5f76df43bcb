/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An open disk: aligned reads and writes past the page cache, zeroing by the device, flushing. A regular file does as a
 * disk of its size; it never grows.
 *
 * px_blkdev_write, _zero, _read may be called by several threads at once and print nothing: they return 0 or an errno.
 */
#ifndef PX_BLKDEV_H
#define PX_BLKDEV_H 1

#include "lib/status.h"

struct px_blkdev {
	int fd;
	const char *path;        /* not owned */
	off_t size_bytes;        /* whole sectors; set by the owner after px_blkdev_open, like the next */
	unsigned sector_bytes;
	smallint is_file;
	smallint is_direct;      /* O_DIRECT: dropped when a file system does not take it */
	smallint no_zero;        /* the device cannot zero by itself: not asked again */
};

/* Opens path exclusively (O_EXCL: EBUSY when a part of it is mounted or otherwise held), for writing unless readonly.
 * Returns 0 or an errno. */
int px_blkdev_open(struct px_blkdev *dev, const char *path, int readonly) FAST_FUNC;

/* offset_bytes and len_bytes are whole sectors, buf is aligned to 4096. A short write or read is completed; reading
 * past the end is EIO. */
int px_blkdev_write(struct px_blkdev *dev, const void *buf, size_t len_bytes, off_t offset_bytes) FAST_FUNC;
int px_blkdev_read(struct px_blkdev *dev, void *buf, size_t len_bytes, off_t offset_bytes) FAST_FUNC;

/* Makes the range read as zeros, by the device itself (BLKZEROOUT; FALLOC_FL_ZERO_RANGE in a file). EOPNOTSUPP: it
 * cannot: write them. */
int px_blkdev_zero(struct px_blkdev *dev, off_t offset_bytes, off_t len_bytes) FAST_FUNC;

/* All that was written is on the medium, as far as the device tells. 0 or an errno; after a failure nothing is known
 * about any earlier write, and a second call proves nothing. */
int px_blkdev_sync(struct px_blkdev *dev) FAST_FUNC;

/* The next reads come from the device, not from the page cache. */
void px_blkdev_drop_cache(struct px_blkdev *dev) FAST_FUNC;

/* Makes the kernel read the partition table; tries for a second while somebody looks at the disk. 0 or an errno. */
int px_blkdev_reread_table(struct px_blkdev *dev) FAST_FUNC;

/* len_bytes rounded up to sectors of the disk. */
off_t px_blkdev_whole_sectors(const struct px_blkdev *dev, off_t len_bytes) FAST_FUNC;

/* What an errno of the calls above means: prints "DISK: what at byte OFFSET: strerror(error)", returns PX_IO. */
enum px_status px_blkdev_failed(const struct px_blkdev *dev, const char *what, off_t offset_bytes, int error) FAST_FUNC;

/* The same for px_blkdev_sync. */
enum px_status px_blkdev_flush_failed(const struct px_blkdev *dev, int error) FAST_FUNC;

#endif
