/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One disk by its path. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += get.o

#include "libbb.h"
#include <sys/sysmacros.h>
#include <linux/fs.h>
#include "disk/disk.h"
#include "disk/parts.h"
#include "disk/sysfs.h"
#include "lib/text.h"

/* The name in sysfs of a block device. A node in a fake root may be a regular file: then its own name is taken.
 * malloc'ed; NULL: sysfs does not know it. */
static char *sys_name(const char *root, const char *real, const struct stat *st)
{
	char *link = px_sys_path(root, "/sys/dev/block/%u:%u", major(st->st_rdev), minor(st->st_rdev));
	char *target = S_ISBLK(st->st_mode) ? realpath(link, NULL) : NULL;
	char *name = NULL;
	char *p;

	free(link);
	if (target)
		name = xstrdup(bb_basename(target));
	else if (root && root[0] && is_prefixed_with(real + strlen(root), "/dev/")) {
		name = xstrdup(real + strlen(root) + 5);
		for (p = name; *p; p++)
			if (*p == '/')
				*p = '!';
	}
	free(target);
	return name;
}

struct parent {
	const char *root;
	const char *partition;
	char *disk;
};

static int FAST_FUNC parent_visit(const char *name, void *arg)
{
	struct parent *p = arg;
	char *number = px_sys_text(p->root, "/sys/block/%s/%s/partition", name, p->partition);

	if (number)
		p->disk = xstrdup(name);
	free(number);
	return p->disk != NULL;
}

/* The disk that a partition is part of, or NULL. malloc'ed */
static char *parent_of(const char *root, const char *name)
{
	struct parent p = { .root = root, .partition = name };
	char *folder = px_sys_path(root, "/sys/block");

	px_sys_each(folder, parent_visit, &p);
	free(folder);
	return p.disk;
}

static struct px_disk *get_refuse(enum px_status *status, const char *path, const char *why, const char *disk)
{
	char *clean = px_text_clean_copy(path);

	bb_error_msg("%s: %s%s", clean, why, disk ? disk : "");
	free(clean);
	*status = PX_TARGET;
	return NULL;
}

/* A regular file: no sysfs, and nobody but a loop device can hold it. */
static struct px_disk *get_file(const char *root, const char *real, const struct stat *st, unsigned flags)
{
	struct px_disk *disk = xzalloc(sizeof(*disk));

	disk->path = xstrdup(real);
	disk->name = xstrdup(bb_basename(real));
	disk->size_bytes = st->st_size;
	disk->sector_bytes = disk->physical_sector_bytes = 512;
	disk->transport = "file";
	disk->model = xstrdup("");
	disk->serial = xstrdup("");
	disk->wwn = xstrdup("");
	disk->by_path = xstrdup("");
	disk->file = 1;
	disk->readonly = access(real, W_OK) != 0;
	disk->inuse = px_disk_file_holder(root, real);
	if (!(flags & PX_DISK_NO_DATA))
		disk->data = px_disk_data(real, st->st_size, 512);
	return disk;
}

/* What only the list of all disks tells: other paths to the same disk, and who has it by way of them. */
static void get_twin(const char *root, struct px_disk *disk)
{
	struct px_disks *disks = px_disk_list(root, PX_DISK_LOOPS | PX_DISK_NO_DATA);
	unsigned i;

	for (i = 0; i < disks->count; i++) {
		struct px_disk *same = disks->disk[i];

		if (strcmp(same->name, disk->name) != 0)
			continue;
		disk->twin = same->twin;
		disk->boot = same->boot;
		free(disk->inuse);
		disk->inuse = same->inuse;
		same->inuse = NULL;
	}
	px_disks_free(disks);
}

static struct px_disk *get_device(const char *root, const char *path, const char *real, char *name, unsigned flags,
		enum px_status *status)
{
	struct px_disk *disk;
	char *folder, *parent;
	int known;

	parent = parent_of(root, name);
	if (parent) {
		get_refuse(status, path, "is a partition: name the whole disk, /dev/", parent);
		free(parent);
		return NULL;
	}
	folder = px_sys_path(root, "/sys/block/%s", name);
	known = access(folder, X_OK) == 0;
	free(folder);
	if (!known)
		return get_refuse(status, path, "the kernel does not list it as a disk", NULL);
	if (!px_disk_is_name(name))
		return get_refuse(status, path, "is no whole disk", NULL);
	disk = px_disk_make(root, name, xstrdup(real + strlen(root ? root : "")), flags);
	if (disk->size_bytes == 0) {
		px_disk_free(disk);
		return get_refuse(status, path, "has no size: no medium in it?", NULL);
	}
	get_twin(root, disk);
	return disk;
}

static struct px_disk *get_real(const char *root, const char *path, const char *real, unsigned flags,
		enum px_status *status)
{
	struct px_disk *disk;
	struct stat st;
	char *name;

	if (stat(real, &st) != 0)
		return get_refuse(status, path, strerror(errno), NULL);
	name = S_ISBLK(st.st_mode) || S_ISREG(st.st_mode) ? sys_name(root, real, &st) : NULL;
	if (name) {
		disk = get_device(root, path, real, name, flags, status);
		free(name);
		return disk;
	}
	if (S_ISREG(st.st_mode) && (flags & PX_DISK_FILES))
		return get_file(root, real, &st, flags);
	return get_refuse(status, path, S_ISREG(st.st_mode) ? "is a file, no disk" : "is no disk", NULL);
}

struct px_disk* FAST_FUNC px_disk_get(const char *root, const char *path, unsigned flags, enum px_status *status)
{
	char *node, *real, *real_root = NULL;
	struct px_disk *disk;

	if (root && root[0])
		root = real_root = realpath(root, NULL);
	node = px_sys_path(path[0] == '/' ? root : NULL, "%s", path);
	real = realpath(node, NULL);
	if (real)
		disk = get_real(root, path, real, flags, status);
	else
		disk = get_refuse(status, path, strerror(errno), NULL);
	free(node);
	free(real);
	free(real_root);
	return disk;
}

/* --- what the kernel says about an open one */

static int ask_device(struct px_disk *disk, int fd)
{
	unsigned long long size_bytes;
	int sector_bytes, readonly;
	unsigned physical_bytes;

	if (ioctl(fd, BLKGETSIZE64, &size_bytes) != 0 || ioctl(fd, BLKSSZGET, &sector_bytes) != 0
	 || ioctl(fd, BLKPBSZGET, &physical_bytes) != 0 || ioctl(fd, BLKROGET, &readonly) != 0)
		return -1;
	disk->size_bytes = size_bytes;
	disk->sector_bytes = sector_bytes;
	disk->physical_sector_bytes = physical_bytes;
	disk->readonly = readonly != 0;
	return 0;
}

int FAST_FUNC px_disk_ask(struct px_disk *disk, int fd)
{
	struct stat st;
	int result = fstat(fd, &st);

	if (result == 0 && S_ISBLK(st.st_mode))
		result = ask_device(disk, fd);
	else if (result == 0)
		disk->size_bytes = st.st_size;
	if (result != 0)
		bb_perror_msg("%s", disk->path);
	return result;
}
