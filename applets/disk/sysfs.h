/*
 * Parts of disk.c: reading sysfs and procfs below a root, who holds a disk, what lies on it.
 */
#ifndef PX_SYSFS_H
#define PX_SYSFS_H 1

struct px_disk;

/* Root and a formatted path as one malloc'ed string. */
char *px_sys_path(const char *root, const char *fmt, ...) __attribute__ ((format (printf, 2, 3))) FAST_FUNC;

/* The text of a small file of sysfs, outer blanks cut; malloc'ed; NULL: not there or empty. Binary attributes: their first
 * *len_bytes (in: most, out: read). */
char *px_sys_text(const char *root, const char *fmt, ...) __attribute__ ((format (printf, 2, 3))) FAST_FUNC;
uint8_t *px_sys_bytes(const char *root, size_t *len_bytes, const char *fmt, ...) __attribute__ ((format (printf, 3, 4))) FAST_FUNC;

/* The number in a file of sysfs, or fallback. */
unsigned long long px_sys_number(const char *root, unsigned long long fallback, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4))) FAST_FUNC;

/* Calls visit with each name in a folder, until it returns non-zero; gives that, or 0 (also when there is no folder). */
int px_sys_each(const char *folder, int FAST_FUNC (*visit)(const char *name, void *arg), void *arg) FAST_FUNC;

/* Copies text without outer blanks; NULL gives NULL. malloc'ed. */
char *px_sys_trim(const char *text) FAST_FUNC;

/* ID_PATH of udev for the device folder (a real path below /sys, with root): "" when unknown. malloc'ed. */
char *px_disk_by_path(const char *root, const char *name, const char *device_folder) FAST_FUNC;

/* px_disk.data of the device or file node (a path with its root). malloc'ed or NULL. */
char *px_disk_data(const char *node, off_t size_bytes, unsigned sector_bytes) FAST_FUNC;

/* Whether the running system is on the disk: see px_disk.boot. */
int px_disk_is_boot(const char *root, const char *name) FAST_FUNC;

/* px_disk.inuse of a regular file: the loop devices that stand on it. malloc'ed or NULL. */
char *px_disk_file_holder(const char *root, const char *real_path) FAST_FUNC;

/* Whether a name in /sys/block may be a disk at all. */
int px_disk_is_name(const char *name) FAST_FUNC;

/* All about the disk with that name in /sys/block; path: without root, becomes the disk's own. */
struct px_disk *px_disk_make(const char *root, const char *name, char *path, unsigned flags) FAST_FUNC;

#endif
