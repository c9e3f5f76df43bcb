/*
 * What all full-screen pages share: the frame, drawing on every terminal, keys that mean the same everywhere, lists.
 */
#ifndef PX_PAGE_H
#define PX_PAGE_H 1

#include "menu/menu.h"

/* Draws one page (its state is menu->page) into screen, which is blank; px_page_frame first. */
typedef void FAST_FUNC (*px_draw)(struct px_menu *menu, struct px_screen *screen);

/* Title bar, the last message, and the bar that says what keys do. Content goes from row PX_PAGE_TOP to px_page_bottom() - 1;
 * screen->row is set to PX_PAGE_TOP. */
enum { PX_PAGE_TOP = 2, PX_PAGE_BELOW = 3 };
void px_page_frame(struct px_menu *menu, struct px_screen *screen, const char *title, const char *keys) FAST_FUNC;
unsigned px_page_bottom(const struct px_screen *screen) FAST_FUNC;

/* Draws on every terminal what has changed. */
void px_page_draw(struct px_menu *menu, px_draw draw) FAST_FUNC;

/* The next drawing sends everything: after noise, and on pages that scripts read from a serial log. */
void px_page_redraw(struct px_menu *menu) FAST_FUNC;

/* Draws, then waits as px_ui_wait. Ctrl-L, resize, F1 and '?' are dealt with. */
int px_page_key(struct px_menu *menu, px_draw draw, int timeout_ms, struct px_install *install, struct px_child *child) FAST_FUNC;

/* As px_page_key, waiting for ever, for a question: it belongs to the terminal whose key comes first; the others say so. */
int px_page_ask(struct px_menu *menu, px_draw draw) FAST_FUNC;

/* As px_page_ask, for pages that only show something: PX_KEY_ESC after half a minute without a key when the machine has work to do unattended
 * (px.auto), which must not wait for somebody who has looked at the log and gone. */
int px_page_look(struct px_menu *menu, px_draw draw) FAST_FUNC;

/* The place in a list, and keys that move it. Lists turn pages instead of scrolling: less to send over a serial line. */
struct px_list {
	unsigned count, cursor;
	unsigned rows;              /* of a page, as last drawn */
};
int px_list_key(struct px_list *list, int key) FAST_FUNC; /* 1: it was one of those */
unsigned px_list_top(const struct px_list *list) FAST_FUNC;

/* A field of text that is typed; 1: the key was for it. */
struct px_field {
	char text[40];
	unsigned length;
};
int px_field_key(struct px_field *field, int key) FAST_FUNC;

/* Pages that only show something, until Esc: help, log, network. */
void px_page_help(struct px_menu *menu) FAST_FUNC;
void px_page_log(struct px_menu *menu) FAST_FUNC;
void px_page_network(struct px_menu *menu) FAST_FUNC;

/* The front's functions, a file each. */
enum px_action px_images_choose(struct px_menu *menu) FAST_FUNC;
enum px_action px_disks_choose(struct px_menu *menu) FAST_FUNC;
enum px_action px_confirm_ask(struct px_menu *menu) FAST_FUNC;
enum px_action px_countdown(struct px_menu *menu, unsigned seconds) FAST_FUNC;
void px_progress_show(struct px_menu *menu, int key) FAST_FUNC;
enum px_action px_done_show(struct px_menu *menu, unsigned seconds) FAST_FUNC;
enum px_action px_failed_ask(struct px_menu *menu) FAST_FUNC;
enum px_action px_waiting_show(struct px_menu *menu, const char *reason, int wait_ms, struct px_child *child) FAST_FUNC;

#endif
