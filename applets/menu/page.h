/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all full-screen pages share: the frame, drawing on every terminal, keys that mean the same everywhere.
 */
#ifndef PX_PAGE_H
#define PX_PAGE_H 1

#include "menu/menu.h"

/* Draws one page (its state is menu->page) into screen, which is blank; px_page_frame first. */
typedef void FAST_FUNC (*px_draw)(struct px_menu *menu, struct px_screen *screen);

/* Title bar, the last message, and the bar that says what keys do. Content goes from row PX_PAGE_TOP to
 * px_page_bottom() - 1; screen->row is set to PX_PAGE_TOP. */
enum { PX_PAGE_TOP = 2, PX_PAGE_BELOW = 3 };
void px_page_frame(struct px_menu *menu, struct px_screen *screen, const char *title, const char *keys) FAST_FUNC;
/* The same without the offer of help and log: for pages where every key means something else. */
void px_page_bare_frame(struct px_menu *menu, struct px_screen *screen, const char *title,
		const char *keys) FAST_FUNC;

unsigned px_page_bottom(const struct px_screen *screen) FAST_FUNC;

/* Draws on every terminal what has changed. */
void px_page_draw(struct px_menu *menu, px_draw draw) FAST_FUNC;

/* The next drawing sends everything: after noise, and on pages that scripts read from a serial log. */
void px_page_redraw(struct px_menu *menu) FAST_FUNC;

/* As px_ui_wait; Ctrl-L is dealt with (PX_KEY_NONE then). */
int px_page_wait(struct px_menu *menu, int timeout_ms, struct px_install *install, struct px_child *child) FAST_FUNC;

/* --- ask.c: pages with what is shown over them (viewer.h) */

/* px_page_draw of the page, or of what is shown over it. */
void px_page_show(struct px_menu *menu, px_draw draw) FAST_FUNC;

/* Draws, then waits as px_page_wait. Keys of help and log are dealt with (PX_KEY_NONE then). */
int px_page_key(struct px_menu *menu, px_draw draw, int timeout_ms, struct px_install *install,
		struct px_child *child) FAST_FUNC;

/* As px_page_key, waiting for ever, for a question: it belongs to the terminal whose key comes first; the others
 * say so. With install (or NULL) it comes back at times, with PX_KEY_NONE. */
int px_page_ask(struct px_menu *menu, px_draw draw, struct px_install *install) FAST_FUNC;

/* The front's functions, a file each. */
enum px_action px_images_choose(struct px_menu *menu) FAST_FUNC;
enum px_action px_disks_choose(struct px_menu *menu) FAST_FUNC;
enum px_action px_confirm_ask(struct px_menu *menu) FAST_FUNC;
enum px_action px_countdown(struct px_menu *menu, unsigned seconds) FAST_FUNC;
void px_progress_show(struct px_menu *menu, int key) FAST_FUNC;
enum px_action px_done_show(struct px_menu *menu, unsigned seconds) FAST_FUNC;
enum px_action px_failed_ask(struct px_menu *menu) FAST_FUNC;
enum px_action px_question_ask(struct px_menu *menu, struct px_question *question) FAST_FUNC;
enum px_action px_waiting_show(struct px_menu *menu, const char *reason, int wait_ms, struct px_child *child) FAST_FUNC;

#endif
