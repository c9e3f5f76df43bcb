/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process beside an installation with scripts, for the case that the menu dies: it ends what they have started,
 * unmounts what they have mounted, and clears the disk that they have begun to write.
 */
#ifndef PX_WARDEN_H
#define PX_WARDEN_H 1

#include "install/install.h"

/* Starts it, before any other child. Returns its pipe; -1: errno is set. */
int px_warden_start(const struct px_install *install) FAST_FUNC;

/* From now on a process group runs (0: none), and the disk is to be cleared (touched) or not. */
void px_warden_tell(int warden_fd, pid_t group, int touched) FAST_FUNC;

/* It is not needed any more. */
void px_warden_dismiss(int warden_fd) FAST_FUNC;

#endif
