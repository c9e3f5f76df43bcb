/*
 * Pages that only show something: help, log, network details. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += viewer.o

#include "libbb.h"
#include "lib/text.h"
#include "report/log.h"
#include "menu/page.h"

enum { SHIFT_COLUMNS = 40, SHIFT_MAX = 7 * SHIFT_COLUMNS };

struct viewer {
	const char *title;
	struct px_list list;
	unsigned shift;             /* columns that have moved out at the left: lines may be longer than the screen is wide */
	const char* FAST_FUNC (*line)(unsigned i);
};

static void FAST_FUNC draw_viewer(struct px_menu *menu, struct px_screen *screen)
{
	struct viewer *viewer = menu->page;
	unsigned top, i;

	px_page_frame(menu, screen, viewer->title, "Esc back   PgUp, PgDn, Home, End   Right, Left: long lines");
	viewer->list.rows = px_page_bottom(screen) - PX_PAGE_TOP;
	top = px_list_top(&viewer->list);
	for (i = top; i < viewer->list.count && i < top + viewer->list.rows; i++) {
		const char *line = viewer->line(i);

		px_screen_put(screen, PX_PAGE_TOP + i - top, 1, screen->columns - 2, PX_PLAIN,
				line + MIN(viewer->shift, strlen(line)));
	}
}

/* True when the page is left. */
static int take_key(struct viewer *viewer, int key)
{
	switch (key) {
	case PX_KEY_ESC:
	case PX_KEY_ENTER:
	case PX_KEY_LOST:
	case 'q':
		return 1;
	case KEYCODE_LEFT:
		if (!viewer->shift)
			return 1;
		viewer->shift -= SHIFT_COLUMNS;
		return 0;
	case KEYCODE_RIGHT:
		viewer->shift = MIN(viewer->shift + SHIFT_COLUMNS, SHIFT_MAX);
		return 0;
	/* a page is turned, not a line: nothing is marked here */
	case KEYCODE_UP:
		key = KEYCODE_PAGEUP;
		break;
	case KEYCODE_DOWN:
	case ' ':
		key = KEYCODE_PAGEDOWN;
	}
	px_list_key(&viewer->list, key);
	return 0;
}

static void view(struct px_menu *menu, struct viewer *viewer)
{
	void *page_below = menu->page;

	menu->page = viewer;
	while (!take_key(viewer, px_page_look(menu, draw_viewer)))
		continue;
	menu->page = page_below;
}

/* --- help */

static const char help[] ALIGN1 =
	"Up, Down, PgUp, PgDn, Home, End   move\0"
	"Enter                             choose\0"
	"Esc, Left                         back\0"
	"letters, digits                   in the list of images: show what has these\0"
	"                                  in its name; Esc shows all again\0"
	"Ctrl-L                            draw the screen again (noisy serial line)\0"
	"Ctrl-C                            while an image is written: abort\0"
	"F1, ?                             this page\0"
	" \0"
	"Images come from the catalog, the file \"images\" on the server. One that\0"
	"cannot be used is listed all the same; move to it to see why.\0"
	" \0"
	"A disk gets its boot sector last, after all else was written, read back\0"
	"and compared: a disk that boots is complete, any other does not boot.\0"
	"One that is in use, too small or read-only cannot be chosen.\0"
	" \0"
	"The log: [Log] in the list of images, and /var/log/px.log.\0";

static const char* FAST_FUNC help_line(unsigned i)
{
	return nth_string(help, i);
}

void FAST_FUNC px_page_help(struct px_menu *menu)
{
	struct viewer viewer = { .title = "help", .line = help_line };
	static smallint open;
	const char *s;

	if (open) /* F1 on this page */
		return;
	for (s = help; *s; s += strlen(s) + 1)
		viewer.list.count++;
	open = 1;
	view(menu, &viewer);
	open = 0;
}

/* --- log: opens at its end */

void FAST_FUNC px_page_log(struct px_menu *menu)
{
	struct viewer viewer = { .title = "log", .line = px_log_line };

	viewer.list.count = px_log_count();
	viewer.list.rows = 19;
	px_list_key(&viewer.list, KEYCODE_END);
	view(menu, &viewer);
}

/* --- network */

static char *network_lines[8];

static const char* FAST_FUNC network_line(unsigned i)
{
	return network_lines[i];
}

static char *item(const char *label, const char *value)
{
	return px_ascii(xasprintf("%-12s%s", label, value ? value : "not known"), 0);
}

void FAST_FUNC px_page_network(struct px_menu *menu)
{
	const struct px_network *network = &menu->network;
	struct viewer viewer = { .title = "network", .line = network_line };
	unsigned n = 0;

	network_lines[n++] = item("Interface", network->iface);
	network_lines[n++] = item("MAC", network->mac);
	network_lines[n++] = item("Address", network->ip);
	network_lines[n++] = item("Gateway", network->gateway);
	network_lines[n++] = item("DNS", network->dns);
	network_lines[n++] = item("Server", network->server);
	network_lines[n++] = item("Catalog", menu->catalog_url);
	network_lines[n++] = item("Problem", network->problem ? network->problem : "none");
	viewer.list.count = n;
	view(menu, &viewer);
	while (n)
		free(network_lines[--n]);
}
