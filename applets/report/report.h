/*
 * Telling others: syslog over UDP (px.log=) and JSON events by HTTP POST (px.report=). A process of its own does it,
 * fed through a pipe that is never waited for: a server that is slow, dead or lying costs reports, never an
 * installation.
 */
#ifndef PX_REPORT_H
#define PX_REPORT_H 1

#include "report/event.h"

/* Starts the reporter when a URL says so; else all of these do nothing. Reads who this machine is, and gives that
 * in words for people, valid until the next call. Call it again when more may be known of the network: the reporter
 * is another one then. */
const char *px_report_open(const struct px_reporter *who) FAST_FUNC;

/* One syslog line. */
void px_report_log(const char *line) FAST_FUNC;

/* Events. The last one, done or failed, is sent until somebody has answered, while nothing else is to be sent: it
 * may arrive twice. progress: call it as often as you like, one in 5 s is sent. */
void px_report_start(const struct px_event *event) FAST_FUNC;
void px_report_progress(const struct px_event *event) FAST_FUNC;
void px_report_done(const struct px_event *event) FAST_FUNC;
void px_report_failed(const struct px_event *event) FAST_FUNC;

/* Gives the reporter up to 3 s to get rid of what it has; after that, or before a reboot, it is not needed any more. */
void px_report_close(void) FAST_FUNC;

#endif
