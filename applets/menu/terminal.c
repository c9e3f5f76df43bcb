/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One terminal. See terminal.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += terminal.o

#include "libbb.h"
#include "menu/terminal.h"

void FAST_FUNC px_terminal_open(struct px_terminal *terminal, const char *name, int in_fd, int out_fd)
{
	memset(terminal, 0, sizeof(*terminal));
	terminal->name = name;
	terminal->in_fd = in_fd;
	terminal->out_fd = out_fd;
	px_terminal_raw(terminal);
	px_terminal_measure(terminal);
}

void FAST_FUNC px_terminal_raw(struct px_terminal *terminal)
{
	if (!terminal->raw && set_termios_to_raw(terminal->in_fd, &terminal->saved, TERMIOS_CLEAR_ISIG) == 0)
		terminal->raw = 1;
}

void FAST_FUNC px_terminal_restore(struct px_terminal *terminal)
{
	if (terminal->raw)
		tcsetattr(terminal->in_fd, TCSANOW, &terminal->saved);
	terminal->raw = 0;
}

int FAST_FUNC px_terminal_measure(struct px_terminal *terminal)
{
	struct winsize size = { .ws_row = 0 };
	unsigned columns = 80, rows = 24;
	int changed;

	if (ioctl(terminal->out_fd, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		columns = size.ws_col;
		rows = size.ws_row;
	}
	changed = columns != terminal->columns || rows != terminal->rows;
	terminal->columns = columns;
	terminal->rows = rows;
	return changed;
}

/* True when a key is in the buffer already, so that polling the file descriptor would wait for nothing. */
static int has_key(const struct px_terminal *terminal)
{
	return terminal->key_buffer[0] != 0;
}

/* read_key swallows the sequences that it does not know, F1 and F2 among them: so they are looked at before it
 * gets them. Returns PX_KEY_F1, PX_KEY_F2, or PX_KEY_NONE with what was read put back for read_key. */
static int look_for_function_key(struct px_terminal *terminal)
{
	static const char sequences[] ALIGN1 = "OP\0[11~\0[[A\0" "OQ\0[12~\0[[B\0";
	struct pollfd pollfd = { .fd = terminal->in_fd, .events = POLLIN };
	char seen[KEYCODE_BUFFER_SIZE - 2];
	unsigned n = 0;
	int found;

	while (n < sizeof(seen) - 1 && safe_poll(&pollfd, 1, 50) > 0) {
		if (safe_read(terminal->in_fd, seen + n, 1) != 1)
			break;
		seen[++n] = '\0';
		found = index_in_strings(sequences, seen);
		if (found >= 0)
			return found < 3 ? PX_KEY_F1 : PX_KEY_F2;
		if (isalpha(seen[n - 1]) && !(n == 1 && seen[0] == 'O'))
			break;
		if (seen[n - 1] == '~' || seen[0] < '@')
			break;
	}
	read_key_ungets(terminal->key_buffer, "\033", 1);
	read_key_ungets(terminal->key_buffer, seen, n);
	return PX_KEY_NONE;
}

int FAST_FUNC px_terminal_key(struct px_terminal *terminal)
{
	int64_t key;

	if (!has_key(terminal)) {
		struct pollfd pollfd = { .fd = terminal->in_fd, .events = POLLIN };
		char c;
		ssize_t n;

		if (safe_poll(&pollfd, 1, 0) <= 0)
			return PX_KEY_NONE;
		n = safe_read(terminal->in_fd, &c, 1);
		if (n <= 0) {
			terminal->in_fd = -1;
			return PX_KEY_LOST;
		}
		if (c == PX_KEY_ESC) {
			int function_key = look_for_function_key(terminal);

			if (function_key != PX_KEY_NONE)
				return function_key;
		} else
			read_key_ungets(terminal->key_buffer, &c, 1);
	}
	key = safe_read_key(terminal->in_fd, terminal->key_buffer, 0);
	if (key == -1)
		return PX_KEY_NONE;
	if (key == '\n')
		return PX_KEY_ENTER;
	if (key == '\b')
		return PX_KEY_BACKSPACE;
	return (int)key == 0 ? PX_KEY_NONE : (int)key;
}

void FAST_FUNC px_terminal_write(struct px_terminal *terminal, const char *text, size_t len_bytes)
{
	struct pollfd pollfd = { .fd = terminal->out_fd, .events = POLLOUT };

	while (len_bytes) {
		ssize_t n;

		if (safe_poll(&pollfd, 1, 1000) <= 0)
			return;
		n = write(terminal->out_fd, text, len_bytes < 256 ? len_bytes : 256);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			text += n;
			len_bytes -= n;
		}
	}
}
