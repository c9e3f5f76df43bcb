/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors that remember lost writes. See flush.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += flush.o

#include "libbb.h"
#include "install/flush.h"
#include "install/mounts.h"

struct filesystem {
	char *point;
	dev_t device;
	int mount_fd, device_fd;    /* -1: not open */
};

struct px_flush {
	char *disk;
	int disk_fd;
	struct filesystem *filesystems;
	unsigned count;
};

struct px_flush* FAST_FUNC px_flush_open(const char *disk)
{
	struct px_flush *flush;
	int fd = open(disk, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	flush = xzalloc(sizeof(*flush));
	flush->disk = xstrdup(disk);
	flush->disk_fd = fd;
	return flush;
}

static int is_known(const struct px_flush *flush, dev_t device)
{
	unsigned i;

	for (i = 0; i < flush->count; i++)
		if (flush->filesystems[i].device == device && flush->filesystems[i].mount_fd >= 0)
			return 1;
	return 0;
}

/* The device's own pages hold what mkfs and the file system's journal have written. One without a device (tmpfs,
 * btrfs) has the file system alone. */
static int open_device(const char *point)
{
	char *device = find_block_device(point);
	int fd = device ? open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;

	free(device);
	return fd;
}

static int add(struct px_flush *flush, const char *point)
{
	struct filesystem *filesystem;
	struct stat st;
	int fd = open(point, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a file may be a mount point, too */

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || is_known(flush, st.st_dev)) {
		close(fd);
		return 0;
	}
	flush->filesystems = xrealloc_vector(flush->filesystems, 3, flush->count);
	filesystem = &flush->filesystems[flush->count++];
	filesystem->point = xstrdup(point);
	filesystem->device = st.st_dev;
	filesystem->mount_fd = fd;
	filesystem->device_fd = open_device(point);
	return 0;
}

int FAST_FUNC px_flush_add_mounts(struct px_flush *flush, const char *target)
{
	llist_t *points = px_mounts_list(target), *at;
	int rc = 0;

	for (at = points; at && rc == 0; at = at->link)
		rc = add(flush, at->data);
	llist_free(points, free);
	return rc;
}

int FAST_FUNC px_flush_mounts(const struct px_flush *flush)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < flush->count; i++) {
		const struct filesystem *filesystem = &flush->filesystems[i];

		if (filesystem->mount_fd < 0 || syncfs(filesystem->mount_fd) == 0)
			continue;
		bb_perror_msg("%s: data was lost on the way to the disk", filesystem->point);
		rc = -1;
	}
	return rc;
}

static int flush_device(int fd, const char *name)
{
	if (fd < 0 || fsync(fd) == 0)
		return 0;
	bb_perror_msg("%s: data was lost on the way to the disk", name);
	return -1;
}

int FAST_FUNC px_flush_devices(const struct px_flush *flush)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < flush->count; i++)
		rc |= flush_device(flush->filesystems[i].device_fd, flush->filesystems[i].point);
	return flush_device(flush->disk_fd, flush->disk) | rc;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void FAST_FUNC px_flush_let_go(struct px_flush *flush)
{
	unsigned i;

	for (i = 0; i < flush->count; i++)
		close_fd(&flush->filesystems[i].mount_fd);
}

void FAST_FUNC px_flush_free(struct px_flush *flush)
{
	unsigned i;

	if (!flush)
		return;
	px_flush_let_go(flush);
	for (i = 0; i < flush->count; i++) {
		close_fd(&flush->filesystems[i].device_fd);
		free(flush->filesystems[i].point);
	}
	close(flush->disk_fd);
	free(flush->filesystems);
	free(flush->disk);
	free(flush);
}
