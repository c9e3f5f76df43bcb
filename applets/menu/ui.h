/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All terminals of the menu together, and waiting: for a key, for the installation, for a while.
 */
#ifndef PX_UI_H
#define PX_UI_H 1

#include "install/install.h"
#include "menu/screen.h"

enum { PX_TERMINALS_MAX = 4, PX_KEY_TAKE = 't' };

struct px_ui {
	struct px_terminal terminals[PX_TERMINALS_MAX];
	struct px_screen screens[PX_TERMINALS_MAX]; /* of the terminals; used by the full-screen front only */
	unsigned count;
	smallint opened;            /* the terminals are consoles that px_ui_open_consoles opened */
	smallint exclusive;         /* a question is asked: it belongs to the terminal of the first key, until
	                             * another one takes it */
	int owner;                  /* who that is; -1: nobody yet */
	int last;                   /* where the last key came from */
};

/* Opens the consoles of the kernel: ROOT/sys/class/tty/console/active, as ROOT/dev/NAME, tty1 for tty0. Returns how
 * many. */
unsigned px_ui_open_consoles(struct px_ui *ui, const char *root) FAST_FUNC;

/* Starts a page. exclusive: see above; else all terminals are equal again. */
void px_ui_share(struct px_ui *ui, int exclusive) FAST_FUNC;

/* Waits for at most timeout_ms (-1: as long as it takes), serving install (NULL: none) and child (NULL: none)
 * meanwhile. Gives a key; PX_KEY_NONE when the time is over, something moved in install or child, or a size changed
 * (look again); PX_KEY_LOST when no terminal is left and nothing else is there to wait for. */
int px_ui_wait(struct px_ui *ui, int timeout_ms, struct px_install *install, struct px_child *child) FAST_FUNC;

/* Takes back the character that was echoed last. */
void px_ui_rub_out(struct px_ui *ui) FAST_FUNC;

/* printf to every terminal, "\n" as CR LF. All lines of text pass through here (pages pass through px_screen_put):
 * control bytes and what is not ASCII are replaced (px_ascii), users and passwords of URLs taken out, whoever the
 * text came from. */
void px_ui_print(struct px_ui *ui, const char *fmt, ...) __attribute__ ((format (printf, 2, 3))) FAST_FUNC;

#endif
