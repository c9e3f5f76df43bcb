/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending reports. See sender.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += sender.o

#include "libbb.h"
#include "lib/url.h"
#include "report/sender.h"
#include "transport/http_head.h"
#include "transport/http_put.h"

enum { SYSLOG_PORT = 514, PATIENCE_MS = 5000, RETRY_MS = 10000, PAUSE_MS = 1000, LAST_MS = 3600 * 1000,
	NAME_MS = 30000, RETRY_AFTER_MAX_S = 600 };

struct sender {
	int fd;                     /* records come from here */
	char *log_host;             /* "HOST[:PORT]"; NULL: no syslog */
	const char *log_head;
	len_and_sockaddr *log_address; /* NULL: not yet known */
	int log_fd;
	unsigned long long name_ms; /* not before that is the name looked up again */
	const struct px_url *post;  /* NULL: no events */
	const char *ca_file;
	char *last;                 /* an event that nobody has answered yet, malloced; or NULL */
	char *behind;               /* the one that is to follow it, likewise */
	unsigned long long last_try_ms, last_end_ms; /* not before, not after */
	unsigned long long quiet_ms; /* before that the server wants no progress */
};

/* --- syslog, RFC 5426: one message a datagram */

/* A name that cannot be found now is not looked for at every line: that takes its time, and events wait behind it. */
static int open_log(struct sender *s)
{
	if (s->log_address)
		return 0;
	if (monotonic_ms() < s->name_ms)
		return -1;
	s->log_address = host2sockaddr(s->log_host, SYSLOG_PORT);
	if (s->log_address) {
		s->log_fd = socket(s->log_address->u.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (s->log_fd >= 0)
			return 0;
		free(s->log_address);
		s->log_address = NULL;
	}
	s->name_ms = monotonic_ms() + NAME_MS;
	return -1;
}

static void send_log(struct sender *s, const char *line)
{
	char *message;

	if (!s->log_host || open_log(s) != 0)
		return;
	message = xasprintf("%s%s", s->log_head, line);
	sendto(s->log_fd, message, strlen(message), MSG_DONTWAIT, &s->log_address->u.sa, s->log_address->len);
	free(message);
}

/* --- HTTP */

/* What the server wants of us beside an answer (RFC 9110, 10.2.3), and whether it may take the same later: 429 (RFC
 * 6585), 503, 507 (RFC 4918: its disk is full). Returns 0; -1: it does not have the event. */
static int heed(struct sender *s, const struct px_http_head *head)
{
	if (head->retry_s > 0)
		s->quiet_ms = monotonic_ms() + MIN(head->retry_s, RETRY_AFTER_MAX_S) * 1000ULL;
	return head->code == 429 || head->code == 503 || head->code == 507 ? -1 : 0;
}

/* Returns 0 when there was an answer within patience_ms, or nobody wants events. */
static int send_event(struct sender *s, const char *json, unsigned patience_ms)
{
	struct px_transfer xfer = {
		.silence_ms = patience_ms,
		.deadline_ms = monotonic_ms() + patience_ms,
		.ca_file = s->ca_file,
	};
	struct px_http_head head;

	if (!ENABLE_PX_TRANSPORT_HTTP || !s->post)
		return 0;
	if (px_http_post(s->post, &xfer, "application/json", json, &head) < 0)
		return -1;
	return heed(s, &head);
}

/* --- how it ended: the one event that must arrive. When the network is what failed, nobody hears of it at first,
 * so it is sent again and again, for an hour, until somebody has answered or a newer event takes its place. */

static void drop_last(struct sender *s)
{
	free(s->last);
	s->last = s->behind;
	s->behind = NULL;
	s->last_end_ms = monotonic_ms() + LAST_MS;
	s->last_try_ms = monotonic_ms();
}

static void drop_all(struct sender *s)
{
	drop_last(s);
	drop_last(s);
}

static void keep_last(struct sender *s, const char *json)
{
	drop_all(s);
	s->last = xstrdup(json);
}

static void keep_behind(struct sender *s, const char *json)
{
	free(s->behind);
	s->behind = xstrdup(json);
	if (!s->last)
		drop_last(s);
}

static void try_last(struct sender *s, unsigned patience_ms, unsigned pause_ms)
{
	if (!s->last || monotonic_ms() < s->last_try_ms)
		return;
	if (send_event(s, s->last, patience_ms) == 0 || monotonic_ms() > s->last_end_ms)
		drop_last(s); /* the next one at once */
	else
		s->last_try_ms = monotonic_ms() + pause_ms;
}

/* The menu has closed the pipe: it waits for no longer than PX_REPORT_ANSWER_MS. */
static void NORETURN finish(struct sender *s)
{
	unsigned long long end_ms = monotonic_ms() + PX_REPORT_ANSWER_MS;

	s->last_try_ms = 0;
	while (s->last && monotonic_ms() < end_ms) {
		try_last(s, end_ms - monotonic_ms(), PAUSE_MS);
		if (s->last)
			usleep(PAUSE_MS * 1000);
	}
	_exit(s->last ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* --- the loop */

/* Sends all complete records of buf; returns how many bytes are left. */
static size_t send_records(struct sender *s, char *buf, size_t len_bytes)
{
	char *record = buf, *end;

	while ((end = memchr(record, '\0', len_bytes - (record - buf))) != NULL) {
		if (record[0] == PX_RECORD_LOG)
			send_log(s, record + 1);
		else if (record[0] == PX_RECORD_EVENT
		 || (record[0] == PX_RECORD_PROGRESS && monotonic_ms() >= s->quiet_ms)) {
			drop_all(s);
			send_event(s, record + 1, PATIENCE_MS);
		} else if (record[0] == PX_RECORD_LAST)
			keep_last(s, record + 1);
		else if (record[0] == PX_RECORD_BEHIND)
			keep_behind(s, record + 1);
		record = end + 1;
	}
	len_bytes -= record - buf;
	memmove(buf, record, len_bytes);
	return len_bytes;
}

void FAST_FUNC px_sender_run(int fd, const struct px_url *log, const struct px_url *post,
		const char *log_head, const char *ca_file)
{
	struct sender s = { .fd = fd, .log_head = log_head, .ca_file = ca_file };
	char *buf = xmalloc(2 * PX_RECORD_BYTES);
	size_t len_bytes = 0;
	ssize_t n;

	if (log)
		s.log_host = px_url_authority(log);
	s.post = post;
	while (1) {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };

		/* what is there is read first: a newer event may take the place of the last */
		if (s.last && safe_poll(&pollfd, 1, 0) == 0)
			try_last(&s, PATIENCE_MS, RETRY_MS);
		if (s.last && safe_poll(&pollfd, 1, RETRY_MS) == 0)
			continue;
		n = safe_read(fd, buf + len_bytes, 2 * PX_RECORD_BYTES - len_bytes);
		if (n <= 0)
			finish(&s);
		len_bytes = send_records(&s, buf, len_bytes + n);
	}
}
