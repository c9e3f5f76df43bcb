/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu as lines of text: px.ui=text, for dumb terminals, expect and screen readers. Questions end in "? ",
 * answers are numbers or letters followed by Enter (answer.h). See struct px_front in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += lines.o

#include "libbb.h"
#include "lib/text.h"
#include "report/log.h"
#include "menu/answer.h"
#include "menu/looking.h"
#include "menu/words.h"

/* Waits until end_ms, or for a key. What the look at the image finds meanwhile is told. */
static int count_one(struct px_menu *menu, unsigned long long end_ms)
{
	int key = PX_KEY_NONE;
	long long left_ms;

	while (key == PX_KEY_NONE && (left_ms = end_ms - monotonic_ms()) > 0) {
		struct px_install *install = px_looking_install(menu);
		char *words;

		key = px_ui_wait(&menu->ui, left_ms, install, NULL);
		words = install && !px_looking_install(menu) ? px_looking_words(menu) : NULL;
		if (words)
			px_ui_print(&menu->ui, "\n%s\n", words);
		free(words);
	}
	return key;
}

static enum px_action FAST_FUNC text_countdown(struct px_menu *menu, unsigned seconds)
{
	int key = PX_KEY_NONE;

	px_pick_say(menu);
	px_ui_print(&menu->ui, "Unattended: starts in %u seconds; any key stops it\n", seconds);
	px_looking_begin_countdown(menu, seconds);
	for (; seconds && key == PX_KEY_NONE; seconds--) {
		px_ui_print(&menu->ui, "%u ", seconds);
		key = count_one(menu, monotonic_ms() + 1000);
	}
	px_looking_end(menu);
	if (key != PX_KEY_NONE)
		return PX_DO_MENU;
	px_ui_print(&menu->ui, "\n");
	return PX_DO_CHOSEN;
}

/* --- progress and end */

/* One Ctrl-C may be a slip: it asks, as on the screens. */
static void take_abort_key(struct px_menu *menu, int key)
{
	static smallint asked;

	if (key == PX_KEY_NONE)
		return;
	if (menu->install.aborted) {
		if (tolower(key) == 'r' && px_install_hangs(&menu->install))
			px_leave_at_once(menu);
		return;
	}
	if (asked && tolower(key) == 'y') {
		px_ui_print(&menu->ui, "y\naborting\n");
		px_install_abort(&menu->install);
	} else if (asked)
		px_ui_print(&menu->ui, "\ngoing on\n");
	else if (key != PX_KEY_CTRL_C)
		px_answer_look(menu, key);
	else
		px_ui_print(&menu->ui, "Abort? %s y aborts, any other key goes on: ", px_words_abort(menu));
	asked = !asked && key == PX_KEY_CTRL_C;
}

static void print_progress(struct px_menu *menu)
{
	const struct px_child_progress *progress = px_words_progress(menu);
	char done[PX_SIZE_BYTES], total[PX_SIZE_BYTES], rate[PX_SIZE_BYTES], left[PX_TIME_BYTES];
	off_t total_bytes = px_words_total_bytes(menu);
	int left_s = px_words_left(menu);
	char *brake = px_words_brake(menu);
	const char *source = menu->install.fetch.progress.source;

	px_ui_print(&menu->ui, "%s: %s of %s, %s/s%s%s%s%s%s%s\n", px_words_stage(progress->stage),
			px_size_text(done, progress->bytes), total_bytes ? px_size_text(total, total_bytes) : "?",
			px_size_text(rate, progress->rate_bytes), left_s >= 0 ? ", left " : "",
			left_s >= 0 ? px_words_time(left, left_s) : "", brake ? ", brake " : "", brake ? brake : "",
			source[0] ? ", source " : "", source);
	free(brake);
}

/* Once, as soon as it is so. */
static void say_hangs(struct px_menu *menu)
{
	static smallint said;

	if (!px_install_hangs(&menu->install))
		said = 0;
	else if (!said) {
		said = 1;
		px_ui_print(&menu->ui, "It does not end: the disk does not answer. r restarts the machine at once; "
				"then look at the disk before it is used.\n");
	}
}

static void FAST_FUNC text_progress(struct px_menu *menu, int key)
{
	static unsigned long long next_ms;

	take_abort_key(menu, key);
	say_hangs(menu);
	if (monotonic_ms() < next_ms || !px_words_progress(menu)->stage[0])
		return;
	next_ms = monotonic_ms() + 2000;
	print_progress(menu);
}

static enum px_action FAST_FUNC text_done(struct px_menu *menu, unsigned seconds UNUSED_PARAM)
{
	char time[PX_TIME_BYTES];

	px_ui_print(&menu->ui, "\n%s is on %s: %s, in %s. Next: %s\n", menu->image->title,
			menu->capture ? "the server" : menu->disk->path,
			menu->capture ? "sent and read back" : px_words_state(menu),
			px_words_time(time, (menu->install.end_ms - menu->install.start_ms) / 1000),
			px_words_after(menu));
	if (!menu->capture && px_words_proof(&menu->install))
		px_ui_print(&menu->ui, "Proof: %s\n", px_words_proof(&menu->install));
	return PX_DO_NOTHING;
}

