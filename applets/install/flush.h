/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether what was written through file systems has reached the disk. umount(2) and sync(2) report no write that was
 * lost; syncfs(2) and fsync(2) do, for what was lost since their descriptor was opened.
 */
#ifndef PX_FLUSH_H
#define PX_FLUSH_H 1

struct px_flush;

/* Opens the disk (a path). NULL with errno set. */
struct px_flush *px_flush_open(const char *disk) FAST_FUNC;

/* Opens what is mounted at and below target and is not open yet, and the devices of it. Returns 0, or -1 with errno
 * set. */
int px_flush_add_mounts(struct px_flush *flush, const char *target) FAST_FUNC;

/* Writes back all file systems. Returns 0; -1: an error, printed. It may take as long as the disk likes. */
int px_flush_mounts(const struct px_flush *flush) FAST_FUNC;

/* Closes the file systems, so that they can be unmounted; devices and disk stay open. */
void px_flush_let_go(struct px_flush *flush) FAST_FUNC;

/* Writes back devices and disk. As px_flush_mounts. */
int px_flush_devices(const struct px_flush *flush) FAST_FUNC;

void px_flush_free(struct px_flush *flush) FAST_FUNC; /* NULL is fine */

#endif
