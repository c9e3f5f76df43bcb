/*
 * What is reported. See report.h; sender.c sends it.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += report.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/version.h"
#include "report/log.h"
#include "report/report.h"
#include "report/sender.h"

enum { PROGRESS_MS = 5000, CLOSE_MS = 3000, ROOM_MS = 1000 };

/* How much of each value is reported (twice that, when every character is escaped), so that an event fits into a record. */
enum { MAC_BYTES = 40, DMI_BYTES = 100, IP_BYTES = 64, IMAGE_BYTES = 128, DISK_BYTES = 64, REASON_BYTES = 400,
	LOG_LINES = 12, LOG_BYTES = 1900 };

static struct {
	int fd;                     /* to the sender; -1: none */
	pid_t pid;
	char *identity;             /* "mac":"...","serial":"...","uuid":"..." */
	char *head;                 /* of each syslog line */
	unsigned long long next_progress_ms;
	smallint complained;        /* about what cannot be a URL */
} report = { .fd = -1 };

/* --- who this machine is */

/* A word of ROOT/sys/class/dmi/id/NAME; malloced, "" when there is none. */
static char *dmi_value(const char *root, const char *name)
{
	char *path = xasprintf("%s/sys/class/dmi/id/%s", root, name);
	size_t max_bytes = DMI_BYTES;
	char *text = xmalloc_open_read_close(path, &max_bytes);

	free(path);
	if (!text)
		return xzalloc(1);
	trim(text);
	return px_ascii(text, 0);
}

/* The first max_bytes of text as printable ASCII, quotes and backslashes escaped as both JSON and RFC 5424 want it (']' too for the
 * latter); malloced. */
static char *escape(const char *text, const char *special, unsigned max_bytes)
{
	char *plain = px_ascii(xstrndup(text ? text : "", max_bytes), 0); /* first of all: it may turn something into a quote */
	char *escaped = xmalloc(2 * strlen(plain) + 1), *d = escaped;
	const char *s;

	for (s = plain; *s; s++) {
		if (strchr(special, *s))
			*d++ = '\\';
		*d++ = *s;
	}
	*d = '\0';
	free(plain);
	return escaped;
}

static char *json(const char *text, unsigned max_bytes)
{
	return escape(text, "\"\\", max_bytes);
}

/* Sets report.identity and menu->machine; gives the head of a syslog line, malloced. */
static char *identify(struct px_menu *menu)
{
	char *serial = dmi_value(menu->root, "product_serial");
	char *uuid = dmi_value(menu->root, "product_uuid");
	char *mac = px_ascii(xstrndup(menu->network.mac ? menu->network.mac : "", MAC_BYTES), 0);
	char *values[3] = { mac, serial, uuid };
	char *in_json[3], *in_syslog[3], *head, *ip;
	int i;

	free(menu->machine);
	menu->machine = xasprintf("%s  serial %s", mac[0] ? mac : "no MAC", serial[0] ? serial : "none");
	for (i = 0; i < 3; i++) {
		in_json[i] = json(values[i], DMI_BYTES);
		in_syslog[i] = escape(values[i], "\"\\]", DMI_BYTES);
	}
	free(report.identity);
	report.identity = xasprintf("\"mac\":\"%s\",\"serial\":\"%s\",\"uuid\":\"%s\"", in_json[0], in_json[1], in_json[2]);
	/* facility daemon, severity info; no clock to be trusted; 32473 is the number that RFC 5612 keeps for examples */
	ip = json(menu->network.ip, IP_BYTES);
	head = xasprintf("<30>1 - %s pximenu - - [px@32473 mac=\"%s\" serial=\"%s\" uuid=\"%s\"] ",
			ip[0] && !strchr(ip, ' ') ? ip : "-", in_syslog[0], in_syslog[1], in_syslog[2]);
	free(ip);
	for (i = 0; i < 3; i++) {
		free(values[i]);
		free(in_json[i]);
		free(in_syslog[i]);
	}
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

/* url behind prefix, or NULL: not given, or no such URL, which is said. */
static const char *usable(const char *parameter, const char *url, const char *prefix)
{
	const char *rest = url ? is_prefixed_with(url, prefix) : NULL;
	const char *s;

	for (s = rest; s && *s; s++)
		if (*s <= ' ' || *s > '~')
			rest = NULL;
	if (url && (!rest || !rest[0] || rest[0] == '/')) {
		if (!report.complained)
			px_log_add("px: px.%s=%s: not %sHOST[:PORT]: nothing is reported there", parameter, url, prefix);
		return NULL;
	}
	return rest;
}

static void start_sender(const char *log_host, const char *post_url)
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
		px_sender_run(ends[0], log_host, post_url, report.head);
	}
	close(ends[0]);
	if (report.pid < 0) {
		close(ends[1]);
		return;
	}
	ndelay_on(ends[1]);
	report.fd = ends[1];
	px_log_listener = px_report_log;
}

