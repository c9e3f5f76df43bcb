/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacking an archive with tar: the command line, and why it failed.
 */
#ifndef PX_TAR_H
#define PX_TAR_H 1

#include "install/pipe.h"

/* The command line that unpacks into target; free it with px_command_free. */
void px_tar_command(struct px_command *command, const char *target) FAST_FUNC;

/* Why it failed, in its own words and ours; malloced. Call it before target is unmounted. */
char *px_tar_reason(const struct px_child *tar, const char *target) FAST_FUNC;

/* Whether the file system at target has no room left. */
int px_tar_is_full(const char *target) FAST_FUNC;

#endif
