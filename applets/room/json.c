/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of events. See json.h.
 */
//kbuild:lib-$(CONFIG_PX_ROOM) += json.o

#include "libbb.h"
#include "room/json.h"

/* --- reading: s is where the next byte is read, d where a decoded string goes, which is never longer */

struct reader {
	char *s;
	const char *why;            /* NULL: all is well */
};

static int fail(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
	return -1;
}

static void skip_blanks(struct reader *r)
{
	r->s += strspn(r->s, " \t\r\n");
}

static int expect(struct reader *r, char c, const char *why)
{
	skip_blanks(r);
	if (*r->s != c)
		return fail(r, why);
	r->s++;
	return 0;
}

/* Four hexadecimal digits at r->s; -1: they are none. */
static int hex4(struct reader *r)
{
	int value = 0, i;

	for (i = 0; i < 4; i++) {
		unsigned char c = r->s[i];

		if (!isxdigit(c))
			return fail(r, "\\u without four hexadecimal digits");
		value = value << 4 | (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	r->s += 4;
	return value;
}

/* Events are ASCII: all else is shown as '?', control characters and what is escaped, too. */
static char plain(int code)
{
	return code < 0x20 || code >= 0x7f ? '?' : code;
}

/* What follows a backslash. NULL: none of JSON's. */
static char *put_escape(struct reader *r, char *d)
{
	char c = *r->s++;
	int code;

	if (c == 'u') {
		code = hex4(r);
		if (code < 0)
			return NULL;
		*d++ = plain(code);
		return d;
	}
	if (c && strchr("bfnrt", c))
		c = '?';
	else if (!c || !strchr("\"\\/", c)) {
		fail(r, "an escape that JSON does not have");
		return NULL;
	}
	*d++ = c;
	return d;
}

/* The string that begins at r->s, decoded in place with a NUL behind; NULL: it is none. */
static char *read_string(struct reader *r)
{
	char *start, *d;

	if (expect(r, '"', "a string is missing") != 0)
		return NULL;
	start = d = r->s;
	while (*r->s != '"') {
		unsigned char c = *r->s++;

		if (c < 0x20) {
			fail(r, c ? "a control character in a string" : "a string without an end");
			return NULL;
		}
		if (c == '\\')
			d = put_escape(r, d);
		else
			*d++ = plain(c);
		if (!d)
			return NULL;
	}
	r->s++;
	*d = '\0';
	return start;
}

/* The strings of a list, moved together. */
static int read_list(struct reader *r, struct px_json_member *member)
{
	char *d = member->value = r->s++;

	skip_blanks(r);
	if (*r->s == ']') {
		r->s++;
		return 0;
	}
	while (1) {
		char *value = read_string(r);
		size_t len_bytes;

		if (!value)
			return -1;
		len_bytes = strlen(value) + 1;
		memmove(d, value, len_bytes);
		d += len_bytes;
		member->count++;
		skip_blanks(r);
		if (*r->s == ']')
			break;
		if (expect(r, ',', "neither , nor ] in a list") != 0)
			return -1;
	}
	r->s++;
	return 0;
}

/* The bytes of a number as RFC 8259 (6) has it; 0: it is none. */
static size_t number_bytes(const char *s)
{
	const char *p = s + (*s == '-');

	if (!isdigit((unsigned char)*p) || (p[0] == '0' && isdigit((unsigned char)p[1])))
		return 0;
	p += strspn(p, "0123456789");
	if (*p == '.') {
		if (!isdigit((unsigned char)p[1]))
			return 0;
		p += 1 + strspn(p + 1, "0123456789");
	}
	if ((*p | 0x20) == 'e') {
		p += 1 + (p[1] == '+' || p[1] == '-');
		if (!isdigit((unsigned char)*p))
			return 0;
		p += strspn(p, "0123456789");
	}
	return p - s;
}

/* It stays where it stands: the NUL behind it takes the place of the byte that follows, which is given. */
static int read_literal(struct reader *r, struct px_json_member *member, char *next)
{
	static const char words[] ALIGN1 = "true\0false\0null\0";
	size_t len_bytes = number_bytes(r->s);
	const char *word;

	for (word = words; !len_bytes && *word; word += strlen(word) + 1)
		if (is_prefixed_with(r->s, word))
			len_bytes = strlen(word);
	if (!len_bytes)
		return fail(r, "a value that is no string, number, true, false, null or list of strings");
	member->value = r->s;
	r->s += len_bytes;
	skip_blanks(r);
	*next = *r->s;
	member->value[len_bytes] = '\0';
	return 0;
}

static int is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len && !name[len] && len <= PX_JSON_NAME_BYTES;
}

/* A member; sets *next to the byte that follows it, and r->s on that. */
static int read_member(struct reader *r, struct px_json *json, char *next)
{
	struct px_json_member *member = &json->members[json->count];

	if (json->count == PX_JSON_MEMBERS_MAX)
		return fail(r, "too many members");
	member->count = 0;
	member->name = read_string(r);
	if (!member->name || expect(r, ':', "a : is missing") != 0)
		return -1;
	if (!is_name(member->name) || px_json_find(json, member->name))
		return fail(r, "a name that no event has, or one that is given twice");
	skip_blanks(r);
	member->kind = *r->s == '"' ? PX_JSON_STRING : *r->s == '[' ? PX_JSON_LIST : PX_JSON_LITERAL;
	if (member->kind == PX_JSON_LITERAL) {
		if (read_literal(r, member, next) != 0)
			return -1;
	} else {
		if (member->kind == PX_JSON_LIST ? read_list(r, member) != 0 : !(member->value = read_string(r)))
			return -1;
		skip_blanks(r);
		*next = *r->s;
	}
	json->count++;
	return 0;
}

const char* FAST_FUNC px_json_parse(struct px_json *json, char *text)
{
	struct reader r = { .s = text };
	char next = ',';

	json->count = 0;
	if (expect(&r, '{', "no object") != 0)
		return r.why;
	skip_blanks(&r);
	if (*r.s == '}')
		next = '}';
	while (next == ',') {
		if (read_member(&r, json, &next) != 0)
			return r.why;
		if (next == ',')
			r.s++;
	}
	if (next != '}')
		return "neither , nor } behind a member";
	r.s++;
	skip_blanks(&r);
	return *r.s ? "something behind the object" : NULL;
}

/* --- what was read */

const struct px_json_member* FAST_FUNC px_json_find(const struct px_json *json, const char *name)
{
	unsigned i;

	for (i = 0; i < json->count; i++)
		if (strcmp(json->members[i].name, name) == 0)
			return &json->members[i];
	return NULL;
}

const char* FAST_FUNC px_json_string(const struct px_json *json, const char *name)
{
	const struct px_json_member *member = px_json_find(json, name);

	return member && member->kind == PX_JSON_STRING ? member->value : "";
}

unsigned long long FAST_FUNC px_json_number(const struct px_json *json, const char *name)
{
	const struct px_json_member *member = px_json_find(json, name);
	unsigned long long value;

	if (!member || member->kind != PX_JSON_LITERAL || !isdigit((unsigned char)member->value[0]))
		return 0;
	value = bb_strtoull(member->value, NULL, 10);
	return errno || value > LLONG_MAX ? 0 : value;
}

/* --- writing */

static void add_bytes(struct px_json_text *to, const char *bytes, size_t len_bytes)
{
	if (to->len_bytes + len_bytes + 1 > to->room_bytes) {
		to->room_bytes = 2 * (to->len_bytes + len_bytes + 1);
		to->text = xrealloc(to->text, to->room_bytes);
	}
	memcpy(to->text + to->len_bytes, bytes, len_bytes);
	to->len_bytes += len_bytes;
	to->text[to->len_bytes] = '\0';
}

void FAST_FUNC px_json_add(struct px_json_text *to, const char *raw)
{
	add_bytes(to, raw, strlen(raw));
}

void FAST_FUNC px_json_add_string(struct px_json_text *to, const char *value)
{
	add_bytes(to, "\"", 1);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			add_bytes(to, "\\", 1);
		add_bytes(to, (unsigned char)*value < 0x20 ? "?" : value, 1);
	}
	add_bytes(to, "\"", 1);
}

void FAST_FUNC px_json_add_member(struct px_json_text *to, const struct px_json_member *member)
{
	const char *value = member->value;
	unsigned i;

	px_json_add_string(to, member->name);
	px_json_add(to, ":");
	if (member->kind == PX_JSON_STRING)
		px_json_add_string(to, value);
	else if (member->kind == PX_JSON_LITERAL)
		px_json_add(to, value);
	else {
		px_json_add(to, "[");
		for (i = 0; i < member->count; i++) {
			px_json_add(to, i ? "," : "");
			px_json_add_string(to, value);
			value += strlen(value) + 1;
		}
		px_json_add(to, "]");
	}
}
