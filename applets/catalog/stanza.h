/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A catalog as text: one stanza is written or replaced, every other byte stays as it is. Pure functions, no I/O. What
 * a stanza means is catalog.h's; the same parser finds it here.
 */
#ifndef PX_STANZA_H
#define PX_STANZA_H 1

struct px_field {
	const char *name;
	const char *value; /* may have several lines: they are folded as deb822(5) wants it */
};

/* What is wrong with a field that somebody wants to write, a constant; NULL: nothing. A name is letters, digits and
 * '-'; a value has no control byte but '\n', and is not empty. */
const char *px_field_problem(const struct px_field *field) FAST_FUNC;

/* reference (a path relative to the catalog) as it must stand in a field: what a URL or a list of words would take
 * for something else becomes %XX. malloc'ed. */
char *px_field_escape(const char *reference) FAST_FUNC;

/* text (len_bytes of it) with a stanza of these fields: in the place of the one whose first field Image says id,
 * else at the end, after an empty line. Lines end as the first line of text does. Returns the new text (malloc'ed,
 * a NUL after *new_len_bytes), *replaced says which; NULL: several stanzas have that id, which people must sort
 * out. */
char *px_stanza_put(const char *text, size_t len_bytes, const char *id, const struct px_field *fields, unsigned count,
		size_t *new_len_bytes, int *replaced) FAST_FUNC;

/* text with count fields behind the last line of the stanza that begins in that line (from 1). malloc'ed. */
char *px_stanza_extend(const char *text, size_t len_bytes, unsigned line, const struct px_field *fields, unsigned count,
		size_t *new_len_bytes) FAST_FUNC;

/* text with a header stanza (line: where it begins; 0: there is none yet, and it becomes the first) in which these
 * fields stand last, once; its other lines stay. malloc'ed. */
char *px_stanza_head(const char *text, size_t len_bytes, unsigned line, const struct px_field *fields, unsigned count,
		size_t *new_len_bytes) FAST_FUNC;

#endif
