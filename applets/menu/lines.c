/*
 * The menu as lines of text: px.ui=text, for dumb terminals, expect and screen readers. Questions end in "? ",
 * answers are numbers or letters followed by Enter. See struct px_front in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += lines.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/version.h"
#include "report/log.h"
#include "menu/menu.h"

enum { ANSWER_BYTES = 80, IMAGES_SHOWN_MAX = 200 };

/* Reads an answer, echoing it. 0; -1: the terminals are gone. Ctrl-C and Ctrl-U empty it. */
static int read_answer(struct px_menu *menu, char *answer)
{
	unsigned n = 0;

	px_ui_share(&menu->ui, 1);
	while (1) {
		int key = px_ui_wait(&menu->ui, -1, NULL, NULL);

		if (key == PX_KEY_LOST)
			return -1;
		if (key == PX_KEY_ENTER)
			break;
		if (key == PX_KEY_BACKSPACE && n) {
			n--;
			px_ui_rub_out(&menu->ui);
		} else if (key >= ' ' && key < 127 && n < ANSWER_BYTES - 1) {
			answer[n++] = key;
			px_ui_print(&menu->ui, "%c", key);
		}
	}
	answer[n] = '\0';
	trim(answer);
	px_ui_print(&menu->ui, "\n");
	return 0;
}

/* The letters that mean the same everywhere. PX_DO_NOTHING: none of them. */
static enum px_action common_answer(const char *answer)
{
	static const char letters[] ALIGN1 = "srplb";
	static const uint8_t actions[] = { PX_DO_SHELL, PX_DO_REBOOT, PX_DO_POWEROFF, PX_DO_LOCAL, PX_DO_BACK };
	const char *letter;

	if (!answer[0] || answer[1])
		return PX_DO_NOTHING;
	letter = strchr(letters, tolower(answer[0]));
	return letter ? actions[letter - letters] : PX_DO_NOTHING;
}

/* "1" to "count": 0 to count - 1; else -1 */
static int number_answer(const char *answer, unsigned count)
{
	unsigned n = bb_strtou(answer, NULL, 10);

	return !errno && n >= 1 && n <= count ? (int)n - 1 : -1;
}

/* --- images */

static void print_images(struct px_menu *menu)
{
	unsigned i;

	px_ui_print(&menu->ui, "\nPXE Imager %s: images of %s\n", px_version, menu->catalog->shown);
	for (i = 0; i < menu->catalog->count && i < IMAGES_SHOWN_MAX; i++) {
		const struct px_image *image = &menu->catalog->images[i];

		if (image->problem) {
			char *problem = px_image_problem(menu->catalog, image);

			px_ui_print(&menu->ui, "%3u) %s (unusable: %s)\n", i + 1, image->title, px_ascii(problem, 0));
			free(problem);
		} else
			px_ui_print(&menu->ui, "%3u) %s\n", i + 1, image->title);
	}
	if (menu->catalog->count > i)
		px_ui_print(&menu->ui, "     ... and %u more: type the image's name\n", menu->catalog->count - i);
	if (!menu->catalog->count)
		px_ui_print(&menu->ui, "     the catalog names no image\n");
}

/* A number of the list, a name, or a name behind '=' for one that could be a number; NULL: none, or said why not. */
static const struct px_image *image_answer(struct px_menu *menu, const char *answer)
{
	const char *name = is_prefixed_with(answer, "=");
	const struct px_image *image = px_catalog_find(menu->catalog, name ? name : answer);
	int i = number_answer(answer, menu->catalog->count);

	if (i >= 0 && image && image != &menu->catalog->images[i]) {
		px_ui_print(&menu->ui, "%s is the number of \"%s\" and the name of \"%s\": type =%s for the name, 0%s for the number\n",
				answer, menu->catalog->images[i].title, image->title, answer, answer);
		return NULL;
	}
	if (i >= 0)
		image = &menu->catalog->images[i];
	if (!image || !image->problem)
		return image;
	px_ui_print(&menu->ui, "%s cannot be used\n", image->title);
	return NULL;
}

static enum px_action FAST_FUNC text_choose_image(struct px_menu *menu)
{
	char answer[ANSWER_BYTES];
	enum px_action action;

