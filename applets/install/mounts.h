/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is mounted at and below a folder, from /proc/self/mountinfo (proc(5)).
 */
#ifndef PX_MOUNTS_H
#define PX_MOUNTS_H 1

/* The mount points at or below target in the order in which they were mounted; each string and the list are the
 * caller's: llist_free(list, free). NULL: none. */
llist_t *px_mounts_list(const char *target) FAST_FUNC;

/* The one that was mounted last, malloced; NULL: nothing is mounted there. *count: how many there are. */
char *px_mounts_last(const char *target, unsigned *count) FAST_FUNC;

/* True when something is mounted on target itself. */
int px_mounts_at(const char *target) FAST_FUNC;

#endif
