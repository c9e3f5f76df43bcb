/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of disks. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += disks.o

#include "libbb.h"
#include "lib/text.h"
#include "menu/page.h"

enum { DETAIL_ROWS = 6, DISK_COLUMNS = 13, SIZE_COLUMNS = 9, BUS_COLUMNS = 7 };

struct disks_page {
	struct px_list list;
	char **refusals;            /* why not, for each disk; NULL: it can be chosen */
};

static char *clean(const char *text, const char *otherwise)
{
	return px_ascii(xstrdup(text && text[0] ? text : otherwise), 0);
}

static void find_refusals(struct px_menu *menu)
{
	struct disks_page *page = menu->page;
	unsigned i;

	page->list.count = menu->disks->count;
	page->refusals = xzalloc((menu->disks->count + 1) * sizeof(page->refusals[0]));
	for (i = 0; i < menu->disks->count; i++)
		page->refusals[i] = px_choice_refusal(menu, menu->disks->disk[i]);
}

static void free_refusals(struct disks_page *page)
{
	unsigned i;

	for (i = 0; i < page->list.count; i++)
		free(page->refusals[i]);
	free(page->refusals);
}

/* --- drawing */

/* Columns of a row: fixed ones, then model, serial and what is on it share the rest. */
struct columns {
	unsigned size, bus, model, serial, data;
};

static struct columns lay_out(const struct px_screen *screen)
{
	struct columns c;
	unsigned rest;

	c.size = 2 + DISK_COLUMNS;
	c.bus = c.size + SIZE_COLUMNS + 1;
	c.model = c.bus + BUS_COLUMNS;
	rest = screen->columns > c.model + 3 ? screen->columns - c.model - 3 : 3;
	c.serial = c.model + rest * 2 / 5;
	c.data = c.serial + rest * 3 / 10;
	return c;
}

static void draw_row(struct px_screen *screen, unsigned row, enum px_look look, const char *const words[6])
{
	struct columns c = lay_out(screen);

	px_screen_fill(screen, row, 1, screen->columns - 2, look);
	px_screen_put(screen, row, 2, DISK_COLUMNS - 1, look, words[0]);
	px_screen_put(screen, row, c.size + SIZE_COLUMNS - 1 - MIN(strlen(words[1]), (size_t)SIZE_COLUMNS - 1),
			SIZE_COLUMNS - 1, look,
			words[1]);
	px_screen_put(screen, row, c.bus, BUS_COLUMNS - 1, look, words[2]);
	px_screen_put(screen, row, c.model, c.serial - c.model - 1, look, words[3]);
	px_screen_put(screen, row, c.serial, c.data - c.serial - 1, look, words[4]);
	px_screen_put(screen, row, c.data, screen->columns - c.data - 2, look, words[5]);
}

static void draw_disk(struct px_screen *screen, unsigned row, int cursor, const struct px_disk *disk,
		const char *refusal)
{
	char size[PX_SIZE_BYTES];
	char *model = clean(disk->model, "-");
	char *serial = clean(disk->serial, "-");
	char *data = clean(disk->inuse ? "in use" : disk->data, "blank");
	const char *path = is_prefixed_with(disk->path, "/dev/");
	const char *words[6] = { path ? path : disk->path, px_size_disk(size, disk->size_bytes), disk->transport,
			model, serial, data };

	if (refusal)
		words[5] = disk->inuse ? "in use" : disk->boot ? "boot medium"
				: disk->readonly ? "read-only" : "refused";
	draw_row(screen, row, cursor ? PX_CURSOR : refusal ? PX_GREY : PX_PLAIN, words);
	free(model);
	free(serial);
	free(data);
}

/* below the details, where nothing else stands */
static void draw_driverless(const struct px_menu *menu, struct px_screen *screen)
{
	if (!menu->disks->driverless)
		return;
	screen->row = px_page_bottom(screen) - 1;
	px_screen_line(screen, 2, 1, PX_BAD, "No driver here for the disk controller with PCI id %s.",
			menu->disks->driverless);
}

