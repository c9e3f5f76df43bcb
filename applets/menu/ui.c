/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop of the menu. See ui.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += ui.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "menu/ui.h"

enum { TICK_MS = 200 }; /* how often the end of a program is looked for */

void FAST_FUNC px_ui_share(struct px_ui *ui, int exclusive)
{
	if (!exclusive || !ui->exclusive)
		ui->owner = -1;
	ui->exclusive = exclusive;
}

/* Whether a key of terminal i counts; PX_KEY_TAKE from another one than the owner's makes that the owner. */
static int is_meant(struct px_ui *ui, int i, int key)
{
	ui->last = i;
	if (!ui->exclusive || ui->owner == i || ui->count == 1)
		return 1;
	if (ui->owner < 0) {
		ui->owner = i;
		return 1;
	}
	if (tolower(key) == PX_KEY_TAKE)
		ui->owner = i;
	else
		ui->last = ui->owner;
	return 0;
}

static int any_key(struct px_ui *ui)
{
	unsigned i;

	for (i = 0; i < ui->count; i++) {
		struct px_terminal *terminal = &ui->terminals[i];
		int key = terminal->in_fd < 0 ? PX_KEY_NONE : px_terminal_key(terminal);

		if (key != PX_KEY_NONE && key != PX_KEY_LOST && is_meant(ui, i, key))
			return key;
	}
	return PX_KEY_NONE;
}

static int terminals_left(const struct px_ui *ui)
{
	unsigned i, left = 0;

	for (i = 0; i < ui->count; i++)
		left += ui->terminals[i].in_fd >= 0;
	return left;
}

int FAST_FUNC px_ui_wait(struct px_ui *ui, int timeout_ms, struct px_install *install, struct px_child *child)
{
	struct pollfd fds[PX_TERMINALS_MAX + PX_INSTALL_FDS + PX_CHILD_FDS];
	struct pollfd *install_fds = fds + PX_TERMINALS_MAX;
	struct pollfd *child_fds = install_fds + PX_INSTALL_FDS;
	unsigned i;
	int owner = ui->owner;
	int key = any_key(ui);

	if (key != PX_KEY_NONE || ui->owner != owner)
		return key;
	if (!install && !child && timeout_ms < 0 && !terminals_left(ui))
		return PX_KEY_LOST;
	if ((install || child) && (unsigned)timeout_ms > TICK_MS)
		timeout_ms = TICK_MS;
	memset(fds, 0, sizeof(fds));
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i].fd = -1;
	for (i = 0; i < ui->count; i++) {
		fds[i].fd = ui->terminals[i].in_fd;
		fds[i].events = POLLIN;
	}
	if (install)
		px_install_pollfds(install, install_fds);
	if (child)
		px_child_pollfds(child, child_fds);
	poll(fds, ARRAY_SIZE(fds), timeout_ms);
	if (install)
		px_install_handle(install, install_fds);
	if (child)
		px_child_handle(child, child_fds);
	return any_key(ui);
}

void FAST_FUNC px_ui_rub_out(struct px_ui *ui)
{
	unsigned i;

	for (i = 0; i < ui->count; i++)
		px_terminal_write(&ui->terminals[i], "\b \b", 3);
}

void FAST_FUNC px_ui_print(struct px_ui *ui, const char *fmt, ...)
{
	char *text, *line;
	va_list args;
	unsigned i;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		bb_die_memory_exhausted();
	va_end(args);
	px_url_hide_users(px_ascii(text, '\n'));
	for (line = text; line; ) {
		char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);

		for (i = 0; i < ui->count; i++) {
			px_terminal_write(&ui->terminals[i], line, len);
			if (end)
				px_terminal_write(&ui->terminals[i], "\r\n", 2);
		}
		line = end ? end + 1 : NULL;
	}
	free(text);
}
