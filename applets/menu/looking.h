/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The look at an image that goes on beside the question whether it is to be installed, or beside the countdown of an
 * unattended run: whether this machine will start from it, before somebody says yes. It never delays the answer.
 */
#ifndef PX_LOOKING_H
#define PX_LOOKING_H 1

#include "menu/menu.h"

/* Begins it, for the image and the disk that are chosen; menu->install is its until the end. */
void px_looking_begin(struct px_menu *menu) FAST_FUNC;

/* The same for a countdown of that many seconds: not when there is no time for it, nor when this disk is saved. */
void px_looking_begin_countdown(struct px_menu *menu, unsigned seconds) FAST_FUNC;

/* What is to be served while somebody is asked (px_ui_wait); NULL: nothing, it is over or was not begun. */
struct px_install *px_looking_install(struct px_menu *menu) FAST_FUNC;

/* What it has found, '\n' between the lines, printable; malloced. NULL: nothing (yet) that speaks against it. */
char *px_looking_words(struct px_menu *menu) FAST_FUNC;

/* The question was answered, or the countdown is over. Nothing when none was begun. */
void px_looking_end(struct px_menu *menu) FAST_FUNC;

#endif
