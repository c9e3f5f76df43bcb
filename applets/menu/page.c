/*
 * Frame, drawing and waiting for all pages. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += page.o

#include "libbb.h"
#include "lib/version.h"
#include "report/log.h"
#include "menu/page.h"

unsigned FAST_FUNC px_page_bottom(const struct px_screen *screen)
{
	return screen->rows - PX_PAGE_BELOW;
}

/* right gives way where there is no room for both. */
static void draw_bar(struct px_screen *screen, unsigned row, const char *left, const char *right)
{
	unsigned length = strlen(right) + 1;

	px_screen_fill(screen, row, 0, 0, PX_BAR);
	px_screen_put(screen, row, 1, 0, PX_BAR, left);
	if (length + strlen(left) + 4 < screen->columns)
		px_screen_put(screen, row, screen->columns - length, 0, PX_BAR, right);
}

/* The address is what an operator looks for; the version stands before it where the line is long enough. */
static void draw_title(struct px_menu *menu, struct px_screen *screen, const char *title)
{
	const char *address = menu->network.ip ? menu->network.ip : "no network";
	char *left = xasprintf("PXE Imager: %s", title);
	char *right = xasprintf("%s  %s", px_version, address);

	draw_bar(screen, 0, left, strlen(left) + strlen(right) + 5 < screen->columns ? right : address);
	free(left);
	free(right);
}

void FAST_FUNC px_page_frame(struct px_menu *menu, struct px_screen *screen, const char *title, const char *keys)
{
	draw_title(menu, screen, title);
	draw_bar(screen, screen->rows - 1, keys, "F1 help");
	screen->row = screen->rows - PX_PAGE_BELOW;
	px_screen_line(screen, 0, 2, PX_PLAIN, "%s", px_log_said());
	screen->row = PX_PAGE_TOP;
}

/* --- several terminals */

static int is_elsewhere(const struct px_ui *ui, unsigned i)
{
	return ui->exclusive && ui->owner >= 0 && ui->owner != (int)i;
}

static void FAST_FUNC draw_elsewhere(struct px_menu *menu, struct px_screen *screen)
{
	px_page_frame(menu, screen, "in use elsewhere", "t take it over");
	screen->row++;
	px_screen_line(screen, 2, 2, PX_BOLD, "Somebody uses this menu on the console %s.",
			menu->ui.terminals[menu->ui.owner].name);
	screen->row++;
	px_screen_line(screen, 2, 2, PX_PLAIN, "The installation will be shown here, too. t takes the menu over to this console.");
}

void FAST_FUNC px_page_draw(struct px_menu *menu, px_draw draw)
{
	unsigned i;

	for (i = 0; i < menu->ui.count; i++) {
		struct px_terminal *terminal = &menu->ui.terminals[i];
		struct px_screen *screen = &menu->ui.screens[i];

		px_terminal_measure(terminal);
		px_screen_resize(screen, terminal->columns, terminal->rows);
		px_screen_clear(screen);
		(is_elsewhere(&menu->ui, i) ? draw_elsewhere : draw)(menu, screen);
		px_screen_flush(screen, terminal);
	}
}

void FAST_FUNC px_page_redraw(struct px_menu *menu)
{
	unsigned i;

	for (i = 0; i < menu->ui.count; i++)
		menu->ui.screens[i].stale = 1;
}

enum { LOOK_MS = 30 * 1000 };

static int draw_and_wait(struct px_menu *menu, px_draw draw, int timeout_ms, struct px_install *install, struct px_child *child)
{
	int key;

	px_page_draw(menu, draw);
	key = px_ui_wait(&menu->ui, timeout_ms, install, child);
	if (key == PX_KEY_CTRL_L) {
		px_page_redraw(menu);
		return PX_KEY_NONE;
	}
	if ((key == PX_KEY_F1 || key == '?') && !install && !child) {
		px_page_help(menu);
		return PX_KEY_NONE;
	}
	return key;
}

int FAST_FUNC px_page_key(struct px_menu *menu, px_draw draw, int timeout_ms, struct px_install *install, struct px_child *child)
{
	px_ui_share(&menu->ui, 0);
	return draw_and_wait(menu, draw, timeout_ms, install, child);
}

int FAST_FUNC px_page_ask(struct px_menu *menu, px_draw draw)
{
	px_ui_share(&menu->ui, 1);
	return draw_and_wait(menu, draw, -1, NULL, NULL);
}

int FAST_FUNC px_page_look(struct px_menu *menu, px_draw draw)
{
	int has_work = menu->settings.automatic && !menu->reason; /* and has not failed yet */
	unsigned long long end_ms = monotonic_ms() + LOOK_MS;
	int key;

	px_ui_share(&menu->ui, 1);
	do {
		key = draw_and_wait(menu, draw, has_work ? LOOK_MS : -1, NULL, NULL);
	} while (key == PX_KEY_NONE && (!has_work || monotonic_ms() < end_ms));
	return key == PX_KEY_NONE ? PX_KEY_ESC : key;
}

/* --- lists */

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
