/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saving a disk: which one, under which name, what is in use, sure? See px_capture_ask in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_CAPTURE) += capture.o

#include "libbb.h"
#include "install/capture.h"
#include "lib/text.h"
#include "menu/menu.h"
#include "menu/words.h"
#include "report/log.h"
#include "report/report.h"

/* What makes an image of one machine one for many. */
static const char general[] ALIGN1 =
	"Before it is installed on other machines, take out what belongs to this one alone (best before a disk is "
	"saved):\n"
	"Linux: truncate -s 0 /etc/machine-id; rm /etc/ssh/ssh_host_*; cloud-init clean --logs\n"
	"Windows: sysprep /generalize /oobe /shutdown";

/* A disk that is being saved, and what stands in the place of an image meanwhile. */
struct session {
	struct px_capture capture;
	struct px_image image;
	char name[PX_QUESTION_BYTES];
	char *origin;
};

static void begin(struct px_menu *menu, struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->capture.url = menu->settings.capture;
	s->capture.raw = menu->settings.capture_raw;
	s->capture.name = s->name;
	if (menu->settings.capture_name)
		safe_strncpy(s->name, menu->settings.capture_name, sizeof(s->name));
	s->image.id = s->image.title = s->name;
	s->image.description = s->image.disk = "";
	s->image.size_bytes = s->image.need_bytes = -1;
	menu->capture = &s->capture;
	menu->image = &s->image;
	menu->disk = NULL;
}

static void end(struct px_menu *menu, struct session *s)
{
	px_capture_free(&s->capture);
	free(s->origin);
	menu->capture = NULL;
	menu->image = NULL;
}

static void set_up(struct px_menu *menu, struct session *s)
{
	struct px_install *install = &menu->install;
	char size[PX_SIZE_BYTES];

	s->capture.disk_bytes = menu->disk->size_bytes;
	free(s->origin);
	s->origin = px_ascii(xasprintf("%s (%s, %s)%s%s", menu->disk->path, px_size_disk(size, menu->disk->size_bytes),
			menu->disk->model[0] ? menu->disk->model : "no model name", menu->network.mac ? " of " : "",
			menu->network.mac ? menu->network.mac : ""), 0);
	s->capture.origin = s->origin;
	memset(install, 0, sizeof(*install));
	install->plan = &px_capture_plan;
	install->capture = &s->capture;
	install->image = menu->image;
	install->disk = menu->disk->path;
	install->root = menu->root;
	install->patience_s = menu->settings.automatic ? menu->settings.patience_s : 0;
	free(menu->table);
	menu->table = NULL;
}

/* What is used of the disk, or all of it. Returns the status. */
static int run_to(struct px_menu *menu, struct session *s, int look_only)
{
	struct px_event event;

	set_up(menu, s);
	s->capture.look_only = look_only;
	px_log_say("px: %s %s", look_only ? "looking at" : "saving", menu->disk->path);
	if (!look_only) {
		px_tell_fill(menu, &event);
		px_report_start(&event);
	}
	px_flow_run(menu);
	return menu->status;
}

/* --- what was found, in words */

static char *add_line(char *text, char *line)
{
	char *longer = xasprintf("%s%s\n", text, line);

	free(text);
	free(line);
	return longer;
}

static char *found(const struct px_menu *menu)
{
	const struct px_capture *capture = menu->capture;
	char size[PX_SIZE_BYTES], used[PX_SIZE_BYTES], *disk = px_words_disk(menu->disk);
	char *text = add_line(xzalloc(1), disk);
	unsigned i;

	for (i = 0; i < capture->count; i++) {
		const struct px_capture_part *part = &capture->parts[i];

		text = add_line(text, px_ascii(xasprintf("  %s  %s  %s%s", part->path,
				px_size_text(size, part->size_bytes),
				part->filesystem[0] == '-' ? "nothing that is known" : part->filesystem,
				part->map_path || strcmp(part->verdict, "swap") == 0 ? "" : ", all of it is read"), 0));
	}
	px_size_text(size, capture->disk_bytes);
	if (capture->used_bytes >= 0)
		return add_line(text, xasprintf("In use: %s of %s. The rest is not read and becomes zeros.",
				px_size_text(used, capture->used_bytes), size));
	return add_line(text, xasprintf("All %s are read, and all that is not zero is sent: no partclone is here "
			"that could tell what is in use.", size));
}

/* --- questions */

