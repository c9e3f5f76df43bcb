/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of an installation share: failing, running one program, the stage that is shown.
 *
 * A step is two functions. start gives 1 when children of it run, 0 when there is nothing to do for this image, and -1
 * when they could not be started (errno says why). end is called when all children have ended.
 */
#ifndef PX_STEP_H
#define PX_STEP_H 1

#include "install/install.h"

struct px_step {
	int FAST_FUNC (*start)(struct px_install *install);
	void FAST_FUNC (*end)(struct px_install *install);
};

/* Steps in their order; those from first_of_ending on are done after a failure, too. */
struct px_plan {
	const struct px_step *const *steps;
	unsigned count, first_of_ending;
	const char *names;          /* what each is called when it fails because nothing happens: a NUL after each */
};

/* Notes why it fails; only the first reason counts. status over 128 (a signal) becomes PX_OTHER. step is not owned,
 * reason is copied. An installation that the user has aborted fails for that reason, whatever is given. */
void px_step_fail(struct px_install *install, int status, const char *step, const char *reason) FAST_FUNC;

/* Notes what does not stop anything, but somebody should know: in the log, and for the pages and reports. */
void px_step_warn(struct px_install *install, const char *words) FAST_FUNC;

/* Keeps the last lines that install->run said, for the failure page. */
void px_step_keep_lines(struct px_install *install) FAST_FUNC;

/* Sets the stage that is shown (at most 11 bytes), its numbers to none. */
void px_step_stage(struct px_install *install, const char *stage) FAST_FUNC;

/* Starts argv as install->run, what it prints among its messages. 1, or -1. */
int px_step_run(struct px_install *install, const char *name, const char *const *argv) FAST_FUNC;

/* The same with work(install) in a child of its own. */
int px_step_call(struct px_install *install, const char *name, px_child_work work) FAST_FUNC;

/* True while any child runs. */
int px_step_running(const struct px_install *install) FAST_FUNC;

/* True for an image with scripts in the place of a Source. */
int px_step_is_scripted(const struct px_install *install) FAST_FUNC;

/* patience.c: tells all children of this step to end. */
void px_patience_stop(struct px_install *install) FAST_FUNC;

/* patience.c: ends a step in which nothing happens for too long, and kills what does not end when it is told to, at
 * each tick. A step begins. */
void px_patience_watch(struct px_install *install) FAST_FUNC;
void px_patience_begin(struct px_install *install) FAST_FUNC;

/* look.c: ends a look that takes too long, at each tick; does nothing in other steps. */
void px_look_watch(struct px_install *install) FAST_FUNC;

/* archive.c: ends a tar whose file system is full, at each tick; does nothing in other steps. */
void px_archive_watch(struct px_install *install) FAST_FUNC;

/* look.c: whether this machine will start from a raw image. */
extern const struct px_step px_step_look_at_image;
/* image.c: a raw image. */
extern const struct px_step px_step_get_bmap, px_step_write_image;
/* grow.c: the file system in a partition that has grown. */
extern const struct px_step px_step_grow;
/* scripted.c: the scripts are fetched and checked, then run. */
extern const struct px_step px_step_get_init, px_step_check_init, px_step_get_post, px_step_check_post;
extern const struct px_step px_step_init, px_step_post;
/* clear.c: the disk is the one that was chosen; it is cleared. */
extern const struct px_step px_step_clear, px_step_check_disk, px_step_clear_again;
/* archive.c: the archive. */
extern const struct px_step px_step_look_at_archive, px_step_unpack;
/* ending.c: all of it lies on the disk. */
extern const struct px_step px_step_flush, px_step_unmount, px_step_flush_disk;

#endif
