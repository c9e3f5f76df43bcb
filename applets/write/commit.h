/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The word that the boot sector waits for: pxwrite -c FD.
 *
 * The end of a pipe proves nothing, and an image cut where two of its compressed members meet has a proven end, too.
 * So whoever started pxfetch writes the line `commit` when pxfetch has ended with 0; until then the disk has neither
 * a partition table nor a boot sector.
 */
#ifndef PX_COMMIT_H
#define PX_COMMIT_H 1

/* Reads fd up to a line `commit`; other lines mean nothing. 0; -1: it ended, or failed, without one (nothing is
 * printed). */
int px_commit_wait(int fd) FAST_FUNC;

#endif
