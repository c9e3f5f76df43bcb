/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frame, drawing and waiting for all pages. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += page.o

#include "libbb.h"
#include "lib/version.h"
#include "report/log.h"
#include "menu/page.h"

unsigned FAST_FUNC px_page_bottom(const struct px_screen *screen)
{
	return screen->rows - PX_PAGE_BELOW;
}

/* right gives way where there is no room for both. */
static void draw_bar(struct px_screen *screen, unsigned row, const char *left, const char *right)
{
	unsigned length = strlen(right) + 1;

	px_screen_fill(screen, row, 0, 0, PX_BAR);
	px_screen_put(screen, row, 1, 0, PX_BAR, left);
	if (length + strlen(left) + 4 < screen->columns)
		px_screen_put(screen, row, screen->columns - length, 0, PX_BAR, right);
}

enum { WIDE_COLUMNS = 100 }; /* there the title has this machine's address, too */

/* Version and server, for which an operator is asked by whoever helps; where there is no room, the version goes first.
 * Without a server: the address. */
static void draw_title(struct px_menu *menu, struct px_screen *screen, const char *title)
{
	const struct px_network *network = &menu->network;
	const char *address = network->ip ? network->ip : "no network";
	char *left = xasprintf("PXE Imager: %s", title);
	char *where = !network->server ? xstrdup(address)
			: screen->columns < WIDE_COLUMNS ? xasprintf("server %s", network->server)
			: xasprintf("%s, server %s", address, network->server);
	char *right = xasprintf("%s  %s", px_version, where);

	draw_bar(screen, 0, left, strlen(left) + strlen(right) + 5 < screen->columns ? right : where);
	free(left);
	free(where);
	free(right);
}

/* A PC's own screen: no script watches it, as one may watch a serial line. */
static int is_for_people(const struct px_menu *menu, const struct px_screen *screen)
{
	const char *name = menu->ui.terminals[screen - menu->ui.screens].name;

	return name && is_prefixed_with(name, "tty") && isdigit(name[3]);
}

static void draw_frame(struct px_menu *menu, struct px_screen *screen, const char *title, const char *keys,
		const char *right)
{
	draw_title(menu, screen, title);
	draw_bar(screen, screen->rows - 1, keys, right);
	screen->row = screen->rows - PX_PAGE_BELOW;
	px_screen_line(screen, 0, 2, PX_PLAIN, "%s", px_log_said(is_for_people(menu, screen)));
	screen->row = PX_PAGE_TOP;
}

void FAST_FUNC px_page_frame(struct px_menu *menu, struct px_screen *screen, const char *title, const char *keys)
{
	draw_frame(menu, screen, title, keys, "F1 help  F2 log");
}

void FAST_FUNC px_page_bare_frame(struct px_menu *menu, struct px_screen *screen, const char *title, const char *keys)
{
	draw_frame(menu, screen, title, keys, "");
}

/* --- several terminals */

static int is_elsewhere(const struct px_ui *ui, unsigned i)
{
	return ui->exclusive && ui->owner >= 0 && ui->owner != (int)i;
}

static void FAST_FUNC draw_elsewhere(struct px_menu *menu, struct px_screen *screen)
{
	px_page_bare_frame(menu, screen, "in use elsewhere", "t take it over");
	screen->row++;
	px_screen_line(screen, 2, 2, PX_BOLD, "Somebody uses this menu on the console %s.",
			menu->ui.terminals[menu->ui.owner].name);
	screen->row++;
	px_screen_line(screen, 2, 2, PX_PLAIN,
			"The installation will be shown here, too. t takes the menu over to this console.");
}

void FAST_FUNC px_page_draw(struct px_menu *menu, px_draw draw)
{
	unsigned i;

	for (i = 0; i < menu->ui.count; i++) {
		struct px_terminal *terminal = &menu->ui.terminals[i];
		struct px_screen *screen = &menu->ui.screens[i];

		px_terminal_measure(terminal);
		px_screen_resize(screen, terminal->columns, terminal->rows);
		px_screen_clear(screen);
		(is_elsewhere(&menu->ui, i) ? draw_elsewhere : draw)(menu, screen);
		px_screen_flush(screen, terminal);
	}
}

void FAST_FUNC px_page_redraw(struct px_menu *menu)
{
	unsigned i;

	for (i = 0; i < menu->ui.count; i++)
		menu->ui.screens[i].stale = 1;
}

int FAST_FUNC px_page_wait(struct px_menu *menu, int timeout_ms, struct px_install *install,
		struct px_child *child)
{
	int key = px_ui_wait(&menu->ui, timeout_ms, install, child);

	if (key != PX_KEY_CTRL_L)
		return key;
	px_page_redraw(menu);
	return PX_KEY_NONE;
}
