/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers that are typed. See answer.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += answer.o

#include "libbb.h"
#include "menu/answer.h"
#include "menu/looking.h"
#include "menu/viewer.h"

enum { LINES_MAX = 60 };

/* The last ones, when there are many: the log is long. */
static void print_viewer(struct px_menu *menu)
{
	const struct px_viewer *viewer = &menu->viewer;
	unsigned i = viewer->list.count > LINES_MAX ? viewer->list.count - LINES_MAX : 0;

	px_ui_print(&menu->ui, "\n--- %s\n", viewer->title);
	for (; i < viewer->list.count; i++)
		px_ui_print(&menu->ui, "%s\n", viewer->line(menu, i));
	px_ui_print(&menu->ui, "---\n");
	px_viewer_close(menu);
}

static const char help[] ALIGN1 =
	"Every question is answered by a number or a letter, and Enter.\n"
	"Images: a number, a name, =NAME for a name that could be a number, /TEXT for\n"
	"those with TEXT in their name (/ alone: all), d NUMBER for its description.\n"
	"Ctrl-C while an image is written: abort (it asks).\n"
	"?: this help    v: the log    n: network details, also while an image is written\n"
	"A disk gets its boot sector last, after all else was written, read back and\n"
	"compared: a disk that boots is complete, any other does not boot.\n"
	"The log is /var/log/px.log; the second screen (Alt-F2) follows it.\n";

int FAST_FUNC px_answer_look(struct px_menu *menu, int key)
{
	switch (key) {
	case '?':
	case PX_KEY_F1:
		px_ui_print(&menu->ui, "\n--- help\n%s---\n", help);
		return 1;
	case 'v':
	case PX_KEY_F2:
		px_viewer_log(menu);
		break;
	case 'n':
		px_viewer_network(menu);
		break;
	default:
		return 0;
	}
	print_viewer(menu);
	return 1;
}

static int take_key(struct px_menu *menu, int key, char *answer, unsigned *n)
{
	if (key == PX_KEY_LOST)
		return -1;
	if (key == PX_KEY_ENTER)
		return 1;
	if (key == PX_KEY_BACKSPACE && *n) {
		--*n;
		px_ui_rub_out(&menu->ui);
	} else if (key >= ' ' && key < 127 && *n < PX_ANSWER_BYTES - 1) {
		answer[(*n)++] = key;
		px_ui_print(&menu->ui, "%c", key);
	}
	return 0;
}

/* Waits for a key. A look at the image that ends meanwhile is told of, and what was typed so far shown again. */
static int wait_for_key(struct px_menu *menu, const char *answer, unsigned n)
{
	struct px_install *install = px_looking_install(menu);
	int key = px_ui_wait(&menu->ui, -1, install, NULL);
	char *words = install && !px_looking_install(menu) ? px_looking_words(menu) : NULL;

	if (words)
		px_ui_print(&menu->ui, "\n%s\n> %.*s", words, (int)n, answer);
	free(words);
	return key;
}

int FAST_FUNC px_answer_read(struct px_menu *menu, char *answer)
{
	unsigned n = 0;
	int rc;

	px_ui_share(&menu->ui, 1);
	do {
		rc = take_key(menu, wait_for_key(menu, answer, n), answer, &n);
	} while (rc == 0);
	if (rc < 0)
		return -1;
	answer[n] = '\0';
	trim(answer);
	px_ui_print(&menu->ui, "\n");
	if (answer[0] && !answer[1] && px_answer_look(menu, answer[0]))
		answer[0] = '\0';
	return 0;
}

enum px_action FAST_FUNC px_answer_common(const char *answer)
{
	static const char letters[] ALIGN1 = "srplb";
	static const uint8_t actions[] = { PX_DO_SHELL, PX_DO_REBOOT, PX_DO_POWEROFF, PX_DO_LOCAL, PX_DO_BACK };
	const char *letter;

	if (!answer[0] || answer[1])
		return PX_DO_NOTHING;
	letter = strchr(letters, tolower(answer[0]));
	return letter ? actions[letter - letters] : PX_DO_NOTHING;
}

int FAST_FUNC px_answer_number(const char *answer, unsigned count)
{
	unsigned n = bb_strtou(answer, NULL, 10);

	return !errno && n >= 1 && n <= count ? (int)n - 1 : -1;
}
