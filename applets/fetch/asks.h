/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pxfetch -R is asked for: its lines become asks, and asks that stand close together one request.
 */
#ifndef PX_ASKS_H
#define PX_ASKS_H 1

#include "lib/status.h"

struct px_ask {
	off_t first_bytes, last_bytes; /* of the decoded image */
	int bad_mirror;                /* it gave these bytes, and they were wrong; -1: none */
};

struct px_asks {
	int fd;                /* where the lines come from */
	struct px_ask *list;   /* in the order of the lines; owned */
	size_t at, count;      /* those before at are answered */
	size_t room;
	char line[64];         /* the last one, as long as it is not complete */
	unsigned line_bytes;
	smallint ended;        /* no more lines come */
	smallint all;          /* all of the image is wanted */
	smallint parts;        /* whether parts can be had is wanted */
};

/* Reads lines: those that are there, and when no ask is left waits for one or for the end. Returns 0; -1: it is no such
 * line, or cannot be read (printed). */
int px_asks_read(struct px_asks *asks) FAST_FUNC;

#endif
