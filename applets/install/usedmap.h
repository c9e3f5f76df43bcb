/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One map for pxread -m out of partclone's, one a partition.
 */
#ifndef PX_USEDMAP_H
#define PX_USEDMAP_H 1

#include "install/capturing.h"

/* Writes capture->map_path (below root) and sets used_bytes, when at least one partition has a map; else all that is
 * not zero is read. What lies before and between partitions counts as in use (loaders, tables of logical partitions),
 * what lies behind the last one does not; of swap space, its first 64 KiB. Returns NULL, or (malloc'ed) why there is
 * no map: nothing is lost then but time. */
char *px_usedmap_make(struct px_capture *capture, const char *root) FAST_FUNC;

/* A new file with that text. 0; -1: errno. */
int px_usedmap_save(const char *path, const char *text) FAST_FUNC;

#endif
