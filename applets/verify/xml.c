/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pull scanner for a little XML. See xml.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += xml.o

#include "libbb.h"
#include "verify/xml.h"

int FAST_FUNC px_xml_fail(const struct px_xml *x, const char *at, const char *fmt, ...)
{
	unsigned line = 1;
	const char *c;
	va_list args;
	char *why;

	for (c = x->text; c < at; c++)
		line += *c == '\n';
	va_start(args, fmt);
	if (vasprintf(&why, fmt, args) < 0)
		bb_die_memory_exhausted();
	va_end(args);
	bb_error_msg("%s: line %u: %s", x->source, line, why);
	free(why);
	return -1;
}

int FAST_FUNC px_span_is(struct px_span s, const char *text)
{
	return s.p && s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

struct px_span FAST_FUNC px_xml_attribute(const struct px_xml *x, const char *name)
{
	struct px_span none = { NULL, 0 };
	unsigned i;

	for (i = x->attributes; i > 0; i--)
		if (px_span_is(x->attribute[i - 1].name, name))
			return x->attribute[i - 1].value;
	return none;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct px_span span_trim(const char *from, const char *to)
{
	struct px_span s;

	while (from < to && is_blank(from[0]))
		from++;
	while (from < to && is_blank(to[-1]))
		to--;
	s.p = from;
	s.len = to - from;
	return s;
}

static int is_name_char(char c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':';
}

static struct px_span scan_name(struct px_xml *x)
{
	struct px_span name = { x->at, 0 };

	while (x->at < x->end && is_name_char(*x->at))
		x->at++;
	name.len = x->at - name.p;
	return name;
}

static void scan_blanks(struct px_xml *x)
{
	while (x->at < x->end && is_blank(*x->at))
		x->at++;
}

/* "value" or 'value' */
static int scan_value(struct px_xml *x, struct px_span *value)
{
	const char *start;
	char quote = x->at < x->end ? *x->at : 0;

	if (quote != '"' && quote != '\'')
		return px_xml_fail(x, x->at, "not XML: a value without quotes");
	start = ++x->at;
	while (x->at < x->end && *x->at != quote) {
		if (*x->at == '&' || *x->at == '<')
			return px_xml_fail(x, x->at, "entities are not taken");
		x->at++;
	}
	if (x->at == x->end)
		return px_xml_fail(x, start, "not XML: a value that does not end");
	*value = span_trim(start, x->at++);
	return 0;
}

/* name="value", blanks around the = allowed */
static int scan_attribute(struct px_xml *x)
{
	struct px_span name = scan_name(x);

	scan_blanks(x);
	if (name.len == 0 || x->at == x->end || *x->at != '=')
		return px_xml_fail(x, x->at, "not XML: a tag that does not end");
	if (x->attributes == PX_XML_MAX_ATTRIBUTES)
		return px_xml_fail(x, name.p, "more than %u attributes", PX_XML_MAX_ATTRIBUTES);
	x->at++;
	scan_blanks(x);
	x->attribute[x->attributes].name = name;
	return scan_value(x, &x->attribute[x->attributes++].value);
}

static int element_begins(struct px_xml *x, struct px_span name)
{
	if (x->rooted && x->depth == 0)
		return px_xml_fail(x, name.p, "something after the end of %.*s", (int)x->open[0].len, x->open[0].p);
	if (x->depth == PX_XML_MAX_DEPTH)
		return px_xml_fail(x, name.p, "elements nested too deep");
	x->rooted = 1;
	x->open[x->depth++] = x->name = name;
	x->content_start = x->at;
	return PX_XML_BEGIN;
}

static int element_ends(struct px_xml *x, struct px_span name, const char *content_end)
{
	struct px_span open = x->depth ? x->open[x->depth - 1] : name;

	if (x->depth == 0 || name.len != open.len || memcmp(name.p, open.p, name.len) != 0)
		return px_xml_fail(x, name.p, "end of an element that is not open");
	x->depth--;
	x->name = name;
	x->content = span_trim(x->content_start, content_end);
	x->content_start = x->at;
	return PX_XML_END;
}

/* Behind "<": a name, attributes, ">" or "/>" */
static int scan_begin_tag(struct px_xml *x)
{
	struct px_span name = scan_name(x);

	x->attributes = 0;
	if (name.len == 0)
		return px_xml_fail(x, x->at, "not XML: a tag without a name");
	for (scan_blanks(x); x->at == x->end || (*x->at != '>' && *x->at != '/'); scan_blanks(x))
		if (scan_attribute(x) != 0)
			return -1;
	if (*x->at == '/') {
		x->at++;
		x->empty = 1;
		if (x->at == x->end || *x->at != '>')
			return px_xml_fail(x, x->at, "not XML: a tag that does not end");
	}
	x->at++;
	return element_begins(x, name);
}

/* Behind "</" */
static int scan_end_tag(struct px_xml *x)
{
	const char *content_end = x->at - 2;
	struct px_span name = scan_name(x);

	scan_blanks(x);
	if (x->at == x->end || *x->at != '>')
		return px_xml_fail(x, x->at, "not XML: a tag that does not end");
	x->at++;
	return element_ends(x, name, content_end);
}

/* Skips from "<!--" or "<?" past its end. */
static int scan_skip(struct px_xml *x, const char *end)
{
	const char *found = memmem(x->at, x->end - x->at, end, strlen(end));

	if (!found)
		return px_xml_fail(x, x->at, "not XML: no %s behind this", end);
	x->at = found + strlen(end);
	x->content_start = x->at; /* a comment inside of a value: only what follows counts */
	return 0;
}

static int scan_starts(const struct px_xml *x, const char *text)
{
	return (size_t)(x->end - x->at) >= strlen(text) && memcmp(x->at, text, strlen(text)) == 0;
}

/* At "<": an event, 0 when there is none in it, -1 */
static int scan_markup(struct px_xml *x)
{
	int first = !x->started;

	x->started = 1;
	if (scan_starts(x, "<!--")) {
		x->at += 4;
		return scan_skip(x, "-->");
	}
	if (first && scan_starts(x, "<?xml"))
		return scan_skip(x, "?>");
	if (scan_starts(x, "<!") || scan_starts(x, "<?"))
		return px_xml_fail(x, x->at, "DOCTYPE, CDATA and the like are not taken");
	if (scan_starts(x, "</")) {
		x->at += 2;
		return scan_end_tag(x);
	}
	x->at++;
	return scan_begin_tag(x);
}

/* Up to the next "<" or the end; only an element may have text. */
static int scan_text(struct px_xml *x)
{
	for (; x->at < x->end && *x->at != '<'; x->at++) {
		if (*x->at == '&' || *x->at == '\0')
			return px_xml_fail(x, x->at, "entities are not taken");
		if (x->depth == 0 && !is_blank(*x->at))
			return px_xml_fail(x, x->at, "not XML: text outside of all elements");
	}
	return 0;
}

int FAST_FUNC px_xml_next(struct px_xml *x)
{
	int event = 0;

	if (x->empty) {
		x->empty = 0;
		return element_ends(x, x->name, x->content_start);
	}
	while (event == 0) {
		if (scan_text(x) != 0)
			return -1;
		if (x->at == x->end)
			break;
		event = scan_markup(x);
	}
	if (event == 0 && (x->depth || !x->rooted))
		return px_xml_fail(x, x->end, "cut short");
	return event;
}

void FAST_FUNC px_xml_begin(struct px_xml *x, const char *text, size_t text_bytes, const char *source)
{
	memset(x, 0, sizeof(*x));
	x->source = source;
	x->text = x->at = x->content_start = text;
	x->end = text + text_bytes;
}
