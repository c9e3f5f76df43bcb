/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a session. See log.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += log.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "report/log.h"

static char lines[PX_LOG_LINES][PX_LOG_LINE_BYTES];
static time_t times[PX_LOG_LINES];
static unsigned added;
static char said[PX_LOG_LINE_BYTES];
static smallint said_for_programs;
static int log_fd = -1;

smallint px_log_quiet;

void FAST_FUNC (*px_log_speaker)(const char *line);

void FAST_FUNC (*px_log_listener)(const char *line);

void FAST_FUNC px_log_open(const char *root)
{
	char *name = xasprintf("%s/var/log/px.log", root);

	log_fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	free(name);
}

/* into buf of PX_LOG_TIME_BYTES; returns buf */
static char *print_time(char *buf, time_t t)
{
	struct tm tm;

	strftime(buf, PX_LOG_TIME_BYTES, "%H:%M:%S", gmtime_r(&t, &tm));
	return buf;
}

static const char *add(const char *fmt, va_list args)
{
	char *line = lines[added % PX_LOG_LINES];
	time_t *now = &times[added++ % PX_LOG_LINES];
	char clock[PX_LOG_TIME_BYTES];
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		bb_die_memory_exhausted();
	/* before it is cut: half a password is one, too */
	safe_strncpy(line, px_url_hide_users(px_ascii(text, 0)), PX_LOG_LINE_BYTES);
	free(text);
	*now = time(NULL);
	if (log_fd >= 0)
		dprintf(log_fd, "%s [%5u] %s\n", print_time(clock, *now), monotonic_sec(), line);
	if (px_log_listener)
		px_log_listener(line);
	return line;
}

void FAST_FUNC px_log_add(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(fmt, args);
	va_end(args);
}

static void say(const char *fmt, va_list args, int for_programs)
{
	const char *line = add(fmt, args);

	strcpy(said, line);
	said_for_programs = for_programs;
	if (px_log_speaker)
		px_log_speaker(line);
	else if (!px_log_quiet)
		dprintf(STDERR_FILENO, "%s\r\n", line);
}

void FAST_FUNC px_log_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args, 0);
	va_end(args);
}

void FAST_FUNC px_log_mark(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args, 1);
	va_end(args);
}

const char* FAST_FUNC px_log_said(int people)
{
	return people && said_for_programs ? "" : said;
}

unsigned FAST_FUNC px_log_count(void)
{
	return added < PX_LOG_LINES ? added : PX_LOG_LINES;
}

const char* FAST_FUNC px_log_line(unsigned i)
{
	return lines[(added - px_log_count() + i) % PX_LOG_LINES];
}

char* FAST_FUNC px_log_time(char *buf, unsigned i)
{
	return print_time(buf, times[(added - px_log_count() + i) % PX_LOG_LINES]);
}
