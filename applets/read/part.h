/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that has its name only when it is complete: until then it is NAME.new. Or standard output.
 */
#ifndef PX_PART_H
#define PX_PART_H 1

struct px_part {
	const char *path;      /* not owned; NULL: standard output */
	char *new_path;        /* where the bytes are; NULL when there is nothing to remove */
	int fd;
	smallint failed;       /* it could not be written */
};

/* path must be free, or a regular file other than the one that source describes (NULL: none). Returns 0, or an exit
 * status after a message: PX_TARGET for what may not be replaced, PX_IO. */
int px_part_open(struct px_part *part, const char *path, const struct stat *source) FAST_FUNC;

/* 0, or -1 after a message. */
int px_part_write(struct px_part *part, const void *data, size_t len_bytes) FAST_FUNC;

/* All of it is on the disk. 0, or -1 after a message. */
int px_part_sync(struct px_part *part) FAST_FUNC;

/* Gives it its name. 0, or -1 after a message. */
int px_part_name(struct px_part *part) FAST_FUNC;

/* Removes what has no name yet. A signal handler may call it. */
void px_part_remove(struct px_part *part) FAST_FUNC;

#endif
