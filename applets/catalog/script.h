/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scripts between the server and sh.
 */
#ifndef PX_SCRIPT_H
#define PX_SCRIPT_H 1

enum { PX_SCRIPT_BYTES_MAX = 1 << 20 };

/* Why text (NUL behind len_bytes) cannot be a script for sh, in words ("is HTML, not a script"); NULL: it may be
 * one. */
const char *px_script_problem(const char *text, size_t len_bytes) FAST_FUNC;

/* Puts it into a new file ROOT/tmp/px.NAME.PID; gives its path (malloced), or NULL with errno set. */
char *px_script_save(const char *root, const char *name, const char *text, size_t len_bytes) FAST_FUNC;

/* Removes the file and frees its path; NULL is fine. */
void px_script_remove(char *path) FAST_FUNC;

#endif
