/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A place in a list, and a field of text that is typed: what keys do to them. Nothing is drawn here.
 */
#ifndef PX_LIST_H
#define PX_LIST_H 1

/* Lists turn pages instead of scrolling: there is less to send over a serial line. */
struct px_list {
	unsigned count, cursor;
	unsigned rows;              /* of a page, as last drawn */
};

/* Moves the cursor for KEYCODE_UP, _DOWN, _PAGEUP, _PAGEDOWN, _HOME and _END. 1: it was one of those; else 0. */
int px_list_key(struct px_list *list, int key) FAST_FUNC;

/* The first entry of the page that the cursor is on. */
unsigned px_list_top(const struct px_list *list) FAST_FUNC;

struct px_field {
	char text[40];              /* printable ASCII, NUL behind */
	unsigned length;
};

/* Adds a printable character, or takes the last one away for PX_KEY_BACKSPACE. 1: the key was for the field; else 0. */
int px_field_key(struct px_field *field, int key) FAST_FUNC;

#endif
