/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of an installation that runs, and of one that went well. See page.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += running.o

#include "libbb.h"
#include "lib/text.h"
#include "menu/page.h"
#include "menu/words.h"
#include "menu/viewer.h"

struct running_page {
	smallint asked;             /* "abort?" is on the screen */
	unsigned seconds;           /* done page: until it goes on */
};

/* --- drawing */

static void draw_progress_bar(struct px_screen *screen, unsigned permille)
{
	unsigned width = screen->columns - 12, filled = width * permille / 1000, i;
	char percent[16];
	char *bar = xmalloc(width + 3);

	bar[0] = '[';
	for (i = 0; i < width; i++)
		bar[1 + i] = i < filled ? '#' : '.';
	strcpy(bar + 1 + width, "]");
	px_screen_put(screen, screen->row, 2, 0, PX_PLAIN, bar);
	if (filled)
		px_screen_fill(screen, screen->row, 3, filled, PX_GOOD);
	sprintf(percent, "%3u%%", permille / 10);
	px_screen_put(screen, screen->row++, 2 + width + 3, 0, PX_BOLD, percent);
	free(bar);
}

static void draw_time(struct px_screen *screen, const char *label, unsigned seconds)
{
	char time[PX_TIME_BYTES];

	px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s", label, px_words_time(time, seconds));
}

static void draw_brake(struct px_menu *menu, struct px_screen *screen)
{
	char *brake = px_words_brake(menu);

	if (brake)
		px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s", "Brake", brake);
	free(brake);
}

static void draw_parts(struct px_menu *menu, struct px_screen *screen)
{
	char *parts = px_words_parts(menu), *holds = px_words_holds(menu);

	if (parts)
		px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s", "Of it", parts);
	if (holds)
		px_screen_line(screen, 2, 2, PX_PLAIN, "%-11s%s", "", holds);
	free(parts);
	free(holds);
}

static void draw_numbers(struct px_menu *menu, struct px_screen *screen)
{
	const struct px_child_progress *write = px_words_progress(menu);
	char done[PX_SIZE_BYTES], total[PX_SIZE_BYTES];
	off_t total_bytes = px_words_total_bytes(menu);
	int left_s = px_words_left(menu);

	px_screen_line(screen, 2, 1, PX_BOLD, "%s", px_words_stage(write->stage));
	screen->row++;
	if (total_bytes > 0)
		draw_progress_bar(screen, MIN(write->bytes, total_bytes) / (total_bytes / 1000 + 1));
	screen->row++;
	px_size_text(done, write->bytes);
	if (total_bytes > 0)
		px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s of %s", "Done", done, px_size_text(total, total_bytes));
	else
		px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s (size not known)", "Done", done);
	draw_parts(menu, screen);
	px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s/s", "Rate", px_size_text(done, write->rate_bytes));
	if (menu->install.fetch.progress.source[0])
		px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s", "Source", menu->install.fetch.progress.source);
	if (left_s >= 0)
		draw_time(screen, "Left", left_s);
	draw_time(screen, "Since", (monotonic_ms() - menu->install.start_ms) / 1000);
	draw_brake(menu, screen);
}

static void FAST_FUNC draw_running(struct px_menu *menu, struct px_screen *screen)
{
	struct running_page *page = menu->page;
	char *title = menu->capture ? xasprintf("saving %s as %s", menu->disk->path, menu->image->id)
			: xasprintf("installing %s on %s", menu->image->id, menu->disk->path);

	px_page_frame(menu, screen, title, "Ctrl-C abort   Ctrl-L redraw");
	free(title);
	draw_numbers(menu, screen);
	if (menu->install.warnings)
		px_screen_line(screen, 2, 4, PX_BAD, "%s", menu->install.warnings);
	screen->row = px_page_bottom(screen) - 3;
	if (px_install_hangs(&menu->install))
		px_screen_line(screen, 2, 2, PX_BAD,
				"It does not end: the disk does not answer. r restarts the machine at once; "
				"then look at the disk before it is used.");
	else if (menu->install.aborted)
		px_screen_line(screen, 2, 2, PX_BAD, "Aborting.");
	else if (page->asked)
		px_screen_line(screen, 2, 2, PX_BAD,
				"Abort? %s y aborts, any other key goes on.", px_words_abort(menu));
}