/* The one that knows less of this machine (it had no address then) sends what it has, and ends. */
static void end_sender(void)
{
	px_log_listener = NULL;
	if (report.fd >= 0)
		close(report.fd);
	report.fd = -1;
}

void FAST_FUNC px_report_open(struct px_menu *menu)
{
	char *head = identify(menu);
	const char *log_host, *post_url;

	if (report.fd >= 0 && strcmp(head, report.head) == 0) {
		free(head);
		return;
	}
	end_sender();
	free(report.head);
	report.head = head;
	log_host = usable("log", menu->settings.log, "udp://");
	post_url = usable("report", menu->settings.report, "http://");
	report.complained = 1;
	if (log_host || post_url)
		start_sender(log_host, post_url);
}

void FAST_FUNC px_report_close(void)
{
	unsigned long long end_ms = monotonic_ms() + CLOSE_MS;

	if (report.fd < 0)
		return;
	end_sender();
	while (waitpid(report.pid, NULL, WNOHANG) == 0 && monotonic_ms() < end_ms)
		usleep(20 * 1000);
}

/* --- what is said */

void FAST_FUNC px_report_log(const char *line)
{
	send_record(PX_RECORD_LOG, line, 0);
}

/* {"event":NAME,who,what,MORE}; more is taken over */
static void send_event(struct px_menu *menu, char type, const char *name, char *more)
{
	char *ip, *image, *disk, *text;

	if (report.fd >= 0) {
		ip = json(menu->network.ip, IP_BYTES);
		image = json(menu->image ? menu->image->id : NULL, IMAGE_BYTES);
		disk = json(menu->disk ? menu->disk->path : NULL, DISK_BYTES);
		text = xasprintf("{\"event\":\"%s\",%s,\"ip\":\"%s\",\"image\":\"%s\",\"disk\":\"%s\",\"uptime_s\":%u,\"version\":\"%s\"%s}",
				name, report.identity, ip, image, disk, monotonic_sec(), px_version, more);
		send_record(type, text, type == PX_RECORD_LAST ? ROOM_MS : 0);
		free(ip);
		free(image);
		free(disk);
		free(text);
	}
	free(more);
}

void FAST_FUNC px_report_start(struct px_menu *menu)
{
	report.next_progress_ms = monotonic_ms() + PROGRESS_MS;
	send_event(menu, PX_RECORD_EVENT, "start", xstrdup(""));
}

void FAST_FUNC px_report_progress(struct px_menu *menu)
{
	const struct px_child_progress *write = &menu->install.write.progress;
	char *stage;

	if (monotonic_ms() < report.next_progress_ms || !write->stage[0])
		return;
	report.next_progress_ms = monotonic_ms() + PROGRESS_MS;
	stage = json(write->stage, sizeof(write->stage));
	send_event(menu, PX_RECORD_EVENT, "progress", xasprintf(",\"stage\":\"%s\",\"bytes\":%"OFF_FMT"u,\"total\":%"OFF_FMT"u,\"rate\":%"OFF_FMT"u",
			stage, write->bytes, write->total_bytes, write->rate_bytes));
	free(stage);
}

void FAST_FUNC px_report_done(struct px_menu *menu)
{
	send_event(menu, PX_RECORD_LAST, "done",
			xasprintf(",\"seconds\":%u", (unsigned)((menu->install.end_ms - menu->install.start_ms) / 1000)));
}

/* "line","line", as many of the last ones as have room; malloced */
static char *last_lines(void)
{
	unsigned count = px_log_count(), n;
	char *text = xzalloc(1);

	for (n = 1; n <= count && n <= LOG_LINES; n++) {
		char *line = json(px_log_line(count - n), PX_LOG_LINE_BYTES);
		char *longer = xasprintf("\"%s\"%s%s", line, text[0] ? "," : "", text);

		free(line);
		if (strlen(longer) > LOG_BYTES) {
			free(longer);
			break;
		}
		free(text);
		text = longer;
	}
	return text;
}

void FAST_FUNC px_report_failed(struct px_menu *menu)
{
	char *reason = json(menu->reason, REASON_BYTES);
	char *lines = last_lines();

	send_event(menu, PX_RECORD_LAST, "failed",
			xasprintf(",\"step\":\"%s\",\"status\":%d,\"reason\":\"%s\",\"disk_state\":\"%s\",\"log\":[%s]",
			menu->step, menu->status, reason, menu->disk_state, lines));
	free(reason);
	free(lines);
}
