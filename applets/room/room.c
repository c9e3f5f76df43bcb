/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the room's server keeps. See room.h.
 */
//kbuild:lib-$(CONFIG_PX_ROOM) += room.o

#include <sys/file.h>
#include "libbb.h"
#include "room/room.h"

enum { STATE_BYTES = 2 * PX_ROOM_EVENT_BYTES, BOTH_S = 60, TELL_MS = 5000, TELL_STEP_MS = 50 };

const char px_room_events[] ALIGN1 = "start\0progress\0done\0failed\0local\0captured\0";

int FAST_FUNC px_room_mac(char mac[PX_ROOM_MAC_BYTES], const char *text)
{
	int i;

	if (strlen(text) != PX_ROOM_MAC_BYTES - 1)
		return -1;
	for (i = 0; i < PX_ROOM_MAC_BYTES - 1; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return -1;
		mac[i] = tolower((unsigned char)text[i]);
	}
	mac[i] = '\0';
	return 0;
}

static char *state_path(const char *mac, const char *suffix)
{
	return xasprintf("state/%s.json%s", mac, suffix);
}

char* FAST_FUNC px_room_state(struct px_json *state, const char *mac)
{
	char *path = state_path(mac, "");
	size_t max_bytes = STATE_BYTES;
	char *text = xmalloc_open_read_close(path, &max_bytes);

	free(path);
	if (text && px_json_parse(state, text) != NULL) {
		free(text);
		text = NULL;
	}
	if (!text)
		state->count = 0;
	return text;
}

/* --- the log */

/* Opened and locked, *st filled in; not one that somebody else has put aside while this waited for it. -1: errno says
 * why. */
static int open_log(struct stat *st)
{
	struct stat now;
	int fd;

	st->st_size = 0;
	while (1) {
		fd = open("log.jsonl", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
		if (fd < 0 || flock(fd, LOCK_EX) != 0 || fstat(fd, st) != 0)
			return fd;
		if (stat("log.jsonl", &now) == 0 && now.st_ino == st->st_ino)
			return fd;
		close(fd);
	}
}

/* Everything of the room is written under that lock. -1: errno says why. */
static int lock_log(void)
{
	struct stat st;
	int fd = open_log(&st);

	if (fd >= 0 && st.st_size > PX_ROOM_LOG_BYTES && rename("log.jsonl", "log.jsonl.1") == 0) {
		close(fd);
		fd = open_log(&st);
	}
	return fd;
}

/* A line that a full disk has cut is taken back. */
static int append(int fd, const struct px_json_text *line)
{
	off_t end_bytes = lseek(fd, 0, SEEK_END);
	ssize_t n = full_write(fd, line->text, line->len_bytes);

	if (n == (ssize_t)line->len_bytes)
		return 0;
	n = errno;
	if (ftruncate(fd, end_bytes) == 0)
		errno = n;
	return -1;
}

/* --- the state */

static int write_state(const char *mac, const struct px_json_text *text)
{
	char *path = state_path(mac, ""), *new_path = state_path(mac, ".new");
	int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640), error = 0;

	if (fd < 0 || full_write(fd, text->text, text->len_bytes) != (ssize_t)text->len_bytes)
		error = errno;
	if (fd >= 0 && close(fd) != 0 && !error)
		error = errno;
	if (!error && rename(new_path, path) != 0)
		error = errno;
	if (error)
		unlink(new_path);
	free(new_path);
	free(path);
	errno = error;
	return error ? -1 : 0;
}

static void add_number(struct px_json_text *to, const char *name, unsigned long long number)
{
	char text[sizeof(",\"\":") + PX_JSON_NAME_BYTES + 3 * sizeof(number)];

	sprintf(text, ",\"%s\":%llu", name, number);
	px_json_add(to, text);
}

/* Another event of the same installation does not say these again. */
static void add_kept(struct px_json_text *to, const struct px_json *event, const struct px_json *before)
{
	static const char names[] ALIGN1 = "bytes\0total\0rate\0stage\0source\0mirror\0limit\0";
	const char *name;

	if (strcmp(px_json_string(event, "run"), px_json_string(before, "run")) != 0)
		return;
	for (name = names; *name; name += strlen(name) + 1) {
		const struct px_json_member *member = px_json_find(before, name);

		if (!member || px_json_find(event, name))
			continue;
		px_json_add(to, ",");
		px_json_add_member(to, member);
	}
}

/* Two machines that call themselves by one MAC address: another serial number or UUID has just been heard. */
static int is_other(const struct px_json *event, const struct px_json *before)
{
	if (!before->count || time(NULL) > (time_t)px_json_number(before, "received") + BOTH_S)
		return 0;
	return strcmp(px_json_string(event, "serial"), px_json_string(before, "serial")) != 0
		|| strcmp(px_json_string(event, "uuid"), px_json_string(before, "uuid")) != 0;
}

