/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the room's server shows. See list.h.
 */
//kbuild:lib-$(CONFIG_PX_ROOM) += list.o

#include "libbb.h"
#include "room/list.h"
#include "room/room.h"

enum { LOG_TAIL_BYTES = 4 << 20, LOG_LINES = 300 };

struct machine {
	char mac[PX_ROOM_MAC_BYTES];
	char name[PX_ROOM_WORD_BYTES], room[PX_ROOM_WORD_BYTES];
};

struct machines {
	struct machine *all;
	unsigned count;
};

/* --- which machines there are */

static struct machine *add(struct machines *m, const char *text, size_t len_bytes)
{
	char mac[PX_ROOM_MAC_BYTES];
	struct machine *machine;

	if (len_bytes != PX_ROOM_MAC_BYTES - 1 || m->count == 2 * PX_ROOM_MACHINES_MAX)
		return NULL;
	safe_strncpy(mac, text, sizeof(mac));
	if (px_room_mac(mac, mac) != 0)
		return NULL;
	m->all = xrealloc_vector(m->all, 6, m->count);
	machine = &m->all[m->count++];
	strcpy(machine->mac, mac);
	return machine;
}

/* Lines of MAC, name, room with blanks between them; '#' begins a comment. */
static void add_named(struct machines *m)
{
	parser_t *parser = config_open2("machines", fopen_for_read);
	char *words[3];

	while (parser && config_read(parser, words, 3, 1, "# \t", PARSE_NORMAL & ~PARSE_GREEDY)) {
		struct machine *machine = add(m, words[0], strlen(words[0]));

		if (!machine)
			continue;
		if (words[1])
			safe_strncpy(machine->name, words[1], sizeof(machine->name));
		if (words[2])
			safe_strncpy(machine->room, words[2], sizeof(machine->room));
	}
	if (parser)
		config_close(parser);
}

