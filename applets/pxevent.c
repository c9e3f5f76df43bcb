/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxevent: the one CGI program of the room's server (RFC 3875). The last part of SCRIPT_NAME says what is wanted:
 *
 *	POST event        one event of px.report=, which is kept; a `done` with its plan's token turns the plan over
 *	GET state.json    all machines that are known, for the page
 *	GET log?mac=MAC   the last events of one machine
 *	GET metrics       the same for Prometheus (text format 0.0.4)
 *	GET once?mac=MAC  a loader has read that this machine boots its disk, this once
 */
//applet:IF_PX_ROOM(APPLET(pxevent, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_ROOM) += pxevent.o
//usage:#define pxevent_trivial_usage
//usage:       ""
//usage:#define pxevent_full_usage "\n\n"
//usage:       "CGI program of the room's server (make serve): events come, pages draw them.\n"
//usage:       "PX_ROOM_DIR names its folder, SCRIPT_NAME ends in event, state.json, log, metrics or once."
#include "libbb.h"
#include "room/arp.h"
#include "room/list.h"
#include "room/room.h"

enum { DRAIN_BYTES = 2 << 20, BUSY_MACHINES = 100, BUSY_WINDOW_S = 60, PAUSE_S = 5, FULL_PAUSE_S = 30 };

/* --- answers: the whole head in one write, or BusyBox's httpd takes it for a body */

static void NORETURN answer(const char *status, const char *more_heads, const char *words)
{
	char *head = xasprintf("Status: %s\r\n%sContent-Type: text/plain\r\nContent-Length: %u\r\n\r\n%s", status,
			more_heads, (unsigned)strlen(words), words);

	full_write(STDOUT_FILENO, head, strlen(head));
	exit(EXIT_SUCCESS);
}

static void NORETURN refuse(const char *status, const char *why)
{
	char *words = xasprintf("%s\n", why);

	answer(status, "", words);
}