/* --- keys. flow.c waits; this is called after each wait, with the key that came. */

static const char topic[] ALIGN1 =
	"Here: the image is written. The brake is the slowest of network, decoder\0"
	"and disk. Ctrl-C asks, and then leaves a disk that does not boot; so does\0"
	"a cut cable. It can be written again at any time.\0";

void FAST_FUNC px_progress_show(struct px_menu *menu, int key)
{
	static struct running_page page;

	menu->page = &page;
	menu->topic = topic;
	px_ui_share(&menu->ui, 0);
	if (px_viewer_take(menu, key))
		key = PX_KEY_NONE;
	if (key == PX_KEY_CTRL_L)
		px_page_redraw(menu);
	else if (key == 'r' && px_install_hangs(&menu->install))
		px_leave_at_once(menu);
	else if (page.asked && (key == 'y' || key == 'Y')) {
		page.asked = 0;
		px_install_abort(&menu->install);
	} else if (key == PX_KEY_CTRL_C || key == PX_KEY_ESC)
		page.asked = !menu->install.aborted;
	else if (key != PX_KEY_NONE)
		page.asked = 0;
	px_page_show(menu, draw_running);
	if (!px_install_running(&menu->install)) {
		page.asked = 0;
		px_viewer_close(menu);
	}
}

/* --- done */

static void FAST_FUNC draw_done(struct px_menu *menu, struct px_screen *screen)
{
	struct running_page *page = menu->page;
	unsigned seconds = (menu->install.end_ms - menu->install.start_ms) / 1000;

	px_page_frame(menu, screen, "done", "Enter go on   m menu   s shell   r reboot   p power off");
	screen->row++;
	px_screen_line(screen, 2, 2, PX_GOOD, "%s is %s.", menu->image->title, menu->capture ? "saved" : "installed");
	screen->row++;
	px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s", "Image", menu->image->id);
	px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s  %s", "Disk", menu->disk->path, menu->disk->model);
	px_screen_line(screen, 2, 1, PX_PLAIN, "%-11s%s", "", menu->capture ? "sent to the server and read back there"
			: px_words_state(menu));
	if (!menu->capture && px_words_proof(&menu->install))
		px_screen_line(screen, 13, 2, PX_PLAIN, "%s", px_words_proof(&menu->install));
	draw_time(screen, "It took", seconds);
	if (menu->warnings)
		px_screen_line(screen, 2, 6, PX_BAD, "%s", menu->warnings);
	screen->row++;
	px_screen_line(screen, 2, 2, PX_BOLD, "In %u second%s this machine will %s.", page->seconds,
			page->seconds == 1 ? "" : "s", px_words_after(menu));
}

enum px_action FAST_FUNC px_done_show(struct px_menu *menu, unsigned seconds)
{
	struct running_page page = { .seconds = seconds };
	unsigned long long end_ms = monotonic_ms() + seconds * 1000;

	menu->page = &page;
	menu->topic = NULL;
	px_page_redraw(menu);
	while (1) {
		long long left_ms;

		if (menu->viewer.title) /* somebody reads the log */
			end_ms = monotonic_ms() + seconds * 1000;
		left_ms = end_ms - monotonic_ms();
		if (left_ms <= 0)
			return PX_DO_NOTHING;
		page.seconds = (left_ms + 999) / 1000;
		switch (px_page_key(menu, draw_done, left_ms % 1000 + 1, NULL, NULL)) {
		case PX_KEY_ENTER: return PX_DO_NOTHING;
		case 'm': return PX_DO_MENU;
		case 's': return PX_DO_SHELL;
		case 'r': return PX_DO_REBOOT;
		case 'p': return PX_DO_POWEROFF;
		}
	}
}
