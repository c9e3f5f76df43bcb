/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files that a program gets from whoever starts it. A number that is no open file would soon be one that the
 * program opens itself, perhaps the disk: then progress or messages are written into it.
 */
#ifndef PX_FD_H
#define PX_FD_H 1

/* The number of an open file from text, as options have it (-p FD). -1 with errno: it is no number, or not open. */
int px_fd_parse(const char *text) FAST_FUNC;

/* Takes those of 0, 1 and 2 that are closed, so that no file which is opened later gets them. Reading and writing them
 * fails still. To be called before anything is opened. */
void px_fd_keep_standard(void) FAST_FUNC;

/* Closes all open files from number first up to number last; INT_MAX: all from first on. For a child that is about to
 * be another program, or is left to itself. */
void px_fd_close(int first, int last) FAST_FUNC;

#endif
