/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: what is taken can be written again in one line of printable ASCII, and that reads as the same once more.
 */
//fuzz-sources: room/json.c
#include "libbb.h"
#include "room/json.h"

static char *write_all(const struct px_json *json)
{
	struct px_json_text text = { NULL };
	unsigned i;

	px_json_add(&text, "{");
	for (i = 0; i < json->count; i++) {
		px_json_add(&text, i ? "," : "");
		px_json_add_member(&text, &json->members[i]);
	}
	px_json_add(&text, "}");
	return text.text;
}

static void check_again(const char *line)
{
	struct px_json json;
	char *text = xstrdup(line), *again;
	const char *s;

	for (s = line; *s; s++)
		if (*s < ' ' || *s > '~')
			abort();
	if (px_json_parse(&json, text))
		abort();
	again = write_all(&json);
	if (strcmp(again, line) != 0)
		abort();
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_json json;
	char *text = xstrndup((const char *)data, size), *line;

	if (!px_json_parse(&json, text)) {
		px_json_number(&json, "seq");
		px_json_string(&json, "mac");
		line = write_all(&json);
		check_again(line);
		free(line);
	}
	free(text);
	return 0;
}
