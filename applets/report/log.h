/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a session: every line that the menu, pxfetch and pxwrite say, with time of day and seconds since boot. It
 * is kept in memory for the log page and appended to ROOT/var/log/px.log, which the second screen shows
 * (initramfs/overlay/etc/px/second).
 */
#ifndef PX_LOG_H
#define PX_LOG_H 1

enum { PX_LOG_LINES = 400, PX_LOG_LINE_BYTES = 300, PX_LOG_TIME_BYTES = 9 };

/* Opens the file; one that cannot be opened is done without. */
void px_log_open(const char *root) FAST_FUNC;

/* One line, made printable ASCII, without the users and passwords of URLs, cut at PX_LOG_LINE_BYTES - 1. */
void px_log_add(const char *fmt, ...) __attribute__ ((format (printf, 1, 2))) FAST_FUNC;

/* As px_log_add, for the lines that scripts and people with a serial log look for ("px: installed ..."): on stderr
 * too unless the menu draws there (px_log_quiet), and kept for px_log_said, the bottom line of every page.
 * px_log_speaker (NULL: none) gets the line instead of stderr. */
void px_log_say(const char *fmt, ...) __attribute__ ((format (printf, 1, 2))) FAST_FUNC;

extern smallint px_log_quiet;
extern void FAST_FUNC (*px_log_speaker)(const char *line);

/* The same for a line that only scripts look for ("px: menu ready"): a page on a screen says it better. */
void px_log_mark(const char *fmt, ...) __attribute__ ((format (printf, 1, 2))) FAST_FUNC;

/* The last line of either, or "". people: where nobody but people looks, so only px_log_say's. */
const char *px_log_said(int people) FAST_FUNC;

/* Number of lines kept, and line i of them, 0 the oldest. */
unsigned px_log_count(void) FAST_FUNC;
const char *px_log_line(unsigned i) FAST_FUNC;

/* When line i was said, "21:04:05" (UTC, by this machine's clock), into buf of PX_LOG_TIME_BYTES; returns buf. */
char *px_log_time(char *buf, unsigned i) FAST_FUNC;

/* Called with every line that is added, e.g. for syslog; NULL: nobody. */
extern void FAST_FUNC (*px_log_listener)(const char *line);

#endif
