/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of pxfetch -R. See asks.h.
 */
//kbuild:lib-$(CONFIG_PX_FETCH_RANGES) += asks.o

#include "libbb.h"
#include "fetch/asks.h"
#include "lib/text.h"

/* Digits up to what is no digit; -1: none, or more than an image may have. */
static off_t number(const char **text)
{
	const char *start = *text;
	off_t value = 0;

	for (; isdigit((unsigned char)**text); (*text)++) {
		if (value > ((off_t)1 << 60) / 10)
			return -1;
		value = value * 10 + (**text - '0');
	}
	return *text == start ? -1 : value;
}

enum { ASK, ALL, PARTS };

/* ASK: *ask is set. -1: it is no line of ours. */
static int parse(struct px_ask *ask, const char *line)
{
	off_t mirror = -1;

	if (strcmp(line, "all") == 0)
		return ALL;
	if (strcmp(line, "parts") == 0)
		return PARTS;
	if (is_prefixed_with(line, "bad ")) {
		line += 4;
		mirror = number(&line);
		if (mirror < 0 || mirror > INT_MAX || *line++ != ' ')
			return -1;
	}
	ask->bad_mirror = mirror;
	ask->first_bytes = number(&line);
	if (ask->first_bytes < 0 || *line++ != '-')
		return -1;
	ask->last_bytes = number(&line);
	return ask->last_bytes < ask->first_bytes || *line ? -1 : ASK;
}

static void add(struct px_asks *asks, const struct px_ask *ask)
{
	if (asks->at == asks->count)
		asks->at = asks->count = 0;
	if (asks->count == asks->room) {
		asks->room = asks->room ? 2 * asks->room : 256;
		asks->list = xrealloc(asks->list, asks->room * sizeof(*asks->list));
	}
	asks->list[asks->count++] = *ask;
}

/* A line that is too long has lost its end, and the one that the end of fd cut off has none: neither is one. */
static int take_line(struct px_asks *asks, int whole)
{
	struct px_ask ask;
	int kind = -1;

	asks->line[asks->line_bytes] = '\0';
	if (whole && asks->line_bytes < sizeof(asks->line) - 1)
		kind = parse(&ask, asks->line);
	asks->line_bytes = 0;
	if (kind == ASK)
		add(asks, &ask);
	else if (kind == ALL)
		asks->all = 1;
	else if (kind == PARTS)
		asks->parts = 1;
	else
		bb_error_msg("-R: neither START-END nor all nor parts: %s", px_text_clean_copy(asks->line));
	return kind < 0 ? -1 : 0;
}

static int take(struct px_asks *asks, const char *text, size_t len_bytes)
{
	for (; len_bytes; text++, len_bytes--) {
		if (*text == '\n') {
			if (take_line(asks, 1) < 0)
				return -1;
		} else if (asks->line_bytes < sizeof(asks->line) - 1)
			asks->line[asks->line_bytes++] = *text;
	}
	return 0;
}

static int is_readable(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return safe_poll(&p, 1, 0) > 0;
}

int FAST_FUNC px_asks_read(struct px_asks *asks)
{
	char buf[4096];

	while (!asks->ended && !asks->all
	    && ((asks->at == asks->count && !asks->parts) || is_readable(asks->fd))) {
		ssize_t n = safe_read(asks->fd, buf, sizeof(buf));

		if (n < 0) {
			bb_simple_perror_msg("-R: cannot read");
			return -1;
		}
		if (n == 0) {
			asks->ended = 1;
			return asks->line_bytes ? take_line(asks, 0) : 0;
		}
		if (take(asks, buf, n) < 0)
			return -1;
	}
	return 0;
}
