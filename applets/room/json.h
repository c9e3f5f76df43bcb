/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of events (RFC 8259), as a pure function over a buffer: one flat object whose values are strings, numbers,
 * true, false, null, or lists of strings. Strict: what is deeper, cut, given twice or followed by anything is refused.
 * What was read can be written again, in one line, with no byte in it that could end a line or a string.
 */
#ifndef PX_JSON_H
#define PX_JSON_H 1

enum { PX_JSON_MEMBERS_MAX = 64, PX_JSON_NAME_BYTES = 32 };

enum px_json_kind { PX_JSON_STRING, PX_JSON_LITERAL, PX_JSON_LIST };

struct px_json_member {
	const char *name;           /* [a-z0-9_], at most PX_JSON_NAME_BYTES */
	enum px_json_kind kind;
	char *value;                /* a string; a number, true, false, null as it stood there; a list */
	unsigned count;             /* PX_JSON_LIST: strings, a NUL behind each */
};

struct px_json {
	struct px_json_member members[PX_JSON_MEMBERS_MAX];
	unsigned count;
};

/* Parses text, which is changed and which json points into. What is not printable ASCII in a string becomes '?'.
 * Returns NULL; or what is wrong with it, a constant. */
const char *px_json_parse(struct px_json *json, char *text) FAST_FUNC;

/* The member of that name; NULL: there is none. */
const struct px_json_member *px_json_find(const struct px_json *json, const char *name) FAST_FUNC;

/* The value of a string member; "" when it is not there, or no string. */
const char *px_json_string(const struct px_json *json, const char *name) FAST_FUNC;

/* The value of a number member that is a whole one, at most LLONG_MAX; 0 when it is none. */
unsigned long long px_json_number(const struct px_json *json, const char *name) FAST_FUNC;

/* Text as a JSON string with its quotes, or a member as "name":value; both go behind what to has. */
struct px_json_text {
	char *text;                 /* malloced, NUL behind; NULL: empty */
	size_t len_bytes, room_bytes;
};
void px_json_add(struct px_json_text *to, const char *raw) FAST_FUNC;
void px_json_add_string(struct px_json_text *to, const char *value) FAST_FUNC;
void px_json_add_member(struct px_json_text *to, const struct px_json_member *member) FAST_FUNC;

#endif
