/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a catalog that lies on this machine: the folder that it lies in is what the server hands out.
 */
#ifndef PX_LOCAL_H
#define PX_LOCAL_H 1

#include "lib/stream.h"

/* The path of what reference (of a field) leads to, below folder, malloc'ed; NULL: it leads to another server.
 * Resolved as a machine does that got the catalog as tftp://SERVER/images: so "/a" and "../a" lie in folder, too. */
char *px_local_path(const char *folder, const char *reference) FAST_FUNC;

/* The folder that path lies in: real, without links; malloc'ed. NULL: no such folder (errno). */
char *px_local_folder(const char *path) FAST_FUNC;

/* How a field calls the file at path: relative to folder, escaped; malloc'ed. NULL: it does not lie below folder,
 * or is not there. */
char *px_local_reference(const char *folder, const char *path) FAST_FUNC;

/* All of the regular file at path, malloc'ed, with a NUL behind *len_bytes; name is for messages. NULL: a message is
 * printed, *status says what it is: that of px_file_open, or PX_DATA for more than max_bytes. */
char *px_local_read(const char *path, const char *name, size_t max_bytes, size_t *len_bytes,
		enum px_status *status) FAST_FUNC;

/* Puts text (len_bytes of it) in the place of the file at path, or makes it: all or nothing, also when the power
 * fails. A link is followed; the file keeps its mode and owner. path must not be changed by others meanwhile: they
 * lock its folder (flock). Returns 0, or -1 after a message. */
int px_local_replace(const char *path, const char *text, size_t len_bytes) FAST_FUNC;

#endif