	print_images(menu);
	px_ui_print(&menu->ui, "Image (number or name; c catalog again, s shell, r reboot, p power off, l local disk)? ");
	if (read_answer(menu, answer) != 0)
		return PX_DO_GIVE_UP;
	menu->image = image_answer(menu, answer);
	if (menu->image)
		return PX_DO_CHOSEN;
	action = common_answer(answer);
	if (strcmp(answer, "c") == 0)
		return PX_DO_RETRY;
	return action;
}

/* --- disks */

static void print_disk(struct px_menu *menu, unsigned i)
{
	const struct px_disk *disk = menu->disks->disk[i];
	char size[PX_SIZE_BYTES];
	char *model = px_ascii(xstrdup(disk->model), 0);
	char *serial = px_ascii(xstrdup(disk->serial), 0);
	char *data = px_ascii(xstrdup(disk->data ? disk->data : "blank"), 0);
	char *refusal = px_choice_refusal(menu, disk);

	px_ui_print(&menu->ui, "%3u) %s  %s  %s  %s  serial %s  %s\n", i + 1, disk->path, px_size_text(size, disk->size_bytes),
			disk->transport, model, serial[0] ? serial : "-", data);
	if (refusal)
		px_ui_print(&menu->ui, "     cannot be chosen: %s\n", refusal);
	free(model);
	free(serial);
	free(data);
	free(refusal);
}

static enum px_action FAST_FUNC text_choose_disk(struct px_menu *menu)
{
	char answer[ANSWER_BYTES];
	char *refusal;
	unsigned i;
	int chosen;

	while (1) {
		px_ui_print(&menu->ui, "\nDisks for %s:\n", menu->image->title);
		for (i = 0; i < menu->disks->count; i++)
			print_disk(menu, i);
		if (!menu->disks->count)
			px_ui_print(&menu->ui, "     no disk found\n");
		if (menu->disks->driverless)
			px_ui_print(&menu->ui, "     no driver here for the disk controller with PCI id %s\n", menu->disks->driverless);
		px_ui_print(&menu->ui, "Disk (number; b back, s shell, r reboot)? ");
		if (read_answer(menu, answer) != 0)
			return PX_DO_GIVE_UP;
		chosen = number_answer(answer, menu->disks->count);
		if (chosen < 0) {
			enum px_action action = common_answer(answer);

			if (action != PX_DO_NOTHING)
				return action;
			px_choice_look(menu);
			continue;
		}
		refusal = px_choice_refusal(menu, menu->disks->disk[chosen]);
		if (!refusal)
			break;
		px_ui_print(&menu->ui, "%s: %s\n", menu->disks->disk[chosen]->path, refusal);
		free(refusal);
	}
	menu->disk = menu->disks->disk[chosen];
	return PX_DO_CHOSEN;
}

/* --- confirmation */

static enum px_action FAST_FUNC text_confirm(struct px_menu *menu)
{
	const struct px_disk *disk = menu->disk;
	char answer[ANSWER_BYTES];
	char *wanted = px_confirm_word(disk);
	char *model = px_ascii(xstrdup(disk->model), 0);
	char *data = disk->data ? px_ascii(xstrdup(disk->data), 0) : NULL;
	enum px_action action;

	px_ui_print(&menu->ui, "\nInstall %s\non %s (%s)\n", menu->image->title, disk->path, model);
	if (data)
		px_ui_print(&menu->ui, "The disk holds data: %s. It will be lost.\n", data);
	px_ui_print(&menu->ui, "Type %s to go on, anything else goes back: ", wanted);
	if (read_answer(menu, answer) != 0)
		action = PX_DO_GIVE_UP;
	else
		action = strcmp(answer, wanted) == 0 ? PX_DO_CHOSEN : PX_DO_BACK;
	free(wanted);
	free(model);
	free(data);
	return action;
}

static enum px_action FAST_FUNC text_countdown(struct px_menu *menu, unsigned seconds)
{
	char *model = px_ascii(xstrdup(menu->disk->model), 0);

	px_ui_print(&menu->ui, "\nUnattended: %s on %s (%s) in %u seconds; any key stops it\n", menu->image->title,
			menu->disk->path, model, seconds);
	free(model);
	for (; seconds; seconds--) {
		unsigned long long end_ms = monotonic_ms() + 1000;
		long long left_ms;

		px_ui_print(&menu->ui, "%u ", seconds);
		while ((left_ms = end_ms - monotonic_ms()) > 0)
			if (px_ui_wait(&menu->ui, left_ms, NULL, NULL) != PX_KEY_NONE)
				return PX_DO_MENU;
	}
	px_ui_print(&menu->ui, "\n");
	return PX_DO_CHOSEN;
}

