/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling others: syslog over UDP (px.log=) and JSON events by HTTP POST (px.report=). A process of its own does it,
 * fed through a pipe that is never waited for: a server that is slow, dead or lying costs reports, never an
 * installation.
 */
#ifndef PX_REPORT_H
#define PX_REPORT_H 1

#include "report/event.h"
#include "report/sender.h"

/* Starts the reporter when a URL says so; else all of these do nothing. Reads who this machine is, and gives that
 * in words for people, valid until the next call. Call it again when more may be known of the network: the reporter
 * is another one then. */
const char *px_report_open(const struct px_reporter *who) FAST_FUNC;

/* Events. The last one, done or failed, is sent until somebody has answered, while nothing else is to be sent: it
 * may arrive twice. progress: call it as often as you like, one in 5 s is sent, or fewer when the server
 * asks for that (Retry-After). Each has the random number of its installation, which start draws, and one that counts
 * up in it. */
void px_report_start(const struct px_event *event) FAST_FUNC;
void px_report_progress(const struct px_event *event) FAST_FUNC;
void px_report_done(const struct px_event *event) FAST_FUNC;
void px_report_captured(const struct px_event *event) FAST_FUNC;
/* The machine is about to boot its own disk: the room's server may help with that. */
void px_report_local(const struct px_event *event) FAST_FUNC;
void px_report_failed(const struct px_event *event) FAST_FUNC;

/* Gives the reporter patience_ms to get rid of what it has; it is not needed any more after that. Returns 0 when
 * all was sent and the last event answered (or there was nothing to send), -1 when not. */
int px_report_close(unsigned patience_ms) FAST_FUNC;

/* True when something is reported, by px_report_open. */
int px_report_active(void) FAST_FUNC;

#endif
