/*
 * The XML that block maps are made of: tags, attributes, comments; nothing else is taken. See bmap_parse.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bmap_xml.o

#include "libbb.h"
#include "verify/bmap_parse.h"

int FAST_FUNC px_bmap_fail(const struct bmap_parse *p, const char *at, const char *fmt, ...)
{
	unsigned line = 1;
	const char *c;
	va_list args;
	char *why;

	for (c = p->text; c < at; c++)
		line += *c == '\n';
	va_start(args, fmt);
	if (vasprintf(&why, fmt, args) < 0)
		bb_die_memory_exhausted();
	va_end(args);
	bb_error_msg("%s: line %u: %s", p->name, line, why);
	free(why);
	return -1;
}

int FAST_FUNC px_bmap_span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span span_trim(struct span s)
{
	while (s.len && is_blank(s.p[0]))
		s.p++, s.len--;
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static int is_name_char(char c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':';
}

static struct span scan_name(struct bmap_parse *p)
{
	struct span name = { p->at, 0 };

	while (p->at < p->end && is_name_char(*p->at))
		p->at++;
	name.len = p->at - name.p;
	return name;
}

static void scan_blanks(struct bmap_parse *p)
{
	while (p->at < p->end && is_blank(*p->at))
		p->at++;
}

/* name="value" or name='value', blanks around the = allowed */
static int scan_attribute(struct bmap_parse *p, struct span *name, struct span *value)
{
	char quote;

	*name = scan_name(p);
	scan_blanks(p);
	if (name->len == 0 || p->at == p->end || *p->at != '=')
		return px_bmap_fail(p, p->at, "not XML: a tag that does not end");
	p->at++;
	scan_blanks(p);
	quote = p->at < p->end ? *p->at : 0;
	if (quote != '"' && quote != '\'')
		return px_bmap_fail(p, p->at, "not XML: a value without quotes");
	value->p = ++p->at;
	while (p->at < p->end && *p->at != quote) {
		if (*p->at == '&' || *p->at == '<')
			return px_bmap_fail(p, p->at, "entities are not taken");
		p->at++;
	}
	if (p->at == p->end)
		return px_bmap_fail(p, value->p, "not XML: a value that does not end");
	value->len = p->at++ - value->p;
	*value = span_trim(*value);
	return 0;
}

/* Hands the text of the element over without its outer blanks. */
static int scan_element_end(struct bmap_parse *p, struct span name)
{
	p->content = span_trim(p->content);
	return px_bmap_element_end(p, name);
}

/* Behind "<": a name, attributes, ">" or "/>" */
static int scan_begin_tag(struct bmap_parse *p)
{
	struct span none = { NULL, 0 };
	struct span name = scan_name(p), version = none, chksum = none;

	if (name.len == 0)
		return px_bmap_fail(p, p->at, "not XML: a tag without a name");
	for (;;) {
		struct span attribute, value;

		scan_blanks(p);
		if (p->at < p->end && (*p->at == '>' || *p->at == '/'))
			break;
		if (scan_attribute(p, &attribute, &value) != 0)
			return -1;
		if (px_bmap_span_is(attribute, "version"))
			version = value;
		else if (px_bmap_span_is(attribute, p->minor == 3 ? "sha1" : "chksum"))
			chksum = value;
	}
	if (px_bmap_element_begin(p, name, version, chksum) != 0)
		return -1;
	if (*p->at == '/') {
		if (p->end - p->at < 2 || p->at[1] != '>')
			return px_bmap_fail(p, p->at, "not XML: a tag that does not end");
		p->at++;
		p->content.p = p->at; /* nothing in it */
		p->content.len = 0;
		if (scan_element_end(p, name) != 0)
			return -1;
	}
	p->at++;
	p->content.p = p->at;
	p->content.len = 0;
	return 0;
}

/* Behind "</" */
static int scan_end_tag(struct bmap_parse *p)
{
	struct span name = scan_name(p);

	scan_blanks(p);
	if (p->at == p->end || *p->at != '>')
		return px_bmap_fail(p, p->at, "not XML: a tag that does not end");
	p->at++;
	if (scan_element_end(p, name) != 0)
		return -1;
	p->content.p = p->at;
	p->content.len = 0;
	return 0;
}

/* Skips from "<!--" or "<?" past its end. */
static int scan_skip(struct bmap_parse *p, const char *end)
{
	const char *found = memmem(p->at, p->end - p->at, end, strlen(end));

	if (!found)
		return px_bmap_fail(p, p->at, "not XML: no %s behind this", end);
	p->at = found + strlen(end);
	return 0;
}

static int scan_starts(const struct bmap_parse *p, const char *text)
{
	return (size_t)(p->end - p->at) >= strlen(text) && memcmp(p->at, text, strlen(text)) == 0;
}

static int scan_markup(struct bmap_parse *p)
{
	int first = !p->started;

	p->started = 1;
	if (scan_starts(p, "<!--")) {
		p->at += 4;
		if (scan_skip(p, "-->") != 0)
			return -1;
		p->content.p = p->at; /* a comment inside of a value: only what follows counts */
		p->content.len = 0;
		return 0;
	}
	if (first && scan_starts(p, "<?xml"))
		return scan_skip(p, "?>");
	if (scan_starts(p, "<!") || scan_starts(p, "<?"))
		return px_bmap_fail(p, p->at, "DOCTYPE, CDATA and the like are not taken");
	if (scan_starts(p, "</")) {
		p->at += 2;
		return scan_end_tag(p);
	}
	p->at++;
	return scan_begin_tag(p);
}

int FAST_FUNC px_bmap_scan(struct bmap_parse *p)
{
	while (p->at < p->end) {
		if (*p->at == '<') {
			if (scan_markup(p) != 0)
				return -1;
			continue;
		}
		if (*p->at == '&' || *p->at == '\0')
			return px_bmap_fail(p, p->at, "entities are not taken");
		if (p->depth == 0 && !is_blank(*p->at))
			return px_bmap_fail(p, p->at, "this is no bmap file");
		p->at++;
		p->content.len = p->at - p->content.p;
	}
	return 0;
}
