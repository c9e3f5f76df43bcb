/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu in full-screen mode: which file does what. See struct px_front in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += full.o

#include "libbb.h"
#include "report/log.h"
#include "menu/page.h"

static void FAST_FUNC full_leave(struct px_menu *menu)
{
	unsigned i;

	for (i = 0; i < menu->ui.count; i++)
		px_screen_leave(&menu->ui.screens[i], &menu->ui.terminals[i]);
	px_log_quiet = 0;
	if (px_log_said(0)[0]) /* whole, and where it stays: the page's line may have been cut */
		px_ui_print(&menu->ui, "%s\n", px_log_said(0));
}

static void FAST_FUNC full_enter(struct px_menu *menu)
{
	unsigned i;

	px_log_quiet = isatty(STDERR_FILENO);
	for (i = 0; i < menu->ui.count; i++)
		px_screen_enter(&menu->ui.screens[i], &menu->ui.terminals[i]);
}

const struct px_front px_front_screen = {
	.choose_image = px_images_choose,
	.choose_disk = px_disks_choose,
	.confirm = px_confirm_ask,
	.countdown = px_countdown,
	.progress = px_progress_show,
	.done = px_done_show,
	.failed = px_failed_ask,
	.waiting = px_waiting_show,
	.question = px_question_ask,
	.leave = full_leave,
	.enter = full_enter,
};