/* Files that are called MAC, and then suffix. */
static void add_files(struct machines *m, const char *folder, const char *suffix)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL) {
		char *end = is_suffixed_with(entry->d_name, suffix);

		if (end)
			add(m, entry->d_name, end - entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* By address; of two with one address the one with a name comes first. */
static int compare(const void *a, const void *b)
{
	const struct machine *x = a, *y = b;
	int order = strcmp(x->mac, y->mac);

	return order ? order : strcmp(y->name, x->name);
}

static void find_machines(struct machines *m)
{
	unsigned i, kept = 0;

	memset(m, 0, sizeof(*m));
	add_named(m);
	add_files(m, "state", ".json");
	add_files(m, "plans", "");
	if (!m->count)
		return;
	qsort(m->all, m->count, sizeof(m->all[0]), compare);
	for (i = 0; i < m->count; i++)
		if (!kept || strcmp(m->all[kept - 1].mac, m->all[i].mac) != 0)
			m->all[kept++] = m->all[i];
	m->count = kept;
}

/* --- for the page */

static void add_word(struct px_json_text *text, const char *name, const char *value)
{
	struct px_json_member member = { .name = name, .kind = PX_JSON_STRING, .value = (char *)value };

	if (!value[0])
		return;
	px_json_add(text, ",");
	px_json_add_member(text, &member);
}

/* A name in the server's file counts more than what the machine was told when it started. */
static int is_overruled(const struct machine *machine, const char *name)
{
	return (machine->name[0] && strcmp(name, "name") == 0) || (machine->room[0] && strcmp(name, "room") == 0)
		|| strcmp(name, "mac") == 0 || strcmp(name, "log") == 0;
}

static void add_machine(struct px_json_text *text, const struct machine *machine)
{
	struct px_json state;
	struct px_room_plan plan;
	char *state_text = px_room_state(&state, machine->mac);
	unsigned i;

	px_json_add(text, "{\"mac\":");
	px_json_add_string(text, machine->mac);
	for (i = 0; i < state.count; i++) {
		if (is_overruled(machine, state.members[i].name))
			continue;
		px_json_add(text, ",");
		px_json_add_member(text, &state.members[i]);
	}
	add_word(text, "name", machine->name);
	add_word(text, "room", machine->room);
	px_room_plan(&plan, machine->mac);
	add_word(text, "plan", plan.state);
	add_word(text, "plan_image", plan.image);
	add_word(text, "plan_disk", plan.disk);
	px_json_add(text, "}");
	free(state_text);
}

void FAST_FUNC px_list_state(struct px_json_text *text)
{
	struct machines m;
	char head[sizeof("{\"now\":,\"machines\":[") + 3 * sizeof(long long)];
	unsigned i;

	find_machines(&m);
	sprintf(head, "{\"now\":%lld,\"machines\":[", (long long)time(NULL));
	px_json_add(text, head);
	for (i = 0; i < m.count; i++) {
		px_json_add(text, i ? ",\n" : "");
		add_machine(text, &m.all[i]);
	}
	px_json_add(text, "]}\n");
	free(m.all);
}

/* --- for Prometheus */

enum { M_STATE, M_WRITTEN, M_EXPECTED, M_RATE, M_LAST, M_FAILED, METRICS };

static const char metric_heads[] ALIGN1 =
	"px_state gauge What its last event says: 1 start, 2 progress, 3 done, 4 failed, 5 local, 6 captured.\0"
	"px_bytes_written_total counter Bytes of the image that are on the disk.\0"
	"px_bytes_expected gauge Bytes that the image has; 0: not known.\0"
	"px_rate_bytes gauge Bytes of the image a second.\0"
	"px_last_event_timestamp_seconds gauge When its last event came.\0"
	"px_failed_total counter Installations that failed.\0";

/* What all metrics say of one machine, so that its state is read once. */
struct sample {
	char *image;                /* malloced; NULL: nothing was heard of it */
	unsigned long long values[METRICS];
};

static void take_sample(struct sample *sample, const char *mac)
{
	static const char numbers[] ALIGN1 = "\0bytes\0total\0rate\0received\0failed_total\0";
	struct px_json state;
	char *text = px_room_state(&state, mac);
	const char *event;
	int metric;

	if (!text)
		return;
	event = px_json_string(&state, "event");
	sample->image = xstrdup(px_json_string(&state, "image"));
	for (metric = M_WRITTEN; metric < METRICS; metric++)
		sample->values[metric] = px_json_number(&state, nth_string(numbers, metric));
	sample->values[M_STATE] = index_in_strings(px_room_events, event) + 1;
	if (strcmp(event, "progress") != 0) /* nothing moves */
		sample->values[M_RATE] = 0;
	free(text);
}

/* HELP, TYPE, and where the samples' name ends. */
static int add_metric_head(struct px_json_text *text, int metric)
{
	const char *head = nth_string(metric_heads, metric), *kind = strchr(head, ' ') + 1, *words = strchr(kind, ' ');
	int name_bytes = kind - 1 - head;
	char *lines = xasprintf("# HELP %.*s%s\n# TYPE %.*s %.*s\n", name_bytes, head, words, name_bytes, head,
			(int)(words - kind), kind);

	px_json_add(text, lines);
	free(lines);
	return name_bytes;
}

static void add_sample(struct px_json_text *text, int metric, int name_bytes, const char *mac,
		const struct sample *sample)
{
	char *line = xasprintf("%.*s{mac=\"%s\",image=", name_bytes, nth_string(metric_heads, metric), mac);

	px_json_add(text, line);
	free(line);
	px_json_add_string(text, sample->image);
	line = xasprintf("} %llu\n", sample->values[metric]);
	px_json_add(text, line);
	free(line);
}

void FAST_FUNC px_list_metrics(struct px_json_text *text)
{
	struct machines m;
	struct sample *samples;
	unsigned i;
	int metric;

	find_machines(&m);
	samples = xzalloc((m.count + 1) * sizeof(*samples));
	for (i = 0; i < m.count; i++)
		take_sample(&samples[i], m.all[i].mac);
	for (metric = 0; metric < METRICS; metric++) {
		int name_bytes = add_metric_head(text, metric);

		for (i = 0; i < m.count; i++)
			if (samples[i].image)
				add_sample(text, metric, name_bytes, m.all[i].mac, &samples[i]);
	}
	for (i = 0; i < m.count; i++)
		free(samples[i].image);
	free(samples);
	free(m.all);
}

/* --- for a machine's page */

/* The end of log.jsonl, malloced, NUL behind; the line that it begins in is cut. NULL: there is none. */
static char *read_tail(void)
{
	int fd = open("log.jsonl", O_RDONLY | O_CLOEXEC);
	off_t size_bytes = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
	char *text;
	ssize_t n;

	if (size_bytes < 0)
		return NULL;
	text = xmalloc(LOG_TAIL_BYTES + 1);
	lseek(fd, MAX(size_bytes - LOG_TAIL_BYTES, 0), SEEK_SET);
	n = full_read(fd, text, LOG_TAIL_BYTES);
	close(fd);
	text[MAX(n, 0)] = '\0';
	return text;
}

/* Lines that begin as room.c writes them. */
void FAST_FUNC px_list_log(struct px_json_text *text, const char *mac)
{
	const char *lines[LOG_LINES];
	char *tail = read_tail(), *line = tail, *start = xasprintf("{\"mac\":\"%s\",", mac);
	unsigned count = 0, i;

	while (line && *line) {
		char *end = strchrnul(line, '\n');

		if (*end)
			*end++ = '\0';
		if (is_prefixed_with(line, start) && last_char_is(line, '}'))
			lines[count++ % LOG_LINES] = line;
		line = end;
	}
	px_json_add(text, "[");
	for (i = count > LOG_LINES ? count - LOG_LINES : 0; i < count; i++) {
		px_json_add(text, last_char_is(text->text, '[') ? "" : ",\n");
		px_json_add(text, lines[i % LOG_LINES]);
	}
	px_json_add(text, "]\n");
	free(start);
	free(tail);
}
