/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a question with words for an answer. See struct px_question in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += question.o

#include "libbb.h"
#include "menu/page.h"

static void draw_text(struct px_screen *screen, const char *text)
{
	unsigned last = px_page_bottom(screen) - 3;

	while (*text && screen->row < last) {
		const char *end = strchrnul(text, '\n');

		if (end == text)
			screen->row++;
		else
			px_screen_line(screen, 2, last - screen->row, PX_PLAIN, "%.*s", (int)(end - text), text);
		text = *end ? end + 1 : end;
	}
}

static void FAST_FUNC draw_question(struct px_menu *menu, struct px_screen *screen)
{
	struct px_question *question = menu->page;
	unsigned width = MIN(screen->columns - 4, (unsigned)PX_QUESTION_BYTES);

	px_page_frame(menu, screen, question->title, "Enter go on   Esc back   Ctrl-L redraw");
	draw_text(screen, question->text);
	screen->row++;
	px_screen_line(screen, 2, 2, PX_BOLD, "%s", question->prompt);
	px_screen_fill(screen, screen->row, 2, width, PX_CURSOR);
	px_screen_put(screen, screen->row, 2, width, PX_CURSOR, question->answer);
	screen->cursor_row = screen->row;
	screen->cursor_column = 2 + MIN(strlen(question->answer), width - 1);
}

static enum px_action take_key(struct px_question *question, int key)
{
	size_t length = strlen(question->answer);

	if (key == PX_KEY_LOST)
		return PX_DO_GIVE_UP;
	if (key == PX_KEY_ESC)
		return PX_DO_BACK;
	if (key == PX_KEY_ENTER)
		return PX_DO_CHOSEN;
	if (key == PX_KEY_BACKSPACE && length)
		question->answer[length - 1] = '\0';
	else if (key >= ' ' && key <= '~' && length < PX_QUESTION_BYTES - 1) {
		question->answer[length] = key;
		question->answer[length + 1] = '\0';
	}
	return PX_DO_NOTHING;
}

enum px_action FAST_FUNC px_question_ask(struct px_menu *menu, struct px_question *question)
{
	enum px_action action = PX_DO_NOTHING;

	menu->page = question;
	menu->topic = NULL;
	while (action == PX_DO_NOTHING)
		action = take_key(question, px_page_ask(menu, draw_question, NULL));
	return action;
}