static void NORETURN answer_text(const char *type, struct px_json_text *text)
{
	char *head = xasprintf("Status: 200 OK\r\nContent-Type: %s\r\nContent-Length: %u\r\nCache-Control: no-store\r\n"
			"X-Content-Type-Options: nosniff\r\n\r\n", type, (unsigned)text->len_bytes);
	size_t head_bytes = strlen(head);
	char *all = xmalloc(head_bytes + text->len_bytes);

	memcpy(all, head, head_bytes);
	memcpy(all + head_bytes, text->text, text->len_bytes);
	full_write(STDOUT_FILENO, all, head_bytes + text->len_bytes);
	exit(EXIT_SUCCESS);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* --- POST event */

/* What is too long is read all the same, up to a bound: a client that is cut off in its midst sees no answer. */
static void NORETURN refuse_long(void)
{
	char buf[4096];
	size_t left_bytes = DRAIN_BYTES;
	ssize_t n;

	while (left_bytes > sizeof(buf) && (n = safe_read(STDIN_FILENO, buf, sizeof(buf))) > 0)
		left_bytes -= n;
	refuse("413 Content Too Large", "an event has at most 16 KiB");
}

/* The body, malloced, NUL behind, without any in it. */
static char *read_body(void)
{
	const char *text = variable("CONTENT_LENGTH");
	unsigned len_bytes = bb_strtou(text, NULL, 10);
	char *body;

	if (!text[0] || errno)
		refuse("411 Length Required", "no Content-Length");
	if (len_bytes > PX_ROOM_EVENT_BYTES)
		refuse_long();
	body = xzalloc(len_bytes + 1);
	if (full_read(STDIN_FILENO, body, len_bytes) != (ssize_t)len_bytes || strlen(body) != len_bytes)
		refuse("400 Bad Request", "the body is cut, or has a NUL in it");
	return body;
}

/* Whether event speaks of what was planned for its machine. Who sends it is known by its address where that is on our
 * network; a router on the way leaves the token alone to tell. */
static int is_planned(const struct px_json *event, const char *mac, const char *address)
{
	struct px_room_plan plan;

	return px_room_plan(&plan, mac) == 0 && plan.token[0] && strcmp(plan.state, "planned") == 0
		&& strcmp(plan.token, px_json_string(event, "token")) == 0
		&& strcmp(plan.image, px_json_string(event, "image")) == 0
		&& px_arp_is(address, mac);
}

static void act(const struct px_json *event, const char *mac, const char *address)
{
	const char *name = px_json_string(event, "event");

	if (strcmp(name, "done") == 0 && is_planned(event, mac, address))
		px_room_tell("done", mac, "done");
	else if (strcmp(name, "local") == 0 && px_arp_is(address, mac))
		px_room_tell("local", mac, "once");
}

/* What a page of another site can have a browser send is of another type. */
static void check_request(void)
{
	if (strcmp(variable("REQUEST_METHOD"), "POST") != 0)
		refuse("405 Method Not Allowed", "events come by POST");
	if (!is_prefixed_with(variable("CONTENT_TYPE"), "application/json"))
		refuse("415 Unsupported Media Type", "events are application/json");
}

static void NORETURN take_event(void)
{
	const char *address = variable("REMOTE_ADDR"), *why;
	char mac[PX_ROOM_MAC_BYTES], *busy = xzalloc(1);
	struct px_json event;
	unsigned active;

	check_request();
	why = px_json_parse(&event, read_body());
	if (why)
		refuse("400 Bad Request", why);
	if (px_room_mac(mac, px_json_string(&event, "mac")) != 0)
		refuse("400 Bad Request", "no MAC address in mac");
	if (index_in_strings(px_room_events, px_json_string(&event, "event")) < 0)
		refuse("400 Bad Request", "no such event");
	active = px_room_active(BUSY_WINDOW_S);
	if (px_room_keep(&event, mac, address) < 0)
		answer("507 Insufficient Storage", xasprintf("Retry-After: %u\r\n", FULL_PAUSE_S),
				xasprintf("%s\n", strerror(errno)));
	act(&event, mac, address);
	if (active > BUSY_MACHINES)
		busy = xasprintf("Retry-After: %u\r\n", (PAUSE_S * active + BUSY_MACHINES - 1) / BUSY_MACHINES);
	answer("200 OK", busy, "");
}

/* --- GET */

static void check_get(void)
{
	if (strcmp(variable("REQUEST_METHOD"), "GET") != 0 && strcmp(variable("REQUEST_METHOD"), "HEAD") != 0)
		refuse("405 Method Not Allowed", "this is for GET");
}

/* The machine that is asked about. */
static void ask_mac(char mac[PX_ROOM_MAC_BYTES])
{
	const char *query = is_prefixed_with(variable("QUERY_STRING"), "mac=");
	char *decoded = query ? percent_decode_in_place(xstrdup(query), 0) : NULL;

	if (!decoded || px_room_mac(mac, decoded) != 0)
		refuse("400 Bad Request", "?mac=00:11:22:33:44:55");
}

static void NORETURN give_log(void)
{
	struct px_json_text text = { NULL };
	char mac[PX_ROOM_MAC_BYTES];

	ask_mac(mac);
	px_list_log(&text, mac);
	answer_text("application/json", &text);
}

/* Read from the midst of a boot file (INCLUDE, source) that says "the disk, this once": so that boot is here, and the
 * file has had its turn. The answer is part of what the loader reads, and must be nothing to it. */
static void NORETURN end_once(void)
{
	struct px_room_plan plan;
	char mac[PX_ROOM_MAC_BYTES];

	ask_mac(mac);
	if (px_room_plan(&plan, mac) == 0 && strcmp(plan.state, "once") == 0 && px_arp_is(variable("REMOTE_ADDR"), mac))
		px_room_tell("booted", mac, NULL);
	answer("200 OK", "", "# this once\n");
}

int pxevent_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxevent_main(int argc UNUSED_PARAM, char **argv UNUSED_PARAM)
{
	struct px_json_text text = { NULL };
	const char *folder = variable("PX_ROOM_DIR");

	signal(SIGPIPE, SIG_IGN);
	if (!folder[0] || chdir(folder) != 0)
		refuse("503 Service Unavailable", "PX_ROOM_DIR is no folder");
	switch (index_in_strings("event\0state.json\0metrics\0log\0once\0", bb_basename(variable("SCRIPT_NAME")))) {
	case 0:
		take_event();
	case 1:
		check_get();
		px_list_state(&text);
		answer_text("application/json", &text);
	case 2:
		check_get();
		px_list_metrics(&text);
		answer_text("text/plain; version=0.0.4", &text);
	case 3:
		check_get();
		give_log();
	case 4:
		check_get();
		end_once();
	}
	refuse("404 Not Found", "event, state.json, log, metrics, once");
}
