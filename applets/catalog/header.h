/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the catalog says of itself, in a first stanza that begins with Catalog: whose it is, how new, and for how long.
 */
#ifndef PX_HEADER_H
#define PX_HEADER_H 1

enum { PX_TIME_BYTES_TEXT = 21, PX_SERIAL_MAX = 1000000000 };

struct px_header {
	unsigned line;              /* where it starts; 0: there is none */
	const char *name;           /* printable ASCII; "" */
	unsigned serial;            /* goes up with each signing; 0: not said */
	long long date_s;           /* when it was signed, seconds of Unix; -1: not said */
	long long valid_until_s;    /* -1: not said */
	unsigned problem_line;
	const char *problem;        /* NULL: none; a constant */
	const char *problem_field;
};

/* "2026-11-25T10:00:00Z", exactly this shape, to seconds of Unix; -1: it is something else. */
long long px_time_parse(const char *text) FAST_FUNC;

/* The same the other way, into buf of PX_TIME_BYTES_TEXT; returns buf. */
char *px_time_print(char *buf, long long time_s) FAST_FUNC;

/* A serial number: 1 to 1000000000 in decimal; 0: it is something else. */
unsigned px_serial_parse(const char *text) FAST_FUNC;

/* Takes a field; value lies in the catalog's text. NULL; else what is wrong (a constant), "" for a field that is not
 * known. */
const char *px_header_set(struct px_header *header, const char *name, char *value) FAST_FUNC;

#endif