static void add_own(struct px_json_text *to, const struct px_json *event, const struct px_json *before)
{
	int failed = strcmp(px_json_string(event, "event"), "failed") == 0;
	unsigned long long both_s = px_json_number(before, "both_s");

	add_kept(to, event, before);
	if (is_other(event, before))
		both_s = time(NULL);
	add_number(to, "failed_total", px_json_number(before, "failed_total") + failed);
	add_number(to, "both_s", both_s);
}

/* --- an event */

/* The event in one line without its end, in our order: what is ours is left out, and the token is nobody's. */
static void add_event(struct px_json_text *to, const struct px_json *event, const char *mac, const char *address)
{
	static const char ours[] ALIGN1 = "received\0address\0token\0mac\0failed_total\0both_s\0plan\0plan_image\0";
	unsigned i;

	px_json_add(to, "{\"mac\":");
	px_json_add_string(to, mac);
	add_number(to, "received", time(NULL));
	px_json_add(to, ",\"address\":");
	px_json_add_string(to, address ? address : "");
	for (i = 0; i < event->count; i++) {
		if (index_in_strings(ours, event->members[i].name) >= 0)
			continue;
		px_json_add(to, ",");
		px_json_add_member(to, &event->members[i]);
	}
}

static int is_again(const struct px_json *event, const struct px_json *before)
{
	unsigned long long seq = px_json_number(event, "seq");

	return seq && seq <= px_json_number(before, "seq")
		&& strcmp(px_json_string(event, "run"), px_json_string(before, "run")) == 0;
}

static int keep(int fd, struct px_json *event, const struct px_json *before, const char *mac, const char *address)
{
	struct px_json_text line = { NULL }, state = { NULL };
	int rc;

	if (is_again(event, before))
		return 1;
	add_event(&line, event, mac, address);
	px_json_add(&state, line.text);
	px_json_add(&line, "}\n");
	add_own(&state, event, before);
	px_json_add(&state, "}\n");
	rc = append(fd, &line) == 0 && write_state(mac, &state) == 0 ? 0 : -1;
	free(line.text);
	free(state.text);
	return rc;
}

int FAST_FUNC px_room_keep(struct px_json *event, const char *mac, const char *address)
{
	struct px_json before;
	char *text;
	int fd = lock_log(), rc = -1;

	if (fd < 0)
		return -1;
	text = px_room_state(&before, mac);
	if (text || px_room_active(0) < PX_ROOM_MACHINES_MAX)
		rc = keep(fd, event, &before, mac, address);
	else
		errno = ENOSPC;
	free(text);
	close(fd);
	return rc;
}

unsigned FAST_FUNC px_room_active(unsigned seconds)
{
	time_t now_s = time(NULL);
	DIR *dir = opendir("state");
	struct dirent *entry;
	struct stat st;
	unsigned count = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		count += strlen(entry->d_name) == sizeof("00:00:00:00:00:00.json") - 1 && (!seconds
				|| (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0
				&& now_s - st.st_mtime < (time_t)seconds));
	closedir(dir);
	return count;
}

/* --- plans */

/* A line NAME=VALUE of a plan. */
static void take(struct px_room_plan *plan, char *line)
{
	static const char names[] ALIGN1 = "image\0token\0state\0disk\0";
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	switch (index_in_strings(names, line)) {
	case 0: safe_strncpy(plan->image, value, sizeof(plan->image)); break;
	case 1: safe_strncpy(plan->token, value, sizeof(plan->token)); break;
	case 2: safe_strncpy(plan->state, value, sizeof(plan->state)); break;
	case 3: safe_strncpy(plan->disk, value, sizeof(plan->disk)); break;
	}
}

int FAST_FUNC px_room_plan(struct px_room_plan *plan, const char *mac)
{
	char *path = xasprintf("plans/%s", mac), *line;
	FILE *file = fopen_for_read(path);

	free(path);
	memset(plan, 0, sizeof(*plan));
	if (!file)
		return -1;
	while ((line = xmalloc_fgetline(file)) != NULL) {
		take(plan, line);
		free(line);
	}
	fclose(file);
	return 0;
}

int FAST_FUNC px_room_tell(const char *what, const char *mac, const char *state)
{
	char *words = xasprintf("%s %s\n", what, mac);
	int fd = open("keeper", O_WRONLY | O_NONBLOCK | O_CLOEXEC), left_ms = TELL_MS;
	ssize_t len_bytes = strlen(words), n = -1;
	struct px_room_plan plan;

	if (fd >= 0) {
		n = write(fd, words, len_bytes);
		close(fd);
	}
	free(words);
	while (state && n == len_bytes && left_ms > 0) {
		px_room_plan(&plan, mac);
		if (strcmp(plan.state, state) == 0)
			return 0;
		usleep(TELL_STEP_MS * 1000);
		left_ms -= TELL_STEP_MS;
	}
	return !state && n == len_bytes ? 0 : -1;
}
