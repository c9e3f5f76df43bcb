/*
 * What is reported. See report.h; sender.c sends it.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += report.o

#include "libbb.h"
#include "lib/ascii.h"
#include "menu/log.h"
#include "menu/report.h"
#include "menu/sender.h"

enum { PROGRESS_MS = 5000, CLOSE_MS = 3000, LOG_LINES = 12 };

static struct {
	int fd;                     /* to the sender; -1: none */
	pid_t pid;
	char *identity;             /* "mac":"...","serial":"...","uuid":"...", */
	unsigned long long next_progress_ms;
} report = { .fd = -1 };

/* --- who this machine is */

/* A word of ROOT/sys/class/dmi/id/NAME; malloced, "" when there is none. */
static char *dmi_value(const char *root, const char *name)
{
	char *path = xasprintf("%s/sys/class/dmi/id/%s", root, name);
	size_t max_bytes = 100;
	char *text = xmalloc_open_read_close(path, &max_bytes);

	free(path);
	if (!text)
		return xzalloc(1);
	trim(text);
	return px_ascii(text, 0);
}

/* Quotes and backslashes of text, escaped as both JSON and RFC 5424 want it (']' too for the latter); malloced. */
static char *escape(const char *text, const char *special)
{
	char *escaped = xmalloc(2 * strlen(text) + 1), *d = escaped;

	for (; *text; text++) {
		if (strchr(special, *text))
			*d++ = '\\';
		*d++ = *text;
	}
	*d = '\0';
	return px_ascii(escaped, 0);
}

static char *identify(struct px_menu *menu)
{
	char *serial = dmi_value(menu->root, "product_serial");
	char *uuid = dmi_value(menu->root, "product_uuid");
	char *mac = px_ascii(xstrdup(menu->network.mac ? menu->network.mac : ""), 0);
	char *values[3] = { mac, serial, uuid };
	char *json[3], *syslog[3], *head;
	int i;

	free(menu->machine);
	menu->machine = xasprintf("%s  serial %s", mac[0] ? mac : "no MAC", serial[0] ? serial : "none");
	for (i = 0; i < 3; i++) {
		json[i] = escape(values[i], "\"\\");
		syslog[i] = escape(values[i], "\"\\]");
	}
	free(report.identity);
	report.identity = xasprintf("\"mac\":\"%s\",\"serial\":\"%s\",\"uuid\":\"%s\"", json[0], json[1], json[2]);
	/* facility daemon, severity info; no clock to be trusted; 32473 is the number that RFC 5612 keeps for examples */
	head = xasprintf("<30>1 - %s pximenu - - [px@32473 mac=\"%s\" serial=\"%s\" uuid=\"%s\"] ",
			menu->network.ip ? menu->network.ip : "-", syslog[0], syslog[1], syslog[2]);
	for (i = 0; i < 3; i++) {
		free(values[i]);
		free(json[i]);
		free(syslog[i]);
	}
	return head;
}

/* --- the pipe */

static void send_record(char type, const char *text)
{
	char record[PX_RECORD_BYTES];
	size_t len;

	if (report.fd < 0)
		return;
	record[0] = type;
	safe_strncpy(record + 1, text, sizeof(record) - 1);
	len = strlen(record) + 1;
	/* full: the sender cannot keep up, and the record is lost */
	if (write(report.fd, record, len) < 0 && errno == EPIPE) {
		close(report.fd);
		report.fd = -1;
	}
}

static void start_sender(struct px_menu *menu, const char *log_head)
{
	const char *log_host = menu->settings.log ? is_prefixed_with(menu->settings.log, "udp://") : NULL;
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
		px_sender_run(ends[0], log_host, menu->settings.report, log_head);
	}
	close(ends[0]);
	if (report.pid < 0) {
		close(ends[1]);
		return;
	}
	ndelay_on(ends[1]);
	report.fd = ends[1];
}

void FAST_FUNC px_report_open(struct px_menu *menu)
{
	char *head = identify(menu);

	if (report.fd < 0 && (menu->settings.log || menu->settings.report)) {
		start_sender(menu, head);
		px_log_listener = px_report_log;
	}
	free(head);
}

void FAST_FUNC px_report_close(void)
{
	unsigned long long end_ms = monotonic_ms() + CLOSE_MS;

	if (report.fd < 0)
		return;
	px_log_listener = NULL;
	close(report.fd);
	report.fd = -1;
	while (waitpid(report.pid, NULL, WNOHANG) == 0 && monotonic_ms() < end_ms)
		usleep(20 * 1000);
}

/* --- what is said */

void FAST_FUNC px_report_log(const char *line)
{
	send_record(PX_RECORD_LOG, line);
}

/* {"event":NAME,who,what,MORE}; more is taken over */
static void send_event(struct px_menu *menu, const char *name, char *more)
{
	char *ip, *json;

	if (report.fd >= 0 && menu->settings.report) {
		ip = escape(menu->network.ip ? menu->network.ip : "", "\"\\");
		json = xasprintf("{\"event\":\"%s\",%s,\"ip\":\"%s\",\"image\":\"%s\",\"disk\":\"%s\",\"uptime_s\":%u%s}", name,
				report.identity, ip, menu->image ? menu->image->id : "", menu->disk ? menu->disk->path : "",
				monotonic_sec(), more);
		send_record(PX_RECORD_EVENT, json);
		free(json);
		free(ip);
	}
	free(more);
}

void FAST_FUNC px_report_start(struct px_menu *menu)
{
	report.next_progress_ms = monotonic_ms() + PROGRESS_MS;
	send_event(menu, "start", xstrdup(""));
}

void FAST_FUNC px_report_progress(struct px_menu *menu)
{
	const struct px_child_progress *write = &menu->job.write.progress;

	if (monotonic_ms() < report.next_progress_ms || !write->stage[0])
		return;
	report.next_progress_ms = monotonic_ms() + PROGRESS_MS;
	send_event(menu, "progress", xasprintf(",\"stage\":\"%s\",\"bytes\":%"OFF_FMT"u,\"total\":%"OFF_FMT"u,\"rate\":%"OFF_FMT"u",
			write->stage, write->bytes, write->total_bytes, write->rate_bytes));
}

void FAST_FUNC px_report_done(struct px_menu *menu)
{
	send_event(menu, "done", xasprintf(",\"seconds\":%u", (unsigned)((menu->job.end_ms - menu->job.start_ms) / 1000)));
}

/* "line","line"; malloced */
static char *last_lines(void)
{
	unsigned count = px_log_count(), i = count > LOG_LINES ? count - LOG_LINES : 0;
	char *text = xstrdup("");

	for (; i < count; i++) {
		char *line = escape(px_log_line(i), "\"\\");
		char *longer = xasprintf("%s%s\"%s\"", text, text[0] ? "," : "", line);

		free(line);
		free(text);
		text = longer;
	}
	return text;
}

void FAST_FUNC px_report_failed(struct px_menu *menu)
{
	char *reason = escape(menu->reason, "\"\\");
	char *lines = last_lines();

	send_event(menu, "failed", xasprintf(",\"step\":\"%s\",\"status\":%d,\"reason\":\"%s\",\"disk_state\":\"%s\",\"log\":[%s]",
			menu->step, menu->status, reason, menu->disk_state, lines));
	free(reason);
	free(lines);
}
