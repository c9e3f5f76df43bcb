/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The failure page: all that somebody needs who gets a photograph of it. And the page of waiting for the network. See
 * page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += failed.o

#include "libbb.h"
#include "lib/text.h"
#include "menu/page.h"
#include "menu/viewer.h"

static void draw_item(struct px_screen *screen, const char *label, const char *text, enum px_look look)
{
	if (!text || !text[0])
		return;
	px_screen_put(screen, screen->row, 2, 0, PX_PLAIN, label);
	px_screen_line(screen, 13, 4, look, "%s", text);
}

static int lines_after(const char *lines)
{
	int count = 1;

	while ((lines = strchr(lines, '\n')) != NULL) {
		lines++;
		count++;
	}
	return count;
}

/* Lines with a label beside the first, at most max of them. */
static void draw_block(struct px_screen *screen, const char *label, const char *lines, int max)
{
	while (lines && max-- > 0) {
		const char *end = strchrnul(lines, '\n');
		char *line = xstrndup(lines, end - lines);

		px_screen_put(screen, screen->row, 2, 0, PX_PLAIN, label);
		px_screen_line(screen, 13, 1, PX_PLAIN, "%s", line);
		free(line);
		label = "";
		lines = *end ? end + 1 : NULL;
	}
}

/* What a script said last, or which disks there are, as much of it as leaves room for the rest. */
static void draw_lines(struct px_menu *menu, struct px_screen *screen)
{
	const char *lines = menu->lines;
	int left = px_page_bottom(screen) - screen->row - 11;

	left = MAX(left, 2);
	while (lines && lines_after(lines) > left)
		lines = strchr(lines, '\n') + 1;
	draw_block(screen, "It said", lines, left);
	if (!menu->table)
		return;
	draw_block(screen, "Disks", menu->table, left);
	if (lines_after(menu->table) > left)
		px_screen_line(screen, 13, 1, PX_PLAIN, "... and %d more: F2 shows all",
				lines_after(menu->table) - left);
}

static void FAST_FUNC draw_failed(struct px_menu *menu, struct px_screen *screen)
{
	px_page_frame(menu, screen, "FAILED", "m menu   s shell   r reboot   p power off");
	screen->row = 1;
	px_screen_fill(screen, screen->row, 1, screen->columns - 2, PX_BAD);
	px_screen_line(screen, 2, 1, PX_BAD, "%s: %s.", menu->capture ? "The disk was not saved"
			: "The installation failed", menu->disk_state);
	screen->row++;
	draw_item(screen, "Step", menu->step, PX_BOLD);
	draw_item(screen, "Reason", menu->reason, PX_BOLD);
	draw_item(screen, "And so", menu->consequence, PX_PLAIN);
	draw_lines(menu, screen);
	draw_item(screen, "Disk state", menu->disk_state, PX_BOLD);
	screen->row++;
	draw_item(screen, "What to do", px_advice(menu->step, menu->status), PX_PLAIN);
	screen->row++;
	draw_item(screen, "Image", menu->image ? menu->image->id : NULL, PX_PLAIN);
	if (menu->disk) {
		char *disk = px_ascii(xasprintf("%s  %s  serial %s", menu->disk->path, menu->disk->model,
				menu->disk->serial), 0);

		draw_item(screen, "Disk", disk, PX_PLAIN);
		free(disk);
	}
	draw_item(screen, "Catalog", menu->catalog_shown, PX_PLAIN);
	draw_item(screen, "", menu->catalog ? menu->voucher : NULL, PX_PLAIN);
	draw_item(screen, "Machine", menu->machine, PX_PLAIN);
	px_screen_put(screen, screen->row, 2, 0, PX_PLAIN, "Status");
	px_screen_line(screen, 13, 1, PX_PLAIN, "exit %d, %u s after start", menu->status, monotonic_sec());
}

static const char topic[] ALIGN1 =
	"Here: it did not work. The page says at which step, why, in which state\0"
	"the disk is, and what can be done. F2 shows all that was said before; m\0"
	"goes to the menu, to try again.\0";

enum px_action FAST_FUNC px_failed_ask(struct px_menu *menu)
{
	menu->topic = topic;
	px_page_redraw(menu);
	while (1) {
		switch (px_page_key(menu, draw_failed, -1, NULL, NULL)) {
		case 'm': return PX_DO_MENU;
		case 's': return PX_DO_SHELL;
		case 'r': return PX_DO_REBOOT;
		case 'p': return PX_DO_POWEROFF;
		case 'l':
			px_viewer_log(menu);
			break;
		case PX_KEY_LOST:
			pause(); /* nobody there: the reason stays on the screen */
		}
	}
}

/* --- waiting */

struct waiting_page {
	const char *reason;
};

static void FAST_FUNC draw_waiting(struct px_menu *menu, struct px_screen *screen)
{
	struct waiting_page *page = menu->page;

	px_page_frame(menu, screen, "getting the catalog", "t try now   n network   s shell   r reboot   p power off");
	screen->row++;
	px_screen_line(screen, 2, 1, PX_PLAIN, menu->status == PX_AUTH
			? "The list of images was refused: nothing can be installed from it."
			: "The list of images is not here yet.");
	screen->row++;
	px_screen_line(screen, 2, 4, PX_BOLD, "%s", page->reason);
	screen->row++;
	px_screen_line(screen, 2, 2, PX_PLAIN, "%s b restarts, for the local disk.",
			menu->in_vain ? "It is not tried again by itself: that would end the same way; t does."
				: "It is tried again by itself.");
}

enum px_action FAST_FUNC px_waiting_show(struct px_menu *menu, const char *reason, int wait_ms, struct px_child *child)
{
	struct waiting_page page = { .reason = reason };

	menu->page = &page;
	menu->topic = NULL;
	switch (px_page_key(menu, draw_waiting, wait_ms, NULL, child)) {
	case 't': return PX_DO_RETRY;
	case 's': return PX_DO_SHELL;
	case 'r': return PX_DO_REBOOT;
	case 'p': return PX_DO_POWEROFF;
	case 'b': return PX_DO_LOCAL;
	case 'l':
		px_viewer_log(menu);
		break;
	case 'n':
		px_viewer_network(menu);
		break;
	}
	return PX_DO_NOTHING;
}
