/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a key on a page, with help and log over it. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += ask.o

#include "libbb.h"
#include "menu/page.h"
#include "menu/viewer.h"

void FAST_FUNC px_page_show(struct px_menu *menu, px_draw draw)
{
	px_page_draw(menu, menu->viewer.title ? px_viewer_draw : draw);
}

/* What is shown over a page may change by itself: the network page, when the server has answered. */
enum { LOOK_MS = 1000 };

static int show_and_wait(struct px_menu *menu, px_draw draw, int timeout_ms, struct px_install *install,
		struct px_child *child)
{
	int key;

	px_page_show(menu, draw);
	if (menu->viewer.title && timeout_ms < 0)
		timeout_ms = LOOK_MS;
	key = px_page_wait(menu, timeout_ms, install, child);
	return px_viewer_take(menu, key) ? PX_KEY_NONE : key;
}

int FAST_FUNC px_page_key(struct px_menu *menu, px_draw draw, int timeout_ms, struct px_install *install,
		struct px_child *child)
{
	px_ui_share(&menu->ui, 0);
	return show_and_wait(menu, draw, timeout_ms, install, child);
}

int FAST_FUNC px_page_ask(struct px_menu *menu, px_draw draw, struct px_install *install)
{
	px_ui_share(&menu->ui, 1);
	return show_and_wait(menu, draw, -1, install, NULL);
}
