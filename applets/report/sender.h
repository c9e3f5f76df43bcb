/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reporter's own process: takes records from a pipe, sends them. See report.h.
 */
#ifndef PX_SENDER_H
#define PX_SENDER_H 1

struct px_url;

/* A record: one byte (PX_RECORD_LOG, PX_RECORD_EVENT, PX_RECORD_PROGRESS: an event that may be left out, or
 * PX_RECORD_LAST: one worth another try; PX_RECORD_BEHIND: likewise, after that one), text, NUL. At
 * most PX_RECORD_BYTES, so that a pipe takes it in one piece or not at all (pipe(7): PIPE_BUF). */
enum { PX_RECORD_BYTES = 4000, PX_RECORD_LOG = 'L', PX_RECORD_EVENT = 'E', PX_RECORD_LAST = 'F',
	PX_RECORD_PROGRESS = 'P', PX_RECORD_BEHIND = 'B' };

/* How long the answer to the last event is waited for before a restart. */
enum { PX_REPORT_ANSWER_MS = 20 * 1000 };

/* Runs until fd ends. log, post: where lines go by UDP, and events by HTTP with the URL's user and password; NULL:
 * nowhere. log_head: what goes before each line, a syslog header (RFC 5424). ca_file: whose certificates https:
 * believes. Never returns. */
void px_sender_run(int fd, const struct px_url *log, const struct px_url *post,
		const char *log_head, const char *ca_file) FAST_FUNC NORETURN;

#endif
