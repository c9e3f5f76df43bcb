/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen of cells. See screen.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += screen.o

#include "libbb.h"
#include "lib/url.h"
#include "menu/screen.h"

enum { OUT_BYTES = 1024, GAP_MAX = 6 };

/* SGR of each look, without and with colour */
static const char looks[] ALIGN1 =
	"0\0" "0;1\0" "0;7\0" "0;7\0" "0\0" "0;1\0" "0;1;7\0";
static const char colour_looks[] ALIGN1 =
	"0\0" "0;1\0" "0;37;44\0" "0;7\0" "0;1;30\0" "0;1;32\0" "0;1;37;41\0";

static void throw_away(struct px_screen *screen)
{
	free(screen->wanted);
	free(screen->shown);
	free(screen->wanted_look);
	free(screen->shown_look);
	screen->columns = screen->rows = 0;
	screen->wanted = screen->shown = NULL;
	screen->wanted_look = screen->shown_look = NULL;
}

void FAST_FUNC px_screen_resize(struct px_screen *screen, unsigned columns, unsigned rows)
{
	size_t cells;

	columns = MAX(MIN(columns, PX_COLUMNS_MAX), PX_COLUMNS_MIN);
	rows = MAX(MIN(rows, PX_ROWS_MAX), PX_ROWS_MIN);
	if (screen->columns == columns && screen->rows == rows)
		return;
	throw_away(screen);
	cells = columns * rows;
	screen->columns = columns;
	screen->rows = rows;
	screen->stale = 1;
	screen->wanted = xzalloc(cells);
	screen->shown = xzalloc(cells);
	screen->wanted_look = xzalloc(cells);
	screen->shown_look = xzalloc(cells);
	px_screen_clear(screen);
}

/* --- drawing */

void FAST_FUNC px_screen_clear(struct px_screen *screen)
{
	memset(screen->wanted, ' ', screen->columns * screen->rows);
	memset(screen->wanted_look, PX_PLAIN, screen->columns * screen->rows);
	screen->row = 0;
	screen->cursor_row = -1;
}

static void put_bytes(struct px_screen *screen, unsigned row, unsigned column, unsigned width, enum px_look look,
		const char *text, size_t len)
{
	unsigned cell, i;

	if (row >= screen->rows || column >= screen->columns)
		return;
	if (!width || width > screen->columns - column)
		width = screen->columns - column;
	cell = row * screen->columns + column;
	for (i = 0; i < width && i < len; i++) {
		unsigned char c = text[i];

		screen->wanted[cell + i] = c < ' ' || c > '~' ? '?' : c;
		screen->wanted_look[cell + i] = look;
	}
	if (len > width)
		screen->wanted[cell + width - 1] = '>';
}

void FAST_FUNC px_screen_put(struct px_screen *screen, unsigned row, unsigned column, unsigned width, enum px_look look,
		const char *text)
{
	put_bytes(screen, row, column, width, look, text, strlen(text));
}

void FAST_FUNC px_screen_fill(struct px_screen *screen, unsigned row, unsigned column, unsigned width,
		enum px_look look)
{
	if (row >= screen->rows || column >= screen->columns)
		return;
	if (!width || width > screen->columns - column)
		width = screen->columns - column;
	memset(screen->wanted_look + row * screen->columns + column, look, width);
}

/* How many characters of text go onto a row of width cells; *next: where the following row starts. */
static unsigned wrap_at(const char *text, unsigned width, const char **next)
{
	unsigned len = strcspn(text, "\n");
	unsigned cut = width;

	if (len <= width) {
		*next = text + len + (text[len] == '\n');
		return len;
	}
	while (cut && text[cut] != ' ')
		cut--;
	if (!cut) {
		*next = text + width;
		return width;
	}
	*next = skip_whitespace(text + cut);
	return cut;
}

unsigned FAST_FUNC px_screen_line(struct px_screen *screen, unsigned column, unsigned rows_max, enum px_look look,
		const char *fmt, ...)
{
	unsigned width = column + 2 < screen->columns ? screen->columns - column - 1 : 1;
	unsigned taken = 0;
	const char *rest, *next;
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		bb_die_memory_exhausted();
	va_end(args);
	px_url_hide_users(text);
	for (rest = text; taken == 0 || (*rest && taken < rows_max); rest = next) {
		unsigned len = wrap_at(rest, width, &next);

		if (++taken == rows_max && *next)
			len = strlen(rest); /* put cuts it and says so */
		put_bytes(screen, screen->row++, column, width, look, rest, len);
	}
	free(text);
	return taken;
}