static void draw_details(struct px_menu *menu, struct px_screen *screen)
{
	struct disks_page *page = menu->page;
	const struct px_disk *disk = menu->disks->disk[page->list.cursor];
	const char *refusal = page->refusals[page->list.cursor];
	char *model = clean(disk->model, "no model name");
	char *serial = clean(disk->serial, "none");
	char *data = clean(disk->data, "nothing");
	char *wwn = clean(disk->wwn, "-");

	screen->row = px_page_bottom(screen) - DETAIL_ROWS;
	px_screen_line(screen, 2, 1, PX_BOLD, "%s  %s  serial %s", disk->path, model, serial);
	px_screen_line(screen, 2, 1, PX_PLAIN, "%"OFF_FMT"u bytes, sectors of %u, wwn %s%s%s%s", disk->size_bytes,
			disk->sector_bytes, wwn, disk->usb ? ", USB" : "", disk->removable ? ", removable" : "",
			disk->rotational ? ", rotating" : "");
	px_screen_line(screen, 2, 2, PX_PLAIN, "On it now: %s", data);
	if (disk->twin)
		px_screen_line(screen, 2, 1, PX_PLAIN, "Another path leads to the same disk (multipath).");
	if (refusal)
		px_screen_line(screen, 2, px_page_bottom(screen) - screen->row - !!menu->disks->driverless, PX_BAD,
				"Cannot be chosen: %s", refusal);
	free(model);
	free(serial);
	free(data);
	free(wwn);
}

static void FAST_FUNC draw_disks(struct px_menu *menu, struct px_screen *screen)
{
	static const char *const heads[6] = { "Disk", "Size", "Bus", "Model", "Serial", "On it now" };
	struct disks_page *page = menu->page;
	char *title = xasprintf("choose a disk for %s", menu->image->id);
	unsigned top, i;

	px_page_frame(menu, screen, title, "Enter choose   r look again   Esc back   Ctrl-L redraw");
	free(title);
	draw_row(screen, 1, PX_BOLD, heads);
	if (!page->list.count) {
		px_screen_line(screen, 2, 3, PX_PLAIN,
				"No disk was found. Is its controller switched on in the firmware, and is its "
				"driver in this initramfs? \"r\" looks again.");
		draw_driverless(menu, screen);
		return;
	}
	page->list.rows = px_page_bottom(screen) - DETAIL_ROWS - PX_PAGE_TOP;
	top = px_list_top(&page->list);
	for (i = top; i < page->list.count && i < top + page->list.rows; i++)
		draw_disk(screen, PX_PAGE_TOP + i - top, i == page->list.cursor, menu->disks->disk[i],
				page->refusals[i]);
	draw_details(menu, screen);
	draw_driverless(menu, screen);
}

/* --- keys */

static enum px_action take_key(struct px_menu *menu, int key)
{
	struct disks_page *page = menu->page;

	if (key == PX_KEY_LOST)
		return PX_DO_GIVE_UP;
	if (key == PX_KEY_ESC || key == KEYCODE_LEFT)
		return PX_DO_BACK;
	if (key == 'r' || key == 'R') {
		free_refusals(page);
		px_choice_look(menu);
		page->list.cursor = 0;
		find_refusals(menu);
		return PX_DO_NOTHING;
	}
	if (key == PX_KEY_ENTER && page->list.count && !page->refusals[page->list.cursor]) {
		menu->disk = menu->disks->disk[page->list.cursor];
		return PX_DO_CHOSEN;
	}
	px_list_key(&page->list, key);
	return PX_DO_NOTHING;
}

/* The disk that the hint means, or else the first that can be chosen. */
static void place_cursor(struct px_menu *menu)
{
	struct disks_page *page = menu->page;
	unsigned i;
	char *why = NULL;

	px_choice_by_hint(menu, &why);
	free(why);
	for (i = 0; i < page->list.count; i++)
		if (menu->disk ? menu->disk == menu->disks->disk[i] : !page->refusals[i])
			break;
	if (i < page->list.count)
		page->list.cursor = i;
	menu->disk = NULL;
}

static const char topic[] ALIGN1 =
	"Here: choose the disk. All of it is overwritten. A grey one cannot be\0"
	"chosen; move to it to see why. Sizes are those of a disk's label (1 GB is\0"
	"1000 MB). Look at model and serial number when there are several.\0";

enum px_action FAST_FUNC px_disks_choose(struct px_menu *menu)
{
	struct disks_page page;
	enum px_action action = PX_DO_NOTHING;

	memset(&page, 0, sizeof(page));
	menu->page = &page;
	menu->topic = topic;
	find_refusals(menu);
	place_cursor(menu);
	while (action == PX_DO_NOTHING)
		action = take_key(menu, px_page_ask(menu, draw_disks, NULL));
	free_refusals(&page);
	return action;
}
