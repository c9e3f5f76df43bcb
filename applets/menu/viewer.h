/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be shown over any page until Esc: help, log, network details. The page below, and what runs meanwhile, go
 * on: nobody waits in here. One is open at a time.
 */
#ifndef PX_VIEWER_H
#define PX_VIEWER_H 1

#include "menu/viewing.h"

struct px_menu;
struct px_screen;

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
