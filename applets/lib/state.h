/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a disk, the fact that this product is about: a keyword between processes, words for people. Both stand
 * here only.
 *
 * pxwrite -p FD says `state=KEYWORD` before the state becomes a weaker one and after it has become a better one, so
 * that whoever reads FD always knows the truth, also when pxwrite is killed; and, when it fails, `why=KEYWORD` at its
 * end.
 */
#ifndef PX_STATE_H
#define PX_STATE_H 1

enum px_state {
	PX_STATE_UNKNOWN,    /* nobody can tell, or nobody has said it: it may boot */
	PX_STATE_UNTOUCHED,
	PX_STATE_NOBOOT,     /* no boot sector and no partition table: read back from the disk */
	PX_STATE_UNREAD,     /* written completely, not read back */
	PX_STATE_VERIFIED,   /* written completely, proven, and read back */
};

/* "unknown", "untouched", "noboot", "unread", "verified". */
const char *px_state_keyword(enum px_state state) FAST_FUNC;

/* The state that keyword (it ends in NUL) stands for; PX_STATE_UNKNOWN for all that is no keyword. */
enum px_state px_state_of(const char *keyword) FAST_FUNC;

/* For people: "disk untouched", "disk does not boot", "disk written and verified", "disk written, not read back",
 * "disk state not known: it may boot". */
const char *px_state_words(enum px_state state) FAST_FUNC;

/* Writes the line `key=keyword` to fd (-1: does nothing), with only such calls as a signal handler may make. A reader
 * that has gone away is no failure (SIGPIPE is to be ignored). */
void px_state_line(int fd, const char *key, const char *keyword) FAST_FUNC;

/* What stops nothing, but somebody should know: prints it unless quiet, and writes `warning=keyword words` to fd (-1:
 * does not). Not for signal handlers. */
void px_state_warn(int fd, int quiet, const char *keyword, const char *fmt, ...)
	__attribute__ ((format (printf, 4, 5))) FAST_FUNC;

#endif
