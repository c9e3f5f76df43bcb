/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of disk.h that only this folder calls: what a disk is made of, who holds it, what lies on it. root as there.
 */
#ifndef PX_PARTS_H
#define PX_PARTS_H 1

struct px_disk;

/* ID_PATH of udev for the device folder (a real path below /sys, with root): "" when unknown. malloc'ed. */
char *px_disk_by_path(const char *root, const char *name, const char *device_folder) FAST_FUNC;

/* px_disk.data of the device or file node (a path with its root). malloc'ed or NULL. */
char *px_disk_data(const char *node, off_t size_bytes, unsigned sector_bytes) FAST_FUNC;

/* The same in two steps, so that several disks are looked at at once: a child looks at what lies on node. Between them
 * look is the child's; each begun one must be ended, which waits for it. */
struct px_disk_look {
	pid_t pid;
	int fd;                     /* what it says */
	unsigned long long end_ms;  /* so long is waited for it, by monotonic_ms() */
};
void px_disk_look_begin(struct px_disk_look *look, const char *node, off_t size_bytes, unsigned sector_bytes) FAST_FUNC;
char *px_disk_look_end(struct px_disk_look *look) FAST_FUNC;

/* Whether the running system is on the disk: see px_disk.boot. */
int px_disk_is_boot(const char *root, const char *name) FAST_FUNC;

/* px_disk.inuse of a regular file: the loop devices that stand on it. malloc'ed or NULL. */
char *px_disk_file_holder(const char *root, const char *real_path) FAST_FUNC;

/* Whether a name in /sys/block may be a disk at all. */
int px_disk_is_name(const char *name) FAST_FUNC;

/* All about the disk with that name in /sys/block; path: without root, becomes the disk's own. */
struct px_disk *px_disk_make(const char *root, const char *name, char *path, unsigned flags) FAST_FUNC;

#endif
