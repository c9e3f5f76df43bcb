/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is shown over a page: help, log, network details. See viewer.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += viewer.o

#include "libbb.h"
#include "lib/text.h"
#include "report/log.h"
#include "menu/netinfo.h"
#include "menu/page.h"
#include "menu/viewer.h"

enum { SHIFT_COLUMNS = 40, SHIFT_MAX = 7 * SHIFT_COLUMNS, LOOK_MS = 30 * 1000 };

static void open_viewer(struct px_menu *menu, const char *title, unsigned count,
		const char* FAST_FUNC (*line)(struct px_menu *menu, unsigned i))
{
	struct px_viewer *viewer = &menu->viewer;

	free(viewer->more);
	memset(viewer, 0, sizeof(*viewer));
	viewer->title = title;
	viewer->line = line;
	viewer->list.count = count;
	viewer->touched_ms = monotonic_ms();
}

void FAST_FUNC px_viewer_close(struct px_menu *menu)
{
	menu->viewer.title = NULL;
	free(menu->viewer.more);
	menu->viewer.more = NULL;
}

/* --- help */

static const char help[] ALIGN1 =
	"Up, Down, PgUp, PgDn, Home, End   move\0"
	"Enter                             choose\0"
	"Esc, Left                         back\0"
	"letters, digits                   in the list of images: show what has these\0"
	"                                  in its name; Esc shows all again\0"
	"Ctrl-L                            draw the screen again (noisy serial line)\0"
	"Ctrl-C                            while an image is written: abort (it asks)\0"
	"F1, ?                             this page, also while an image is written\0"
	"F2                                the log, from every page\0"
	" \0"
	"Images come from the catalog, the file \"images\" on the server. One that\0"
	"cannot be used is listed all the same; move to it to see why.\0"
	" \0"
	"A disk gets its boot sector last, after all else was written, read back\0"
	"and compared: a disk that boots is complete, any other does not boot.\0"
	"One that is in use, too small or read-only cannot be chosen.\0"
	" \0"
	"The log: F2, and /var/log/px.log; the second screen (Alt-F2) follows it.\0";

static unsigned count_lines(const char *text)
{
	unsigned count = 0;

	for (; *text; text += strlen(text) + 1)
		count++;
	return count;
}

/* With the empty one behind them. */
static unsigned topic_lines(const struct px_menu *menu)
{
	return menu->topic ? count_lines(menu->topic) + 1 : 0;
}

/* What helps with the question at hand comes first, then what holds everywhere. */
static const char* FAST_FUNC help_line(struct px_menu *menu, unsigned i)
{
	unsigned first = topic_lines(menu);

	if (i + 1 == first)
		return "";
	return i < first ? nth_string(menu->topic, i) : nth_string(help, i - first);
}

static void open_help(struct px_menu *menu)
{
	open_viewer(menu, "help", topic_lines(menu) + count_lines(help), help_line);
}

/* --- log: opens at its end */

static const char* FAST_FUNC log_line(struct px_menu *menu, unsigned i)
{
	struct px_viewer *viewer = &menu->viewer;
	char clock[PX_LOG_TIME_BYTES];

	snprintf(viewer->text, sizeof(viewer->text), "%s %s", px_log_time(clock, i), px_log_line(i));
	return viewer->text;
}

void FAST_FUNC px_viewer_log(struct px_menu *menu)
{
	open_viewer(menu, "log", px_log_count(), log_line);
	menu->viewer.list.rows = 19;
	px_list_key(&menu->viewer.list, KEYCODE_END);
}

/* --- network: what the session knows, and behind it what the network script's companion finds out now */

/* Line i of text, into buf of size bytes. */
static void copy_line(char *buf, unsigned size, const char *text, unsigned i)
{
	while (i--)
		text = strchrnul(text, '\n') + 1;
	safe_strncpy(buf, text, MIN(size, strchrnul(text, '\n') - text + 1));
}

