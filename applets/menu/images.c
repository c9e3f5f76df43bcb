/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of images, and of what else can be done. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += images.o

#include "libbb.h"
#include "lib/text.h"
#include "menu/page.h"
#include "menu/viewer.h"

enum { DETAIL_ROWS = 5, SIZE_COLUMNS = 12, LIST_TOP = PX_PAGE_TOP + 1 };

enum entry {
	ENTRY_CAPTURE, ENTRY_LOCAL, ENTRY_AGAIN, ENTRY_NETWORK, ENTRY_LOG, ENTRY_SHELL, ENTRY_REBOOT, ENTRY_POWEROFF,
	ENTRIES
};

static const char entry_titles[] ALIGN1 =
	"[Save this disk as an image]\0"
	"[Boot the local disk: restart]\0" "[Read the catalog again]\0" "[Network details]\0" "[Log]\0" "[Shell]\0"
	"[Reboot]\0" "[Power off]\0";
static const char entry_details[] ALIGN1 =
	"Reads a disk of this machine, what is in use of it, and sends it to the server of px.capture=. Nothing is "
	"written to the disk.\0"
	"Restarts; no disk is touched. UEFI firmware is told to boot the disk this once; where a BIOS tries the "
	"network first: its boot menu, or \"local\" at pxelinux's prompt.\0"
	"Asks the server for its list of images once more.\0"
	"Address, server and interface of this machine.\0"
	"What was said so far; also in /var/log/px.log and on the second screen (Alt-F2).\0"
	"A shell on this console; \"exit\" brings the menu back.\0"
	"Restarts this machine.\0"
	"Switches this machine off.\0";

struct images_page {
	struct px_list list;
	struct px_field filter;
	unsigned *shown;            /* indices of images, then images + entry */
};

static int passes(const char *filter, const char *title, const char *id)
{
	return !filter[0] || strcasestr(title, filter) || strcasestr(id, filter);
}

static void apply_filter(struct px_menu *menu)
{
	struct images_page *page = menu->page;
	const struct px_catalog *catalog = menu->catalog;
	unsigned i, n = 0;

	for (i = 0; i < catalog->count; i++)
		if (passes(page->filter.text, catalog->images[i].title, catalog->images[i].id))
			page->shown[n++] = i;
	for (i = 0; i < ENTRIES; i++)
		if (passes(page->filter.text, nth_string(entry_titles, i), "")
		 && (i != ENTRY_SHELL || !px_shell_is_closed(menu))
		 && (i != ENTRY_CAPTURE || menu->settings.capture))
			page->shown[n++] = catalog->count + i;
	page->list.count = n;
	page->list.cursor = 0;
}

/* --- drawing */

static void draw_image(struct px_screen *screen, unsigned row, int cursor, const struct px_image *image)
{
	enum px_look look = cursor ? PX_CURSOR : image->problem ? PX_GREY : PX_PLAIN;
	char size[PX_SIZE_BYTES];
	unsigned width = screen->columns - SIZE_COLUMNS - 3;

	px_screen_fill(screen, row, 1, screen->columns - 2, look);
	px_screen_put(screen, row, 2, width - 1, look, image->title[0] ? image->title : "(no name)");
	if (image->problem)
		px_screen_put(screen, row, 2 + width, 0, look, "unusable");
	else if (image->size_bytes > 0) {
		px_size_text(size, image->size_bytes);
		px_screen_put(screen, row, 2 + width + SIZE_COLUMNS - 2 - strlen(size), 0, look, size);
	}
}

static void draw_list(struct px_menu *menu, struct px_screen *screen)
{
	struct images_page *page = menu->page;
	unsigned top, i;

	page->list.rows = px_page_bottom(screen) - DETAIL_ROWS - LIST_TOP;
	top = px_list_top(&page->list);
	for (i = top; i < page->list.count && i < top + page->list.rows; i++) {
		unsigned what = page->shown[i], row = LIST_TOP + i - top;
		int cursor = i == page->list.cursor;

		if (what < menu->catalog->count) {
			draw_image(screen, row, cursor, &menu->catalog->images[what]);
			continue;
		}
		px_screen_fill(screen, row, 1, screen->columns - 2, cursor ? PX_CURSOR : PX_PLAIN);
		px_screen_put(screen, row, 2, 0, cursor ? PX_CURSOR : PX_PLAIN,
				nth_string(entry_titles, what - menu->catalog->count));
	}
}

