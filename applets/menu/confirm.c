/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page that asks once more, and the countdown of an unattended run. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += confirm.o

#include "libbb.h"
#include "lib/text.h"
#include "menu/looking.h"
#include "menu/page.h"
#include "menu/words.h"
#include "menu/viewer.h"

struct confirm_page {
	char *word;                 /* what is to be typed */
	struct px_field field;
	unsigned seconds;           /* countdown: left */
};

/* "label   text" with the text wrapped beside the label */
static void draw_item(struct px_screen *screen, const char *label, const char *text, enum px_look look)
{
	px_screen_put(screen, screen->row, 2, 0, PX_PLAIN, label);
	px_screen_line(screen, 12, 2, look, "%s", text);
}

static void draw_image_and_disk(struct px_menu *menu, struct px_screen *screen)
{
	const struct px_disk *disk = menu->disk;
	char *text;

	screen->row++;
	draw_item(screen, "Image", menu->image->title, PX_BOLD);
	text = px_words_image(menu->image);
	draw_item(screen, "", text, PX_PLAIN);
	free(text);
	draw_item(screen, "Catalog", menu->voucher, menu->key ? PX_PLAIN : PX_BOLD);
	screen->row++;
	text = px_words_disk(disk);
	draw_item(screen, "Disk", text, PX_BOLD);
	free(text);
	text = px_words_disk_details(disk);
	draw_item(screen, "", text, PX_PLAIN);
	free(text);
	screen->row++;
	text = px_ascii(xstrdup(disk->data ? disk->data : "nothing"), 0);
	draw_item(screen, "On it now", text, disk->data ? PX_BAD : PX_PLAIN);
	free(text);
	screen->row++;
}

/* --- confirmation */

static void draw_question(struct px_menu *menu, struct px_screen *screen)
{
	struct confirm_page *page = menu->page;
	char *question = px_words_question(menu->disk, page->word);
	unsigned column;

	px_screen_line(screen, 2, 3, PX_PLAIN, "%s", question);
	free(question);
	screen->row++;
	column = 12;
	px_screen_fill(screen, screen->row, column, 12, PX_CURSOR);
	px_screen_put(screen, screen->row, column, 12, PX_CURSOR, page->field.text);
	screen->cursor_row = screen->row;
	screen->cursor_column = column + MIN(page->field.length, 11);
}

/* What the look at the image has found: it appears when it is known. */
static void draw_findings(struct px_menu *menu, struct px_screen *screen)
{
	char *words = px_looking_words(menu);

	if (words) {
		px_screen_line(screen, 2, 5, PX_BAD, "%s", words);
		screen->row++;
	}
	free(words);
}

static void FAST_FUNC draw_confirm(struct px_menu *menu, struct px_screen *screen)
{
	px_page_frame(menu, screen, "are you sure?", "Enter install   Esc back   Ctrl-L redraw");
	draw_image_and_disk(menu, screen);
	draw_findings(menu, screen);
	draw_question(menu, screen);
}

static enum px_action take_key(struct px_menu *menu, int key)
{
	struct confirm_page *page = menu->page;

	if (key == PX_KEY_LOST)
		return PX_DO_GIVE_UP;
	if (key == PX_KEY_ESC || key == KEYCODE_LEFT)
		return PX_DO_BACK;
	if (key == PX_KEY_ENTER) {
		if (strcmp(page->field.text, page->word) == 0)
			return PX_DO_CHOSEN;
		memset(&page->field, 0, sizeof(page->field));
	}
	px_field_key(&page->field, key);
	return PX_DO_NOTHING;
}

static const char topic[] ALIGN1 =
	"Here: the last question. Type the word and press Enter, and what is on\0"
	"that disk is lost. Esc goes back; nothing was written until then.\0";

enum px_action FAST_FUNC px_confirm_ask(struct px_menu *menu)
{
	struct confirm_page page;
	enum px_action action = PX_DO_NOTHING;

	memset(&page, 0, sizeof(page));
	page.word = px_confirm_word(menu->disk);
	menu->page = &page;
	menu->topic = topic;
	px_looking_begin(menu);
	while (action == PX_DO_NOTHING)
		action = take_key(menu, px_page_ask(menu, draw_confirm, px_looking_install(menu)));
	px_looking_end(menu);
	free(page.word);
	return action;
}

/* --- countdown */

static void FAST_FUNC draw_countdown(struct px_menu *menu, struct px_screen *screen)
{
	struct confirm_page *page = menu->page;

	px_page_bare_frame(menu, screen, menu->capture ? "unattended: this disk is saved" :
			"unattended installation", "any key: stop, to the menu");
	draw_image_and_disk(menu, screen);
	if (menu->ordered)
		px_screen_line(screen, 2, 2, PX_PLAIN, "Ordered by the signed catalog, %s", menu->ordered);
	draw_findings(menu, screen);
	px_screen_line(screen, 2, 2, PX_BOLD, "Starts in %u second%s. Any key stops it.", page->seconds,
			page->seconds == 1 ? "" : "s");
}

/* A key, or PX_KEY_NONE after the rest of a second. Not px_page_key: F1 stops the countdown, too, instead of a page of
 * help that the time runs out behind. */
static int countdown_key(struct px_menu *menu, long long left_ms)
{
	px_ui_share(&menu->ui, 0);
	px_page_draw(menu, draw_countdown);
	return px_ui_wait(&menu->ui, left_ms % 1000 + 1, px_looking_install(menu), NULL);
}

enum px_action FAST_FUNC px_countdown(struct px_menu *menu, unsigned seconds)
{
	struct confirm_page page = { .seconds = seconds };
	unsigned long long end_ms = monotonic_ms() + seconds * 1000ULL;
	enum px_action action = PX_DO_CHOSEN;
	long long left_ms;

	menu->page = &page;
	menu->topic = NULL;
	px_viewer_close(menu);
	px_looking_begin_countdown(menu, seconds);
	while (action == PX_DO_CHOSEN && (left_ms = end_ms - monotonic_ms()) > 0) {
		int key;

		page.seconds = (left_ms + 999) / 1000;
		key = countdown_key(menu, left_ms);
		if (key != PX_KEY_NONE && key != PX_KEY_LOST)
			action = PX_DO_MENU;
	}
	px_looking_end(menu);
	return action;
}