static const char* FAST_FUNC network_line(struct px_menu *menu, unsigned i)
{
	static const char labels[] ALIGN1 = "Interface\0MAC\0Address\0Gateway\0DNS\0Server\0Catalog\0Problem\0";
	const struct px_network *network = &menu->network;
	const char *values[] = { network->iface, network->mac, network->ip, network->gateway, network->dns,
			network->server,
			menu->catalog_shown, network->problem ? network->problem : "none" };
	struct px_viewer *viewer = &menu->viewer;

	if (i >= PX_NETWORK_LINES) {
		copy_line(viewer->text, sizeof(viewer->text), viewer->more, i - PX_NETWORK_LINES);
		return viewer->text;
	}
	snprintf(viewer->text, sizeof(viewer->text), "%-12s%s", nth_string(labels, i),
			values[i] ? values[i] : "not known");
	return px_ascii(viewer->text, 0);
}

void FAST_FUNC px_viewer_network(struct px_menu *menu)
{
	open_viewer(menu, "network", PX_NETWORK_LINES, network_line);
	px_netinfo_start(menu->root, menu->catalog_url);
}

/* The script may have found out more since the last look. */
static void look_at_network_page(struct px_menu *menu)
{
	struct px_viewer *viewer = &menu->viewer;
	const char *s;

	free(viewer->more);
	viewer->more = px_netinfo_read(menu->root);
	viewer->list.count = PX_NETWORK_LINES;
	for (s = viewer->more; (s = strchr(s, '\n')) != NULL; s++)
		viewer->list.count++;
}

/* --- drawing */

void FAST_FUNC px_viewer_draw(struct px_menu *menu, struct px_screen *screen)
{
	struct px_viewer *viewer = &menu->viewer;
	unsigned top, i;

	if (viewer->line == network_line)
		look_at_network_page(menu);
	px_page_frame(menu, screen, viewer->title, "Esc back   PgUp, PgDn, Home, End   Right, Left: long lines");
	viewer->list.rows = px_page_bottom(screen) - PX_PAGE_TOP;
	top = px_list_top(&viewer->list);
	for (i = top; i < viewer->list.count && i < top + viewer->list.rows; i++) {
		const char *line = viewer->line(menu, i);

		px_screen_put(screen, PX_PAGE_TOP + i - top, 1, screen->columns - 2, PX_PLAIN,
				line + MIN(viewer->shift, strlen(line)));
	}
}

/* --- keys */

/* px.auto: there is work to do, and it has not failed yet. */
static int has_work(const struct px_menu *menu)
{
	return menu->settings.automatic && !menu->reason;
}

static void shift_line(struct px_menu *menu, int key)
{
	struct px_viewer *viewer = &menu->viewer;

	if (key == KEYCODE_RIGHT)
		viewer->shift = MIN(viewer->shift + SHIFT_COLUMNS, SHIFT_MAX);
	else if (viewer->shift)
		viewer->shift -= SHIFT_COLUMNS;
	else
		px_viewer_close(menu);
}

/* A page is turned, not a line: nothing is marked here. */
static void turn_page(struct px_viewer *viewer, int key)
{
	if (key == KEYCODE_UP)
		key = KEYCODE_PAGEUP;
	else if (key == KEYCODE_DOWN || key == ' ')
		key = KEYCODE_PAGEDOWN;
	px_list_key(&viewer->list, key);
}

/* Keys that open one; 1: it was such a key. */
static int take_opening_key(struct px_menu *menu, int key)
{
	if (key == PX_KEY_F1 || key == '?')
		open_help(menu);
	else if (key == PX_KEY_F2)
		px_viewer_log(menu);
	else
		return 0;
	return 1;
}

int FAST_FUNC px_viewer_take(struct px_menu *menu, int key)
{
	struct px_viewer *viewer = &menu->viewer;

	if (take_opening_key(menu, key))
		return 1;
	if (!viewer->title)
		return 0;
	if (key == PX_KEY_NONE) {
		if (has_work(menu) && monotonic_ms() - viewer->touched_ms > LOOK_MS)
			px_viewer_close(menu);
		return 1;
	}
	viewer->touched_ms = monotonic_ms();
	switch (key) {
	case PX_KEY_CTRL_C:
	case PX_KEY_LOST:
		px_viewer_close(menu);
		return 0; /* these are for the page, too */
	case PX_KEY_ESC:
	case PX_KEY_ENTER:
	case 'q':
		px_viewer_close(menu);
		return 1;
	case KEYCODE_LEFT:
	case KEYCODE_RIGHT:
		shift_line(menu, key);
		return 1;
	}
	turn_page(viewer, key);
	return 1;
}
