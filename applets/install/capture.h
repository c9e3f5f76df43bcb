/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saving a disk as an image: what lies on it is looked at, partclone tells what is in use, then pxread DISK | pxsend
 * URL, the block map, and last the stanza: where that is, all is there. The disk is only read.
 *
 * It runs as an installation does (install/install.h): install->plan is px_capture_plan, install->capture this.
 */
#ifndef PX_CAPTURE_H
#define PX_CAPTURE_H 1

#include "install/capturing.h"
#include "install/step.h"

extern const struct px_plan px_capture_plan;

/* The command lines, for -n; malloced. */
char *px_capture_describe(const struct px_capture *capture, const char *disk) FAST_FUNC;

/* Frees what the steps have kept, and removes their files. */
void px_capture_free(struct px_capture *capture) FAST_FUNC;

#endif