static void print_if(struct px_menu *menu, const char *label, const char *text)
{
	if (text && text[0])
		px_ui_print(&menu->ui, "  %s%s\n", label, text);
}

static void print_failure(struct px_menu *menu)
{
	px_ui_print(&menu->ui, "\nFAILED: %s\n", menu->step);
	print_if(menu, "reason: ", menu->reason);
	print_if(menu, "and so: ", menu->consequence);
	print_if(menu, "its last lines:\n", menu->lines);
	print_if(menu, "the disks:\n", menu->table);
	print_if(menu, "disk:   ", menu->disk_state);
	print_if(menu, "what to do: ", px_advice(menu->step, menu->status));
	print_if(menu, "image:  ", menu->image ? menu->image->id : NULL);
	if (menu->disk) {
		char *disk = px_words_disk(menu->disk);
		char *details = px_words_disk_details(menu->disk);

		px_ui_print(&menu->ui, "  on:     %s  %s\n", disk, details);
		free(disk);
		free(details);
	}
	print_if(menu, "catalog: ", menu->catalog_shown);
	print_if(menu, "         ", menu->catalog ? menu->voucher : NULL);
	print_if(menu, "machine: ", menu->machine);
	px_ui_print(&menu->ui, "  exit %d, %u s after start\n", menu->status, monotonic_sec());
}

static enum px_action FAST_FUNC text_failed(struct px_menu *menu)
{
	char answer[PX_ANSWER_BYTES];

	print_failure(menu);
	px_ui_print(&menu->ui, "Now (m menu, s shell, r reboot, p power off, " PX_ANSWER_LOOK ")? ");
	if (px_answer_read(menu, answer) != 0) {
		/* nobody there: the reason stays on the screen */
		while (1)
			pause();
	}
	return strcmp(answer, "m") == 0 ? PX_DO_MENU : px_answer_common(answer);
}

static enum px_action FAST_FUNC text_waiting(struct px_menu *menu, const char *reason, int wait_ms,
		struct px_child *child)
{
	static char *shown;
	int key;

	if (reason[0] && (!shown || strcmp(shown, reason) != 0)) {
		free(shown);
		shown = xstrdup(reason);
		px_ui_print(&menu->ui,
				"%s\n(t try again, s shell, r reboot, p power off, l local disk, " PX_ANSWER_LOOK ")\n",
				reason);
	}
	key = px_ui_wait(&menu->ui, wait_ms, NULL, child);
	if (key == 't')
		return PX_DO_RETRY;
	if (key != PX_KEY_NONE && !px_answer_look(menu, key) && key > 0) {
		char answer[2] = { key, '\0' };

		return key == 'b' ? PX_DO_NOTHING : px_answer_common(answer);
	}
	return PX_DO_NOTHING;
}

/* On several consoles stderr is one of them, and all should have these lines. */
static struct px_ui *consoles;

static void FAST_FUNC speak(const char *line)
{
	px_ui_print(consoles, "%s\n", line);
}

static void FAST_FUNC text_leave(struct px_menu *menu)
{
	unsigned i;

	px_log_speaker = NULL;
	for (i = 0; i < menu->ui.count; i++)
		px_terminal_restore(&menu->ui.terminals[i]);
}

static void FAST_FUNC text_enter(struct px_menu *menu)
{
	unsigned i;

	if (menu->ui.opened) {
		consoles = &menu->ui;
		px_log_speaker = speak;
	}
	for (i = 0; i < menu->ui.count; i++)
		px_terminal_raw(&menu->ui.terminals[i]);
}

/* An empty answer keeps what is proposed; "b" alone goes back. */
static enum px_action FAST_FUNC text_question(struct px_menu *menu, struct px_question *question)
{
	char answer[PX_ANSWER_BYTES];

	px_ui_print(&menu->ui, "\n%s\n%s\n", question->title, question->text);
	px_ui_print(&menu->ui, "%s%s%s%s (b back)? ", question->prompt, question->answer[0] ? " [" : "",
			question->answer, question->answer[0] ? "]" : "");
	if (px_answer_read(menu, answer) != 0)
		return PX_DO_GIVE_UP;
	if (strcmp(answer, "b") == 0)
		return PX_DO_BACK;
	if (answer[0])
		safe_strncpy(question->answer, answer, PX_QUESTION_BYTES);
	return PX_DO_CHOSEN;
}

const struct px_front px_front_text = {
	.choose_image = px_pick_image,
	.choose_disk = px_pick_disk,
	.confirm = px_pick_confirm,
	.countdown = text_countdown,
	.progress = text_progress,
	.done = text_done,
	.failed = text_failed,
	.waiting = text_waiting,
	.question = text_question,
	.leave = text_leave,
	.enter = text_enter,
};
