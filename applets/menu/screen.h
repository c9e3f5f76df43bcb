/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen of cells: what a page draws, and what of it a terminal has to be told. VT100 and nothing more (ECMA-48
 * CUP, ED, SGR), printable ASCII only; a cell that has not changed is not sent, so a serial line of 9600 baud keeps
 * up.
 */
#ifndef PX_SCREEN_H
#define PX_SCREEN_H 1

#include "menu/terminal.h"

enum px_look { PX_PLAIN, PX_BOLD, PX_BAR, PX_CURSOR, PX_GREY, PX_GOOD, PX_BAD, PX_LOOKS };

enum { PX_COLUMNS_MAX = 300, PX_ROWS_MAX = 120, PX_COLUMNS_MIN = 40, PX_ROWS_MIN = 12 };

struct px_screen {
	unsigned columns, rows;     /* of the terminal, within the limits above */
	smallint colour;
	smallint stale;             /* nobody knows what the terminal shows: all of it is sent */
	unsigned row;               /* where px_screen_line goes on */
	int cursor_row, cursor_column; /* -1: hidden */
	char *wanted, *shown;       /* text, rows * columns */
	uint8_t *wanted_look, *shown_look;
};

/* A size of 0 first; throws away what was drawn. */
void px_screen_resize(struct px_screen *screen, unsigned columns, unsigned rows) FAST_FUNC;

/* Starts a new picture: all blank. */
void px_screen_clear(struct px_screen *screen) FAST_FUNC;

/* Puts text at (row, column), cut at width cells (0: as much as fits) and, if it is longer, ended by '>'. What is
 * no printable ASCII becomes '?'. Outside of the screen: nothing. fill: gives width cells that look. */
void px_screen_put(struct px_screen *screen, unsigned row, unsigned column, unsigned width, enum px_look look,
		const char *text) FAST_FUNC;
void px_screen_fill(struct px_screen *screen, unsigned row, unsigned column, unsigned width,
		enum px_look look) FAST_FUNC;

/* printf at screen->row (which moves down), from column on; wraps at blanks onto at most rows_max rows. Returns
 * rows taken. Users and passwords of URLs are left out. */
unsigned px_screen_line(struct px_screen *screen, unsigned column, unsigned rows_max, enum px_look look,
		const char *fmt, ...)
	__attribute__ ((format (printf, 5, 6))) FAST_FUNC;

/* Sends what has changed. */
void px_screen_flush(struct px_screen *screen, struct px_terminal *terminal) FAST_FUNC;

/* Into full-screen mode, and back: cursor shown, below what was drawn. */
void px_screen_enter(struct px_screen *screen, struct px_terminal *terminal) FAST_FUNC;
void px_screen_leave(struct px_screen *screen, struct px_terminal *terminal) FAST_FUNC;

#endif
