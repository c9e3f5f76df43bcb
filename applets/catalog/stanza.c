/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A catalog as text. See stanza.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG) += stanza.o

#include "libbb.h"
#include "catalog/catalog.h"
#include "catalog/stanza.h"

/* --- fields */

const char* FAST_FUNC px_field_problem(const struct px_field *field)
{
	const char *s = field->name;

	if (!isalpha(*s) || s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")])
		return "not a field's name (letters, digits and -)";
	for (s = field->value; *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\n') || *s == 0x7f)
			return "has a control byte";
	return field->value[strspn(field->value, " \n")] ? NULL : "empty";
}

/* RFC 3986's unreserved characters, and the '/' between folders; '#' would start a comment, a blank the next mirror. */
char* FAST_FUNC px_field_escape(const char *reference)
{
	char *escaped = xmalloc(3 * strlen(reference) + 3), *d = escaped;
	const char *s;

	/* "a:b" would be a URL of the scheme a */
	if (strchr(reference, ':') && strcspn(reference, ":") < strcspn(reference, "/"))
		d = stpcpy(d, "./");
	for (s = reference; *s; s++)
		if (isalnum(*s) || strchr("-._~/+", *s))
			*d++ = *s;
		else
			d += sprintf(d, "%%%02X", (unsigned char)*s);
	*d = '\0';
	return escaped;
}

/* --- text that grows */

struct writer {
	char *text;
	size_t len_bytes;
	const char *eol;
};

static void add(struct writer *w, const char *bytes, size_t len_bytes)
{
	w->text = xrealloc(w->text, w->len_bytes + len_bytes + 1);
	memcpy(w->text + w->len_bytes, bytes, len_bytes);
	w->len_bytes += len_bytes;
	w->text[w->len_bytes] = '\0';
}

static void add_string(struct writer *w, const char *string)
{
	add(w, string, strlen(string));
}

/* A line of the value that follows the first one starts with a blank; an empty one is " .". */
static void add_field(struct writer *w, const struct px_field *field)
{
	const char *line = field->value;

	add_string(w, field->name);
	add_string(w, ":");
	for (;;) {
		size_t length = strcspn(line, "\n");

		add_string(w, " ");
		if (strspn(line, " ") >= length)
			add_string(w, ".");
		else
			add(w, line, length);
		add_string(w, w->eol);
		if (!line[length])
			return;
		line += length + 1;
	}
}

/* --- where a stanza lies */

struct span {
	size_t start, end; /* from its first byte to the end of its last line that is no comment */
};

static size_t line_end(const char *text, size_t len_bytes, size_t start)
{
	const char *end = memchr(text + start, '\n', len_bytes - start);

	return end ? (size_t)(end - text) + 1 : len_bytes;
}

static int is_blank(const char *text, size_t start, size_t end)
{
	while (start < end && strchr(" \t\r\n", text[start]) && text[start])
		start++;
	return start == end;
}

static struct span span_of(const char *text, size_t len_bytes, unsigned line)
{
	struct span span = { .start = 0 };
	size_t at;

	if (len_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		span.start = 3;
	while (--line)
		span.start = line_end(text, len_bytes, span.start);
	for (at = span.end = span.start; at < len_bytes; ) {
		size_t end = line_end(text, len_bytes, at);

		if (is_blank(text, at, end))
			break;
		if (text[at] != '#')
			span.end = end;
		at = end;
	}
	return span;
}

/* How many stanzas have that id; *line is where the first one starts. */
static unsigned count_id(const char *text, size_t len_bytes, const char *id, unsigned *line)
{
	struct px_catalog *catalog;
	unsigned i, count = 0;
	char *copy = xmalloc(len_bytes + 1);

	memcpy(copy, text, len_bytes);
	copy[len_bytes] = '\0';
	catalog = px_catalog_parse(copy, len_bytes, "images");
	for (i = 0; i < catalog->count; i++)
		if (strcmp(catalog->images[i].id, id) == 0 && count++ == 0)
			*line = catalog->images[i].line;
	px_catalog_free(catalog);
	return count;
}

/* --- the whole */

static const char *eol_of(const char *text, size_t len_bytes)
{
	size_t end = line_end(text, len_bytes, 0);

	return end >= 2 && text[end - 1] == '\n' && text[end - 2] == '\r' ? "\r\n" : "\n";
}

/* The last line may lack its end; a stanza begins behind an empty line. */
static void separate(struct writer *w)
{
	size_t start;

	if (!w->len_bytes)
		return;
	if (w->text[w->len_bytes - 1] != '\n')
		add_string(w, w->eol);
	start = w->len_bytes - 1;
	while (start > 0 && w->text[start - 1] != '\n')
		start--;
	if (!is_blank(w->text, start, w->len_bytes))
		add_string(w, w->eol);
}

char* FAST_FUNC px_stanza_put(const char *text, size_t len_bytes, const char *id, const struct px_field *fields,
		unsigned count, size_t *new_len_bytes, int *replaced)
{
	struct writer w = { .eol = eol_of(text, len_bytes) };
	struct span span = { .start = len_bytes, .end = len_bytes };
	unsigned line = 1, twins = count_id(text, len_bytes, id, &line);
	unsigned i;

	if (twins > 1)
		return NULL;
	if (twins)
		span = span_of(text, len_bytes, line);
	add(&w, text, span.start);
	if (!twins)
		separate(&w);
	for (i = 0; i < count; i++)
		add_field(&w, &fields[i]);
	add(&w, text + span.end, len_bytes - span.end);
	*new_len_bytes = w.len_bytes;
	*replaced = twins;
	return w.text;
}

char* FAST_FUNC px_stanza_extend(const char *text, size_t len_bytes, unsigned line, const struct px_field *fields,
		unsigned count, size_t *new_len_bytes)
{
	struct writer w = { .eol = eol_of(text, len_bytes) };
	struct span span = span_of(text, len_bytes, line);
	unsigned i;

	add(&w, text, span.end);
	if (span.end && text[span.end - 1] != '\n')
		add_string(&w, w.eol);
	for (i = 0; i < count; i++)
		add_field(&w, &fields[i]);
	add(&w, text + span.end, len_bytes - span.end);
	*new_len_bytes = w.len_bytes;
	return w.text;
}

/* The line says one of fields, or goes on with one (*within: the line before did). */
static int says_one_of(const char *line, const struct px_field *fields, unsigned count, int *within)
{
	unsigned i;

	if (*line == ' ' || *line == '\t')
		return *within;
	*within = 0;
	for (i = 0; i < count; i++) {
		size_t length = strlen(fields[i].name);

		*within |= strncasecmp(line, fields[i].name, length) == 0 && line[length] == ':';
	}
	return *within;
}

char* FAST_FUNC px_stanza_head(const char *text, size_t len_bytes, unsigned line, const struct px_field *fields,
		unsigned count, size_t *new_len_bytes)
{
	struct writer w = { .eol = eol_of(text, len_bytes) };
	struct span span = { .start = 0, .end = 0 };
	int within = 0;
	unsigned i;

	if (line)
		span = span_of(text, len_bytes, line);
	add(&w, text, span.start);
	while (span.start < span.end) {
		size_t end = line_end(text, len_bytes, span.start);

		if (!says_one_of(text + span.start, fields, count, &within))
			add(&w, text + span.start, end - span.start);
		span.start = end;
	}
	for (i = 0; i < count; i++)
		add_field(&w, &fields[i]);
	if (!line)
		add_string(&w, w.eol);
	add(&w, text + span.end, len_bytes - span.end);
	*new_len_bytes = w.len_bytes;
	return w.text;
}
