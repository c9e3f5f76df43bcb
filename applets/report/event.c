/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as JSON. See event.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += event.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/version.h"
#include "report/event.h"
#include "report/log.h"

/* How much of each value is told (twice that, when every character is escaped), so that an event fits into a record. */
enum { IP_BYTES = 64, KEY_BYTES = 60, IMAGE_BYTES = 128, DISK_BYTES = 64, STAGE_BYTES = 12, STEP_BYTES = 32,
	STATE_BYTES = 80, PROOF_BYTES = 12, WARNINGS_BYTES = 400, MIRROR_BYTES = 200,
	REASON_BYTES = 400, LOG_LINES = 12 };

char* FAST_FUNC px_event_escape(const char *text, const char *special, unsigned max_bytes)
{
	/* first of all: it may turn something into a quote */
	char *plain = px_ascii(xstrndup(text ? text : "", max_bytes), 0);
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
	return px_event_escape(text, "\"\\", max_bytes);
}

/* "line","line", as many of the last ones as have room in max_bytes; malloced */
static char *last_lines(size_t max_bytes)
{
	unsigned count = px_log_count(), n;
	char *text = xzalloc(1);

	for (n = 1; n <= count && n <= LOG_LINES; n++) {
		char *line = json(px_log_line(count - n), PX_LOG_LINE_BYTES);
		char *longer = xasprintf("\"%s\"%s%s", line, text[0] ? "," : "", text);

		free(line);
		if (strlen(longer) > max_bytes) {
			free(longer);
			break;
		}
		free(text);
		text = longer;
	}
	return text;
}

static char *progress_members(const struct px_event *event)
{
	char *stage = json(event->stage, STAGE_BYTES);
	char *source = json(event->source, STAGE_BYTES), *mirror = json(event->mirror, MIRROR_BYTES);
	char *members = xasprintf(",\"stage\":\"%s\",\"bytes\":%"OFF_FMT"u,\"total\":%"OFF_FMT"u,"
			"\"rate\":%"OFF_FMT"u,\"fetched_bytes\":%"OFF_FMT"u,\"limit\":\"%s\",\"mirror\":\"%s\","
			"\"source\":\"%s\"", stage,
			event->bytes, event->total_bytes, event->rate_bytes, event->fetched_bytes,
			event->limit ? event->limit : "", mirror, source);

	free(mirror);
	free(stage);
	free(source);
	return members;
}

static char *failed_members(const struct px_event *event)
{
	char *step = json(event->step, STEP_BYTES);
	char *reason = json(event->reason, REASON_BYTES);
	char *state = json(event->disk_state, STATE_BYTES);
	char *members = xasprintf(",\"step\":\"%s\",\"status\":%d,\"reason\":\"%s\",\"disk_state\":\"%s\","
			"\"state\":\"%s\"", step,
			event->status, reason, state, event->state ? event->state : "");

	free(step);
	free(reason);
	free(state);
	return members;
}

static char *done_members(const struct px_event *event)
{
	char *warnings = json(event->warnings, WARNINGS_BYTES);
	char *proof = json(event->proof, PROOF_BYTES);
	char *mirror = json(event->mirror, MIRROR_BYTES);
	char *members = xasprintf(",\"seconds\":%u,\"proof\":\"%s\",\"warnings\":\"%s\",\"mirror\":\"%s\","
			"\"bytes\":%"OFF_FMT"u,\"total\":%"OFF_FMT"u,\"fetched_bytes\":%"OFF_FMT"u,\"state\":\"%s\"",
			event->seconds, proof, warnings, mirror, event->bytes, event->total_bytes,
			event->fetched_bytes, event->state ? event->state : "");

	free(mirror);
	free(proof);
	free(warnings);
	return members;
}

/* What an event of that name says beyond who and what. */
static char *members_of(const char *name, const struct px_event *event)
{
	if (strcmp(name, "progress") == 0)
		return progress_members(event);
	if (strcmp(name, "done") == 0 || strcmp(name, "captured") == 0)
		return done_members(event);
	if (strcmp(name, "failed") == 0)
		return failed_members(event);
	return xzalloc(1);
}

/* The machine's serial number has that name already. */
static char *trust_members(const struct px_event *event)
{
	char *key = json(event->catalog_key, KEY_BYTES), *members;

	if (event->catalog_key)
		members = xasprintf(",\"signed\":true,\"catalog_key\":\"%s\",\"catalog_serial\":%u", key,
				event->catalog_serial);
	else
		members = xstrdup(",\"signed\":false");
	free(key);
	return members;
}

/* The log of a failure is what may be cut: all else fits, and is JSON whatever comes. text is freed. */
static char *end_with_log(char *text, unsigned max_bytes)
{
	size_t used_bytes = strlen(text) + sizeof(",\"log\":[]}");
	char *lines = last_lines(used_bytes < max_bytes ? max_bytes - used_bytes : 0);
	char *whole = xasprintf("%s,\"log\":[%s]}", text, lines);

	free(lines);
	free(text);
	return whole;
}

/* time is this machine's own, which may be any: whoever collects events has a better one. */
char* FAST_FUNC px_event_json(const char *name, const char *identity, const char *ip, const struct px_event *event,
		unsigned max_bytes)
{
	char *address = json(ip, IP_BYTES);
	char *image = json(event->image, IMAGE_BYTES);
	char *disk = json(event->disk, DISK_BYTES);
	char *more = members_of(name, event), *trust = trust_members(event);
	char *text = xasprintf("{\"v\":%u,\"event\":\"%s\",%s,\"ip\":\"%s\",\"image\":\"%s\",\"disk\":\"%s\","
			"\"time\":%llu,\"uptime_s\":%u,\"version\":\"%s\"%s%s",
			PX_EVENT_VERSION, name, identity, address, image, disk, (unsigned long long)time(NULL),
			monotonic_sec(), px_version, trust, more);

	free(address);
	free(image);
	free(disk);
	free(more);
	free(trust);
	if (strcmp(name, "failed") == 0)
		return end_with_log(text, max_bytes);
	more = xasprintf("%s}", text);
	free(text);
	return more;
}
