/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is reported. See report.h; sender.c sends it.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += report.o

#include "libbb.h"
#include "lib/dmi.h"
#include "lib/text.h"
#include "lib/url.h"
#include "report/log.h"
#include "report/report.h"
#include "report/sender.h"
#include "transport/transport.h"

enum { PROGRESS_MS = 5000, ROOM_MS = 1000 };

/* How much of what identifies a machine is told. */
enum { MAC_BYTES = 40, IP_BYTES = 64, NAME_BYTES = 64, RUN_BYTES = 8 };

static struct {
	int fd;                     /* to the sender; -1: none */
	pid_t pid;
	char *identity;             /* "mac":"...","serial":"...","uuid":"..." and what is said of it in every event */
	char run[2 * RUN_BYTES + 1]; /* in hexadecimal, of the installation at hand; "": none has begun */
	unsigned seq;               /* of the event that was sent last in this run */
	char *machine;              /* the same for people */
	char *ip;
	char *head;                 /* of each syslog line */
	char *ca_file;              /* whose certificates https: believes */
	unsigned long long next_progress_ms;
	smallint complained;        /* about what cannot be a URL */
	struct px_url log, post;    /* host NULL: not wanted */
} report = { .fd = -1 };

/* --- who this machine is */

/* A value for syslog's structured data (RFC 5424, 6.3.3). */
static char *param(const char *text)
{
	return px_event_escape(text, "\"\\]", PX_DMI_BYTES);
}

/* Facility daemon, severity info; no time, since no clock is to be trusted; 32473 is the number that RFC 5612 keeps for
 * examples. */
static char *syslog_head(const char *mac, const char *serial, const char *uuid)
{
	char *values[3] = { param(mac), param(serial), param(uuid) };
	char *ip = px_event_escape(report.ip, "\"\\", IP_BYTES);
	char *head = xasprintf("<30>1 - %s pximenu - - [px@32473 mac=\"%s\" serial=\"%s\" uuid=\"%s\"] ",
			ip[0] && !strchr(ip, ' ') ? ip : "-", values[0], values[1], values[2]);
	int i;

	for (i = 0; i < 3; i++)
		free(values[i]);
	free(ip);
	return head;
}

/* text is freed; NULL adds nothing */
static char *add_member(char *text, const char *name, const char *value, unsigned max_bytes)
{
	char *escaped, *longer;

	if (!value)
		return text;
	escaped = px_event_escape(value, "\"\\", max_bytes);
	longer = xasprintf("%s%s\"%s\":\"%s\"", text, text[0] ? "," : "", name, escaped);
	free(escaped);
	free(text);
	return longer;
}

static char *identity(const struct px_reporter *who, const char *mac, const char *serial, const char *uuid)
{
	char *members = add_member(xzalloc(1), "mac", mac, PX_DMI_BYTES);

	members = add_member(members, "serial", serial, PX_DMI_BYTES);
	members = add_member(members, "uuid", uuid, PX_DMI_BYTES);
	members = add_member(members, "name", who->name, NAME_BYTES);
	members = add_member(members, "room", who->room, NAME_BYTES);
	return add_member(members, "token", who->token, NAME_BYTES);
}

/* Sets who this machine is; gives the head of a syslog line, malloced. */
static char *identify(const struct px_reporter *who)
{
	char *serial = px_dmi_read(who->root, "product_serial");
	char *uuid = px_dmi_read(who->root, "product_uuid");
	char *mac = px_ascii(xstrndup(who->mac ? who->mac : "", MAC_BYTES), 0);
	char *head;

	free(report.machine);
	report.machine = xasprintf("%s  serial %s", mac[0] ? mac : "no MAC", serial[0] ? serial : "none");
	free(report.identity);
	report.identity = identity(who, mac, serial, uuid);
	free(report.ip);
	report.ip = xstrdup(who->ip ? who->ip : "");
	head = syslog_head(mac, serial, uuid);
	free(serial);
	free(uuid);
	free(mac);
	return head;
}

/* --- the pipe */

/* wait_ms: how long to wait for room; without, a record that finds none is lost: the sender cannot keep up */
static void send_record(char type, const char *text, int wait_ms)
{
	struct pollfd pollfd = { .fd = report.fd, .events = POLLOUT };
	char record[PX_RECORD_BYTES];

	if (report.fd < 0)
		return;
	record[0] = type;
	safe_strncpy(record + 1, text, sizeof(record) - 1);
	if (wait_ms)
		safe_poll(&pollfd, 1, wait_ms);
	if (write(report.fd, record, strlen(record) + 1) < 0 && errno == EPIPE) {
		close(report.fd);
		report.fd = -1;
	}
}

/* Whether that is https: where http: is asked for. Without a certificate to hold the server against nothing will come
 * of it, and the reporter cannot say so. */
static int is_by_tls(const struct px_url *url, const char *scheme)
{
	if (strcmp(scheme, "http") != 0 || strcmp(url->scheme, "https") != 0 || !px_transport_find("https"))
		return 0;
	if (access(report.ca_file, R_OK) != 0 && !report.complained)
		px_log_add("px: px.report=https: no %s: whose certificates?", report.ca_file);
	return 1;
}

