/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an image would be read from the disk that it is for. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += source.o

#include "libbb.h"
#include <sys/sysmacros.h>
#include "disk/disk.h"
#include "disk/sysfs.h"

static int is_same_file(const char *path, const struct stat *st)
{
	struct stat other;

	return path && stat(path, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* /sys/dev/block/8:1 leads to .../block/sda/sda1 */
static int is_part_of(const char *root, const char *name, dev_t dev)
{
	char *link = px_sys_path(root, "/sys/dev/block/%u:%u", major(dev), minor(dev));
	char *real = realpath(link, NULL);
	char *slash = real ? strrchr(real, '/') : NULL;
	int found = slash && strcmp(slash + 1, name) == 0;

	if (slash && !found) {
		*slash = '\0';
		found = strcmp(bb_basename(real), name) == 0;
	}
	free(link);
	free(real);
	return found;
}

int FAST_FUNC px_disk_is_source(const char *root, const struct px_disk *disk, const struct stat *source)
{
	char *behind;
	int found;

	if (S_ISBLK(source->st_mode) && !disk->file)
		return is_part_of(root, disk->name, source->st_rdev);
	if (!S_ISREG(source->st_mode))
		return 0;
	if (disk->file)
		behind = px_sys_path(root, "%s", disk->path);
	else
		behind = px_sys_text(root, "/sys/block/%s/loop/backing_file", disk->name);
	found = is_same_file(behind, source);
	free(behind);
	return found;
}
