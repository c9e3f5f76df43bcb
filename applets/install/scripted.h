/*
 * Classic images: Init script, Archive, Post script (README, "Classic images"). The part of a px_job that does them.
 *
 *	fetch and check both scripts     the disk is untouched
 *	pxwrite -z DISK                  from here on: it does not boot
 *	sh INIT                          partitions, makes filesystems, mounts them on $PX_TARGET
 *	pxfetch | pxwrite - | tar -x     the archive, never stored
 *	sh POST                          makes it boot
 *	umount, sync
 *
 * A step that fails ends it: everything is unmounted, and the disk cleared again.
 */
#ifndef PX_SCRIPTED_H
#define PX_SCRIPTED_H 1

#include "install/job.h"

/* True for an image with scripts instead of a Source. */
int px_classic_is(const struct px_image *image) FAST_FUNC;

/* Starts; as px_job_start. */
void px_classic_start(struct px_job *job) FAST_FUNC;

/* After the children have been handled: stops what makes no sense any more, and goes on to the next step when the children of this
 * one have ended. Sets PX_JOB_OVER at the end. */
void px_classic_handle(struct px_job *job) FAST_FUNC;

void px_classic_abort(struct px_job *job) FAST_FUNC;
void px_classic_free(struct px_job *job) FAST_FUNC;

/* The commands in words, for -n; malloced. */
char *px_classic_describe(const struct px_job *job) FAST_FUNC;

/* The command line that unpacks into target; free it with px_command_free. */
void px_unpack_command(struct px_command *command, const char *target) FAST_FUNC;

/* Why it failed, in its own words and ours; malloced. Call it before target is unmounted. */
char *px_unpack_reason(const struct px_child *tar, const char *target) FAST_FUNC;

#endif
