/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading sysfs and procfs below a root: "" or NULL is the real one.
 */
#ifndef PX_SYSFS_H
#define PX_SYSFS_H 1

/* Root and a formatted path as one malloc'ed string. */
char *px_sys_path(const char *root, const char *fmt, ...) __attribute__ ((format (printf, 2, 3))) FAST_FUNC;

/* The text of a small file of sysfs, outer blanks cut; malloc'ed; NULL: not there or empty. Binary attributes: their
 * first *len_bytes (in: most, out: read). */
char *px_sys_text(const char *root, const char *fmt, ...) __attribute__ ((format (printf, 2, 3))) FAST_FUNC;
uint8_t *px_sys_bytes(const char *root, size_t *len_bytes, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4))) FAST_FUNC;

/* The number in a file of sysfs, or fallback. */
unsigned long long px_sys_number(const char *root, unsigned long long fallback, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4))) FAST_FUNC;

/* Calls visit with each name in a folder, until it returns non-zero; gives that, or 0 (also when there is no
 * folder). */
int px_sys_each(const char *folder, int FAST_FUNC (*visit)(const char *name, void *arg), void *arg) FAST_FUNC;

/* Copies text without outer blanks; NULL gives NULL. malloc'ed. */
char *px_sys_trim(const char *text) FAST_FUNC;

#endif
