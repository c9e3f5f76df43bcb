/*
 * What is mounted at and below a folder.
 */
#ifndef PX_MOUNTS_H
#define PX_MOUNTS_H 1

/* The mount point at or below target that was mounted last, malloced; NULL: nothing is mounted there. Reads
 * /proc/self/mountinfo (proc(5)). */
char *px_mounts_last(const char *target) FAST_FUNC;

/* True when something is mounted on target itself. */
int px_mounts_at(const char *target) FAST_FUNC;

#endif
