/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers that are typed, for the menu as lines of text; and what can be looked at instead of answering.
 */
#ifndef PX_ANSWER_H
#define PX_ANSWER_H 1

#include "menu/menu.h"

enum { PX_ANSWER_BYTES = 80 };

/* What can be asked for at every question, for its last line. */
#define PX_ANSWER_LOOK "? help, v log, n network"

/* Reads an answer into PX_ANSWER_BYTES, echoing it, blanks at its ends cut. What PX_ANSWER_LOOK offers is shown,
 * and the answer is empty then. 0; -1: the terminals are gone. */
int px_answer_read(struct px_menu *menu, char *answer) FAST_FUNC;

/* Shows help, log or network details if key asks for that. 1: it did; 0: it was another key. */
int px_answer_look(struct px_menu *menu, int key) FAST_FUNC;

/* The letters that mean the same everywhere: s, r, p, l (local disk), b. PX_DO_NOTHING: none of them. */
enum px_action px_answer_common(const char *answer) FAST_FUNC;

/* "1" to "count": 0 to count - 1; else -1. */
int px_answer_number(const char *answer, unsigned count) FAST_FUNC;

/* pick.c: the questions */
enum px_action px_pick_image(struct px_menu *menu) FAST_FUNC;
enum px_action px_pick_disk(struct px_menu *menu) FAST_FUNC;
enum px_action px_pick_confirm(struct px_menu *menu) FAST_FUNC;

/* What will be installed where, and what is lost. */
void px_pick_say(struct px_menu *menu) FAST_FUNC;

#endif
