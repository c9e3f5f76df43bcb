/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists and fields. See list.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += list.o

#include "libbb.h"
#include "menu/terminal.h"
#include "menu/list.h"

unsigned FAST_FUNC px_list_top(const struct px_list *list)
{
	return list->rows ? list->cursor - list->cursor % list->rows : 0;
}

int FAST_FUNC px_list_key(struct px_list *list, int key)
{
	unsigned page = list->rows ? list->rows : 1;
	unsigned last = list->count ? list->count - 1 : 0;

	switch (key) {
	case KEYCODE_UP:
		list->cursor -= list->cursor > 0;
		return 1;
	case KEYCODE_DOWN:
		list->cursor += list->cursor < last;
		return 1;
	case KEYCODE_PAGEUP:
		list->cursor -= MIN(list->cursor, page);
		return 1;
	case KEYCODE_PAGEDOWN:
		list->cursor = MIN(list->cursor + page, last);
		return 1;
	case KEYCODE_HOME:
		list->cursor = 0;
		return 1;
	case KEYCODE_END:
		list->cursor = last;
		return 1;
	}
	return 0;
}

int FAST_FUNC px_field_key(struct px_field *field, int key)
{
	if (key == PX_KEY_BACKSPACE && field->length) {
		field->text[--field->length] = '\0';
		return 1;
	}
	if (key >= ' ' && key <= '~' && field->length < sizeof(field->text) - 1) {
		field->text[field->length++] = key;
		field->text[field->length] = '\0';
		return 1;
	}
	return 0;
}