/* Takes a parameter's URL apart. 0: there is none, or none that can be meant, which is said. */
static int parse(struct px_url *url, const char *parameter, const char *text, const char *scheme)
{
	const char *why;

	px_url_free(url);
	why = text ? px_url_parse(url, text) : "";
	if (!why && (strcmp(url->scheme, scheme) == 0 || is_by_tls(url, scheme)))
		return 1;
	if (!why)
		px_url_free(url);
	if (text && !report.complained)
		px_log_add("px: px.%s=%s: not %s://HOST[:PORT]: nothing is reported there", parameter, text, scheme);
	return 0;
}

static void FAST_FUNC send_log(const char *line);

static void start_sender(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	report.pid = fork();
	if (report.pid == 0) {
		int null_fd = open("/dev/null", O_RDWR);

		setpgid(0, 0);
		xdup2(null_fd, STDIN_FILENO);
		xdup2(null_fd, STDOUT_FILENO);
		xdup2(null_fd, STDERR_FILENO);
		close(ends[1]);
		px_sender_run(ends[0], report.log.host ? &report.log : NULL, report.post.host ? &report.post : NULL,
				report.head, report.ca_file);
	}
	close(ends[0]);
	if (report.pid < 0) {
		close(ends[1]);
		return;
	}
	ndelay_on(ends[1]);
	report.fd = ends[1];
	px_log_listener = send_log;
}

/* The one that knows less of this machine (it had no address then) sends what it has, and ends. */
static void end_sender(void)
{
	px_log_listener = NULL;
	if (report.fd >= 0)
		close(report.fd);
	report.fd = -1;
}

const char* FAST_FUNC px_report_open(const struct px_reporter *who)
{
	char *head = identify(who);
	int wanted;

	if (report.fd >= 0 && strcmp(head, report.head) == 0) {
		free(head);
		return report.machine;
	}
	end_sender();
	free(report.head);
	report.head = head;
	free(report.ca_file);
	report.ca_file = xasprintf("%s%s", who->root ? who->root : "", PX_CA_FILE);
	wanted = parse(&report.log, "log", who->log_url, "udp");
	if (ENABLE_PX_TRANSPORT_HTTP)
		wanted |= parse(&report.post, "report", who->report_url, "http");
	report.complained = 1;
	if (wanted)
		start_sender();
	return report.machine;
}

int FAST_FUNC px_report_close(unsigned patience_ms)
{
	unsigned long long end_ms = monotonic_ms() + patience_ms;
	int status;
	pid_t pid;

	if (report.fd < 0)
		return 0;
	end_sender();
	while ((pid = waitpid(report.pid, &status, WNOHANG)) == 0 && monotonic_ms() < end_ms)
		usleep(20 * 1000);
	if (pid == report.pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return -1;
}

int FAST_FUNC px_report_active(void)
{
	return report.fd >= 0;
}

/* --- what is said */

static void FAST_FUNC send_log(const char *line)
{
	send_record(PX_RECORD_LOG, line, 0);
}

/* A number that no other installation has, of this machine or another one. */
static void begin_run(void)
{
	unsigned char random[RUN_BYTES];

	open_read_close("/dev/urandom", random, sizeof(random));
	*bin2hex(report.run, (const char *)random, sizeof(random)) = '\0';
	report.seq = 0;
}

static void send_event(char type, const char *name, const struct px_event *event)
{
	char *text, *identity_of_run;

	if (report.fd < 0)
		return;
	if (!report.run[0])
		begin_run();
	identity_of_run = xasprintf("\"run\":\"%s\",\"seq\":%u,%s", report.run, ++report.seq, report.identity);
	text = px_event_json(name, identity_of_run, report.ip, event, PX_RECORD_BYTES - 1);
	send_record(type, text, type == PX_RECORD_LAST || type == PX_RECORD_BEHIND ? ROOM_MS : 0);
	free(identity_of_run);
	free(text);
}

void FAST_FUNC px_report_start(const struct px_event *event)
{
	report.next_progress_ms = monotonic_ms() + PROGRESS_MS;
	begin_run();
	send_event(PX_RECORD_EVENT, "start", event);
}

void FAST_FUNC px_report_progress(const struct px_event *event)
{
	if (monotonic_ms() < report.next_progress_ms || !event->stage || !event->stage[0])
		return;
	report.next_progress_ms = monotonic_ms() + PROGRESS_MS;
	send_event(PX_RECORD_PROGRESS, "progress", event);
}

void FAST_FUNC px_report_done(const struct px_event *event)
{
	send_event(PX_RECORD_LAST, "done", event);
}

void FAST_FUNC px_report_captured(const struct px_event *event)
{
	send_event(PX_RECORD_LAST, "captured", event);
}

void FAST_FUNC px_report_local(const struct px_event *event)
{
	send_event(PX_RECORD_BEHIND, "local", event);
}

void FAST_FUNC px_report_failed(const struct px_event *event)
{
	send_event(PX_RECORD_LAST, "failed", event);
}