/* --- progress and end */

/* One Ctrl-C may be a slip: it asks, as on the screens. */
static void take_abort_key(struct px_menu *menu, int key)
{
	static smallint asked;

	if (key == PX_KEY_NONE || menu->install.aborted)
		return;
	if (asked && tolower(key) == 'y') {
		px_ui_print(&menu->ui, "y\naborting\n");
		px_install_abort(&menu->install);
	} else if (asked)
		px_ui_print(&menu->ui, "\ngoing on\n");
	else if (key == PX_KEY_CTRL_C)
		px_ui_print(&menu->ui, "Abort? The disk will not boot then. y aborts, any other key goes on: ");
	asked = !asked && key == PX_KEY_CTRL_C;
}

static void FAST_FUNC text_progress(struct px_menu *menu, int key)
{
	const struct px_child_progress *progress = &menu->install.write.progress;
	static unsigned long long next_ms;
	char done[PX_SIZE_BYTES], total[PX_SIZE_BYTES], rate[PX_SIZE_BYTES];

	take_abort_key(menu, key);
	if (monotonic_ms() < next_ms || !progress->stage[0])
		return;
	next_ms = monotonic_ms() + 2000;
	px_ui_print(&menu->ui, "%s: %s of %s, %s/s\n", progress->stage, px_size_text(done, progress->bytes),
			progress->total_bytes ? px_size_text(total, progress->total_bytes) : "?",
			px_size_text(rate, progress->rate_bytes));
}

static enum px_action FAST_FUNC text_done(struct px_menu *menu, unsigned seconds)
{
	static const char after[] ALIGN1 = "?\0reboot\0power off\0a shell\0the menu\0reboot\0";

	px_ui_print(&menu->ui, "\n%s is on %s: %s. Next: %s\n", menu->image->title, menu->disk->path,
			is_prefixed_with(menu->install.disk_state, "disk "),
			nth_string(after, px_choice_after(menu)));
	(void)seconds;
	return PX_DO_NOTHING;
}

static enum px_action FAST_FUNC text_failed(struct px_menu *menu)
{
	char answer[ANSWER_BYTES];

	px_ui_print(&menu->ui, "\nFAILED: %s\n  reason: %s\n", menu->step, menu->reason);
	if (menu->consequence)
		px_ui_print(&menu->ui, "  and so: %s\n", menu->consequence);
	if (menu->lines)
		px_ui_print(&menu->ui, "  its last lines:\n%s\n", menu->lines);
	if (menu->table)
		px_ui_print(&menu->ui, "  the disks:\n%s\n", menu->table);
	px_ui_print(&menu->ui, "  disk:   %s\nNow (m menu, s shell, r reboot, p power off)? ", menu->disk_state);
	if (read_answer(menu, answer) != 0) {
		/* nobody there: the reason stays on the screen */
		while (1)
			pause();
	}
	return strcmp(answer, "m") == 0 ? PX_DO_MENU : common_answer(answer);
}

static enum px_action FAST_FUNC text_waiting(struct px_menu *menu, const char *reason, int wait_ms, struct px_child *child)
{
	static char *shown;
	int key;

	if (reason[0] && (!shown || strcmp(shown, reason) != 0)) {
		free(shown);
		shown = xstrdup(reason);
		px_ui_print(&menu->ui, "%s\n(t try again, s shell, r reboot, p power off, l local disk)\n", reason);
	}
	key = px_ui_wait(&menu->ui, wait_ms, NULL, child);
	if (key == 't')
		return PX_DO_RETRY;
	if (key > 0) {
		char answer[2] = { key, '\0' };

		return key == 'b' ? PX_DO_NOTHING : common_answer(answer);
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

const struct px_front px_front_text = {
	.choose_image = text_choose_image,
	.choose_disk = text_choose_disk,
	.confirm = text_confirm,
	.countdown = text_countdown,
	.progress = text_progress,
	.done = text_done,
	.failed = text_failed,
	.waiting = text_waiting,
	.leave = text_leave,
	.enter = text_enter,
};