/* A name that could be one. */
static enum px_action ask_name(struct px_menu *menu, struct session *s)
{
	struct px_question question = {
		.title = "save a disk as an image: its name",
		.prompt = "Name of the image",
	};
	const char *problem = NULL;
	enum px_action action;

	safe_strncpy(question.answer, s->name, sizeof(question.answer));
	do {
		char *text = xasprintf("The image goes to %s, its block map and its stanza with it. The disk is only "
				"read.%s%s", menu->settings.capture, problem ? "\nThat is " : "",
				problem ? problem : "");

		question.text = px_ascii(text, '\n');
		action = menu->front->question(menu, &question);
		free(text);
		problem = px_image_id_problem(question.answer);
	} while (action == PX_DO_CHOSEN && problem);
	safe_strncpy(s->name, question.answer, sizeof(s->name));
	return action;
}

static enum px_action ask_sure(struct px_menu *menu)
{
	struct px_question question = {
		.title = "save this disk?",
		.prompt = "Type yes and Enter to save it",
	};
	enum px_action action;
	char *text = found(menu);

	question.text = text;
	action = menu->front->question(menu, &question);
	free(text);
	return action == PX_DO_CHOSEN && strcmp(question.answer, "yes") != 0 ? PX_DO_BACK : action;
}

static enum px_action say_saved(struct px_menu *menu)
{
	struct px_question question = {
		.title = "saved",
		.prompt = "Enter: back to the menu",
	};
	const struct px_capture *capture = menu->capture;
	char size[PX_SIZE_BYTES], need[PX_SIZE_BYTES];
	enum px_action action;
	char *text;

	text = xasprintf("%s is on the server, sent and read back: %s%s.img.zst, .bmap and .stanza.\n"
			"%s of a disk of which %s are needed.\n"
			"To offer it: append the stanza to the catalog beside it (images), or "
			"px.catalog=%s%s.stanza\n\n%s",
			capture->name, capture->url, capture->name, px_size_text(size, capture->packed_bytes),
			px_size_text(need, capture->need_bytes), capture->url, capture->name, general);
	question.text = text;
	action = menu->front->question(menu, &question);
	free(text);
	return action == PX_DO_CHOSEN ? PX_DO_BACK : action;
}

/* The disk is chosen. */
static enum px_action save(struct px_menu *menu, struct session *s)
{
	enum px_action action;

	if (run_to(menu, s, 1) == 0) {
		action = ask_sure(menu);
		if (action != PX_DO_CHOSEN)
			return action;
		if (menu->dry_run)
			return PX_DO_CHOSEN;
		if (run_to(menu, s, 0) == 0)
			return say_saved(menu);
	}
	return px_flow_stay_failed(menu) ? PX_DO_GIVE_UP : PX_DO_BACK;
}

static void describe(struct px_menu *menu)
{
	char *text = px_capture_describe(menu->capture, menu->disk->path);

	fprintf(stderr, "px: would run: %s\n", px_ascii(text, 0));
	free(text);
}

int FAST_FUNC px_capture_ask(struct px_menu *menu)
{
	struct session s;
	enum px_action action;
	int over;

	begin(menu, &s);
	action = ask_name(menu, &s);
	if (action == PX_DO_CHOSEN) {
		px_choice_look(menu);
		action = menu->front->choose_disk(menu);
	}
	if (action == PX_DO_CHOSEN)
		action = save(menu, &s);
	if (action == PX_DO_CHOSEN)
		describe(menu);
	over = px_flow_do_other(menu, action) || action == PX_DO_CHOSEN;
	end(menu, &s);
	return over;
}

/* --- unattended; what it leaves in menu stays until the end is shown */

void FAST_FUNC px_capture_over(struct px_menu *menu)
{
	if (!menu->capture)
		return;
	px_capture_free(menu->capture);
	menu->capture = NULL;
	menu->image = NULL;
}

int FAST_FUNC px_capture_unattended(struct px_menu *menu)
{
	static struct session s;

	begin(menu, &s);
	if (px_flow_choose_disk(menu) != 0)
		return 0;
	if (menu->dry_run) {
		describe(menu);
		return 0;
	}
	if (menu->front->countdown(menu, menu->settings.timeout_s) != PX_DO_CHOSEN) {
		px_log_say("px: stopped by a key");
		end(menu, &s);
		return 1;
	}
	if (run_to(menu, &s, 0) == 0)
		px_log_add("px: %s", general);
	return 0;
}