static void draw_details(struct px_menu *menu, struct px_screen *screen)
{
	struct images_page *page = menu->page;
	const struct px_image *image;
	unsigned what;

	screen->row = px_page_bottom(screen) - DETAIL_ROWS;
	if (!page->list.count) {
		px_screen_line(screen, 2, 1, PX_PLAIN, "Nothing has \"%s\" in its name. Esc shows all.",
				page->filter.text);
		return;
	}
	what = page->shown[page->list.cursor];
	if (what >= menu->catalog->count) {
		screen->row++;
		px_screen_line(screen, 2, 2, PX_PLAIN, "%s", nth_string(entry_details, what - menu->catalog->count));
		return;
	}
	image = &menu->catalog->images[what];
	px_screen_line(screen, 2, 1, PX_BOLD, "%s", image->id);
	if (image->problem) {
		char *problem = px_ascii(px_image_problem(menu->catalog, image), 0);

		px_screen_line(screen, 2, 2, PX_BAD, "Cannot be used: %s", problem);
		free(problem);
	}
	px_screen_line(screen, 2, px_page_bottom(screen) - screen->row - 1, PX_PLAIN, "%s", image->description);
}

static void FAST_FUNC draw_images(struct px_menu *menu, struct px_screen *screen)
{
	struct images_page *page = menu->page;
	char *count;

	px_page_frame(menu, screen, "choose an image",
			page->filter.length ? "Enter choose   Esc show all   Ctrl-L redraw"
			: "Enter choose   type to filter   Ctrl-L redraw");
	if (page->filter.length)
		count = xasprintf("Filter: %s_  (%u left)", page->filter.text, page->list.count);
	else
		count = xasprintf("%u image%s of %s", menu->catalog->count, menu->catalog->count == 1 ? "" : "s",
				menu->catalog->shown);
	px_screen_put(screen, 1, 2, 0, PX_BOLD, count);
	free(count);
	px_screen_put(screen, 2, 2, 0, menu->key ? PX_PLAIN : PX_BOLD, menu->voucher);
	draw_list(menu, screen);
	draw_details(menu, screen);
}

/* --- keys */

static enum px_action do_entry(struct px_menu *menu, unsigned entry)
{
	static const uint8_t actions[] = {
		[ENTRY_CAPTURE] = PX_DO_CAPTURE, [ENTRY_LOCAL] = PX_DO_LOCAL, [ENTRY_AGAIN] = PX_DO_RETRY,
		[ENTRY_SHELL] = PX_DO_SHELL, [ENTRY_REBOOT] = PX_DO_REBOOT, [ENTRY_POWEROFF] = PX_DO_POWEROFF,
	};

	if (entry == ENTRY_NETWORK)
		px_viewer_network(menu);
	else if (entry == ENTRY_LOG)
		px_viewer_log(menu);
	else
		return actions[entry];
	return PX_DO_NOTHING;
}

static enum px_action enter_pressed(struct px_menu *menu)
{
	struct images_page *page = menu->page;
	unsigned what;

	if (!page->list.count)
		return PX_DO_NOTHING;
	what = page->shown[page->list.cursor];
	if (what >= menu->catalog->count)
		return do_entry(menu, what - menu->catalog->count);
	if (menu->catalog->images[what].problem)
		return PX_DO_NOTHING;
	menu->image = &menu->catalog->images[what];
	return PX_DO_CHOSEN;
}

static enum px_action take_key(struct px_menu *menu, int key)
{
	struct images_page *page = menu->page;

	if (key == PX_KEY_LOST)
		return PX_DO_GIVE_UP;
	if (key == PX_KEY_ENTER)
		return enter_pressed(menu);
	if (key == PX_KEY_ESC && page->filter.length) {
		memset(&page->filter, 0, sizeof(page->filter));
		apply_filter(menu);
	} else if (!px_list_key(&page->list, key) && px_field_key(&page->filter, key))
		apply_filter(menu);
	return PX_DO_NOTHING;
}

/* px.image= without px.auto puts the cursor there; and the image of before is the first thing one looks for. */
static void place_cursor(struct px_menu *menu)
{
	struct images_page *page = menu->page;
	const struct px_image *image = menu->image;

	if (!image && menu->settings.image)
		image = px_catalog_find(menu->catalog, menu->settings.image);
	if (image)
		page->list.cursor = image - menu->catalog->images;
}

static const char topic[] ALIGN1 =
	"Here: choose what this machine gets. A grey line cannot be used; move to\0"
	"it to see why. Nothing is written before you have confirmed it. Sizes of\0"
	"images count in powers of 1024 (1 GiB is 1024 MiB).\0";

enum px_action FAST_FUNC px_images_choose(struct px_menu *menu)
{
	struct images_page page;
	enum px_action action = PX_DO_NOTHING;

	memset(&page, 0, sizeof(page));
	page.shown = xmalloc((menu->catalog->count + ENTRIES) * sizeof(page.shown[0]));
	menu->page = &page;
	menu->topic = topic;
	apply_filter(menu);
	place_cursor(menu);
	while (action == PX_DO_NOTHING)
		action = take_key(menu, px_page_ask(menu, draw_images, NULL));
	free(page.shown);
	return action;
}
