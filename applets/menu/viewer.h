/*
 * What can be shown over any page until Esc: help, log, network details. The page below, and what runs meanwhile, go
 * on: nobody waits in here. One is open at a time.
 */
#ifndef PX_VIEWER_H
#define PX_VIEWER_H 1

#include "menu/list.h"

struct px_menu;
struct px_screen;

enum { PX_VIEWER_TEXT_BYTES = 300, PX_NETWORK_LINES = 8 };

/* In struct px_menu; all zero: none is open. */
struct px_viewer {
	const char *title;          /* NULL: none is open; not owned */
	struct px_list list;
	unsigned shift;             /* columns that have moved out at the left: lines may be longer than the
	                             * screen is wide */
	/* Line i, printable ASCII, valid until the next call; it may be put into text. */
	const char* FAST_FUNC (*line)(struct px_menu *menu, unsigned i);
	char text[PX_VIEWER_TEXT_BYTES];
	char *more;                 /* network: what px_netinfo_read gave; owned */
	unsigned long long touched_ms; /* when the last key came */
};

void px_viewer_help(struct px_menu *menu) FAST_FUNC;
void px_viewer_log(struct px_menu *menu) FAST_FUNC;
void px_viewer_network(struct px_menu *menu) FAST_FUNC;
void px_viewer_close(struct px_menu *menu) FAST_FUNC;

/* A px_draw (page.h) for the one that is open. */
void px_viewer_draw(struct px_menu *menu, struct px_screen *screen) FAST_FUNC;

/* What a key does here: F1 and '?' open help, F2 the log, and while one is open all keys are its own. PX_KEY_NONE
 * closes one that nobody has touched for half a minute, when the machine has work to do unattended (px.auto).
 * Returns 1: the key was taken; 0: it is the page's (Ctrl-C, and PX_KEY_LOST, always). */
int px_viewer_take(struct px_menu *menu, int key) FAST_FUNC;

#endif