/* --- sending */

struct sender {
	struct px_terminal *terminal;
	char buf[OUT_BYTES];
	unsigned len;
	int look;                   /* -1: unknown */
	smallint colour;
};

static void send_text(struct sender *s, const char *text, unsigned len)
{
	if (s->len + len > OUT_BYTES) {
		px_terminal_write(s->terminal, s->buf, s->len);
		s->len = 0;
	}
	memcpy(s->buf + s->len, text, len);
	s->len += len;
}

static void send_move(struct sender *s, unsigned row, unsigned column)
{
	char sequence[32];

	send_text(s, sequence, sprintf(sequence, "\033[%u;%uH", row + 1, column + 1));
}

static void send_look(struct sender *s, int look)
{
	char sequence[32];

	if (s->look == look)
		return;
	s->look = look;
	send_text(s, sequence, sprintf(sequence, "\033[%sm", nth_string(s->colour ? colour_looks : looks, look)));
}

static int is_changed(const struct px_screen *screen, unsigned cell)
{
	return screen->wanted[cell] != screen->shown[cell] || screen->wanted_look[cell] != screen->shown_look[cell];
}

/* The row's changed cells; gaps shorter than a cursor movement are sent too. */
static void send_row(struct px_screen *screen, struct sender *s, unsigned row)
{
	unsigned start = row * screen->columns;
	/* the last cell of the last row stays blank: some terminals scroll when it is written */
	unsigned columns = screen->columns - (row + 1 == screen->rows);
	unsigned column, at = columns + GAP_MAX; /* the terminal's cursor; anywhere else at first */

	for (column = 0; column < columns; column++) {
		unsigned cell = start + column;

		if (!is_changed(screen, cell))
			continue;
		if (at > column || column - at > GAP_MAX) {
			send_move(s, row, column);
			at = column;
		}
		for (; at <= column; at++) {
			send_look(s, screen->wanted_look[start + at]);
			send_text(s, &screen->wanted[start + at], 1);
		}
	}
}

/* Rows of messages ("px: ...") are sent whole: scripts look for them in the stream. */
static void spoil_message_row(struct px_screen *screen, unsigned row)
{
	unsigned start = row * screen->columns;

	if (memcmp(screen->wanted + start, "px: ", 4) == 0
	 && memcmp(screen->wanted + start, screen->shown + start, screen->columns) != 0)
		memset(screen->shown + start, 0, screen->columns);
}

void FAST_FUNC px_screen_flush(struct px_screen *screen, struct px_terminal *terminal)
{
	struct sender s = { .terminal = terminal, .look = -1, .colour = screen->colour };
	size_t cells = screen->columns * screen->rows;
	unsigned row;

	if (screen->stale) {
		send_text(&s, "\033[0m\033[2J\033[?7l\033[?25l", 4 + 4 + 5 + 6);
		memset(screen->shown, ' ', cells);
		memset(screen->shown_look, PX_PLAIN, cells);
		screen->stale = 0;
	}
	for (row = 0; row < screen->rows; row++) {
		spoil_message_row(screen, row);
		send_row(screen, &s, row);
	}
	memcpy(screen->shown, screen->wanted, cells);
	memcpy(screen->shown_look, screen->wanted_look, cells);
	if (s.len)
		send_look(&s, PX_PLAIN);
	if (screen->cursor_row >= 0) {
		send_move(&s, screen->cursor_row, screen->cursor_column);
		send_text(&s, "\033[?25h", 6);
	} else if (s.len)
		send_text(&s, "\033[?25l", 6);
	px_terminal_write(terminal, s.buf, s.len);
}

void FAST_FUNC px_screen_enter(struct px_screen *screen, struct px_terminal *terminal)
{
	px_terminal_raw(terminal);
	screen->stale = 1;
}

void FAST_FUNC px_screen_leave(struct px_screen *screen, struct px_terminal *terminal)
{
	char text[64];

	px_terminal_write(terminal, text, sprintf(text, "\033[0m\033[?7h\033[?25h\033[%u;1H\r\n", screen->rows));
	px_terminal_restore(terminal);
}
