/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One terminal: raw mode, keys, size. Nothing here knows what is on the screen.
 */
#ifndef PX_TERMINAL_H
#define PX_TERMINAL_H 1

/* Keys: characters 1..255, KEYCODE_* of libbb.h (negative), and these. */
enum {
	PX_KEY_NONE = -1000,        /* nothing came in time */
	PX_KEY_LOST = -1001,        /* the terminal has gone away */
	PX_KEY_F1 = -1002,
	PX_KEY_F2 = -1003,
	PX_KEY_ESC = 27,
	PX_KEY_ENTER = '\r',        /* '\n' is turned into this one */
	PX_KEY_BACKSPACE = 127,     /* and '\b' into this */
	PX_KEY_CTRL_C = 3,
	PX_KEY_CTRL_L = 12,
};

struct px_terminal {
	int in_fd, out_fd;          /* in_fd -1: gone */
	const char *name;           /* "ttyS0"; for messages */
	unsigned columns, rows;
	smallint raw;
	struct termios saved;
	char key_buffer[KEYCODE_BUFFER_SIZE];
};

/* Takes over two file descriptors that stay the caller's. Anything may be behind them; raw mode only if a terminal
 * is. */
void px_terminal_open(struct px_terminal *terminal, const char *name, int in_fd, int out_fd) FAST_FUNC;

/* Leaves raw mode (for a shell), enters it again. */
void px_terminal_restore(struct px_terminal *terminal) FAST_FUNC;
void px_terminal_raw(struct px_terminal *terminal) FAST_FUNC;

/* Asks for the size; 80x24 where nobody knows. Returns 1 when it is another one than before. */
int px_terminal_measure(struct px_terminal *terminal) FAST_FUNC;

/* One key; waits for no longer than the rest of an escape sequence takes. PX_KEY_NONE, PX_KEY_LOST. */
int px_terminal_key(struct px_terminal *terminal) FAST_FUNC;

/* Writes, whatever it takes, but never waits for ever for a line that does not move (flow control): after a second
 * of no movement the rest is dropped. */
void px_terminal_write(struct px_terminal *terminal, const char *text, size_t len_bytes) FAST_FUNC;

#endif
