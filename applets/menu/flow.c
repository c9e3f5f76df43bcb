/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of things: catalog, image, disk, confirmation, installation, end. See menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += flow.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "disk/identity.h"
#include "install/capture.h"
#include "report/log.h"
#include "menu/menu.h"
#include "menu/words.h"
#include "report/report.h"
#include "menu/words.h"

enum { DONE_SECONDS = 5 };

/* --- how it ended */

/* reason and consequence are taken over */
static void set_failure(struct px_menu *menu, int status, const char *step, char *reason, char *consequence,
		const char *disk_state)
{
	struct px_event event;

	px_tell_open(menu); /* without a catalog it is not open yet */
	free(menu->reason);
	free(menu->consequence);
	menu->status = status;
	menu->step = step;
	menu->reason = px_url_hide_users(px_ascii(reason, 0));
	menu->consequence = consequence ? px_url_hide_users(px_ascii(consequence, 0)) : NULL;
	menu->disk_state = disk_state;
	px_log_say("px: FAILED: %s: %s (%s)", menu->step, menu->reason, menu->disk_state);
	if (menu->consequence)
		px_log_add("px: and so: %s", menu->consequence);
	px_tell_fill(menu, &event);
	px_report_failed(&event);
}

/* The table of disks, for the failure page and the log. */
static void set_table(struct px_menu *menu)
{
	const char *line, *end;

	menu->table = px_choice_table(menu);
	for (line = menu->table; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		px_log_add("px: there is %.*s", (int)(end - line), line);
	}
}

static void do_after(struct px_menu *menu)
{
	/* a restart that may boot the network again would install again (px.auto px.force), so the disk comes next */
	static const uint8_t actions[] = { [PX_AFTER_REBOOT] = PX_DO_LOCAL, [PX_AFTER_LOCAL] = PX_DO_LOCAL,
			[PX_AFTER_POWEROFF] = PX_DO_POWEROFF, [PX_AFTER_SHELL] = PX_DO_SHELL };
	enum px_after after = px_choice_after(menu);

	if (after != PX_AFTER_MENU)
		px_leave(menu, actions[after]);
}

/* --- one installation; image and disk are chosen */

/* What the installation said goes to the pages behind it. */
static void keep_words(struct px_menu *menu)
{
	free(menu->lines);
	menu->lines = menu->install.lines;
	menu->install.lines = NULL;
	free(menu->warnings);
	menu->warnings = menu->install.warnings;
	menu->install.warnings = NULL;
}

static void set_up(struct px_menu *menu, const char *identity, int force)
{
	struct px_install *install = &menu->install;

	memset(install, 0, sizeof(*install));
	install->catalog = menu->catalog;
	install->image = menu->image;
	install->disk = menu->disk->path;
	install->identity = identity;
	install->root = menu->root;
	install->force = force;
	install->boot_any = menu->settings.boot_any || menu->image->boot_any;
	install->looked = menu->looked;
	install->whole = menu->settings.whole;
	install->no_delta = menu->settings.no_delta;
	install->patience_s = menu->settings.automatic ? menu->settings.patience_s : 0;
	install->server = menu->network.server;
	install->mac = menu->network.mac;
	install->name = menu->settings.name;
	install->room = menu->settings.room;
	free(menu->table);
	menu->table = NULL;
}

/* Once, in the log. */
static void tell_what_it_holds(struct px_menu *menu)
{
	char *holds = menu->install.told ? NULL : px_words_holds(menu);

	if (!holds)
		return;
	menu->install.told = 1;
	px_log_say("px: %s", holds);
	free(holds);
}

/* Words and events of an end that went well. */
static void say_done(struct px_menu *menu)
{
	struct px_event event;

	px_tell_fill(menu, &event);
	if (!menu->capture) {
		if (px_words_proof(&menu->install))
			px_log_say("px: proof: %s", px_words_proof(&menu->install));
		px_log_say("px: installed %s on %s", menu->image->id, menu->disk->path);
		px_report_done(&event);
	} else if (!menu->capture->look_only) {
		px_log_say("px: saved %s as %s", menu->disk->path, menu->image->id);
		px_report_captured(&event);
	}
}

void FAST_FUNC px_flow_run(struct px_menu *menu)
{
	struct px_install *install = &menu->install;
	struct px_event event;
	sighandler_t on_hangup;

	on_hangup = signal(SIGHUP, SIG_IGN); /* a serial line that hangs up is no reason to stop half-way */
	px_install_start(install);
	while (px_install_running(install)) {
		menu->front->progress(menu, px_ui_wait(&menu->ui, 1000, install, NULL));
		tell_what_it_holds(menu);
		px_tell_fill(menu, &event);
		px_report_progress(&event);
	}
	signal(SIGHUP, on_hangup);
	menu->status = install->status;
	keep_words(menu);
	if (install->status == 0)
		say_done(menu);
	else
		set_failure(menu, install->status, install->step, xstrdup(install->reason),
				install->consequence[0] ? xstrdup(install->consequence) : NULL, install->disk_state);
	px_install_free(install);
}

static void install_image(struct px_menu *menu, int force)
{
	char *identity = px_identity_print(menu->disk); /* as it was listed: before the questions, or the countdown */
	struct px_event event;

	set_up(menu, identity, force);
	px_log_say("px: installing %s on %s", menu->image->id, menu->disk->path);
	px_tell_fill(menu, &event);
	px_report_start(&event);
	px_flow_run(menu);
	free(identity);
}

/* What -n prints instead. */
static void describe(struct px_menu *menu, int force)
{
	struct px_install install = { .catalog = menu->catalog, .image = menu->image, .disk = menu->disk->path,
			.root = menu->root, .force = force, .mac = menu->network.mac, .whole = menu->settings.whole,
			.boot_any = menu->settings.boot_any || menu->image->boot_any,
			.no_delta = menu->settings.no_delta };
	char *text = px_install_describe(&install);

	fprintf(stderr, "px: would run: %s\n", px_url_hide_users(px_ascii(text, 0)));
	free(text);
}

/* --- what the operator may want instead of going on; gives 1 when the menu is to end */
int FAST_FUNC px_flow_do_other(struct px_menu *menu, enum px_action action)
{
	switch (action) {
	case PX_DO_SHELL:
	case PX_DO_REBOOT:
	case PX_DO_POWEROFF:
	case PX_DO_LOCAL:
		px_leave(menu, action);
		return 0;
	case PX_DO_GIVE_UP:
		if (!menu->status)
			menu->status = PX_OTHER;
		return 1;
	default:
		return 0;
	}
}

/* --- unattended */

int FAST_FUNC px_flow_choose_disk(struct px_menu *menu)
{
	char *why = NULL;

	px_choice_look(menu);
	if (px_choice_by_hint(menu, &why) == 0)
		return 0;
	set_table(menu);
	set_failure(menu, PX_TARGET, "disk", why, NULL, "disk untouched");
	return -1;
}

/* image and disk as the kernel command line, or the catalog's order, says. Returns 0; -1: the failure is set. */
static int choose_unattended(struct px_menu *menu)
{
	const char *id = menu->settings.image;

	menu->image = px_catalog_find(menu->catalog, id);
	if (!menu->image) {
		set_failure(menu, PX_TARGET, "image", xasprintf("%s%s%s: no such image in %s",
				menu->ordered ? menu->ordered : "", menu->ordered ? ": Image: " : "px.image=", id,
				menu->catalog->shown), NULL, "disk untouched");
		return -1;
	}
	if (menu->image->problem) {
		set_failure(menu, PX_PROTOCOL, "image", px_image_problem(menu->catalog, menu->image), NULL,
				"disk untouched");
		return -1;
	}
	return px_flow_choose_disk(menu);
}

/* px.auto counts once after each start of the machine: init starts a menu again that ended (a console without
 * input, one that hung up), and that must not install again. Returns 0: nobody did it before. */
static int claim_unattended(struct px_menu *menu)
{
	char *path = xasprintf("%s/run/px/auto.done", menu->root);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd >= 0)
		close(fd);
	else if (errno == EEXIST)
		menu->notice = menu->ordered ? "the catalog's order for this machine has run already"
				: "px.auto has run already";
	else {
		px_log_add("px: %s: %s", path, strerror(errno));
		menu->notice = "px.auto is left out: cannot note in /run/px that it has run";
	}
	free(path);
	return fd >= 0 ? 0 : -1;
}

/* Returns 0 when it was done or cannot go on unattended, 1 when the operator stopped the countdown, or when it has
 * run before. */
static int run_unattended(struct px_menu *menu)
{
	if (menu->settings.problem) {
		set_failure(menu, PX_USAGE, "kernel command line", xstrdup(menu->settings.problem), NULL,
				"disk untouched");
		return 0;
	}
	if (menu->order_problem) {
		set_failure(menu, menu->order_status, "order", xstrdup(menu->order_problem), NULL, "disk untouched");
		return 0;
	}
	if (!menu->dry_run && claim_unattended(menu) != 0)
		return 1;
	if (ENABLE_PX_CAPTURE && menu->settings.capture_name)
		return px_capture_unattended(menu);
	if (choose_unattended(menu) != 0)
		return 0;
	if (menu->dry_run) {
		describe(menu, menu->settings.force);
		return 0;
	}
	if (menu->front->countdown(menu, menu->settings.timeout_s) != PX_DO_CHOSEN) {
		px_log_say("px: stopped by a key");
		return 1;
	}
	install_image(menu, menu->settings.force);
	return 0;
}

/* --- with questions */

/* What was chosen instead of an image. 1: the end */
static int do_chosen(struct px_menu *menu, enum px_action action)
{
	if (ENABLE_PX_CAPTURE && action == PX_DO_CAPTURE)
		return px_capture_ask(menu);
	if (action == PX_DO_RETRY) {
		px_catalog_free(menu->catalog);
		menu->catalog = NULL;
		menu->image = NULL; /* it was in there */
	}
	return px_flow_do_other(menu, action);
}

/* 1: image, disk and confirmation are there; 0: back to the start; -1: the end */
static int ask(struct px_menu *menu)
{
	enum px_action action = menu->front->choose_image(menu);

	while (action == PX_DO_CHOSEN) {
		px_choice_look(menu);
		action = menu->front->choose_disk(menu);
		if (action != PX_DO_CHOSEN)
			break;
		action = menu->front->confirm(menu);
		if (action == PX_DO_CHOSEN)
			return 1;
		if (action == PX_DO_BACK)
			action = PX_DO_CHOSEN; /* the disks again */
	}
	return do_chosen(menu, action) ? -1 : 0;
}

int FAST_FUNC px_flow_stay_failed(struct px_menu *menu)
{
	enum px_action action;

	do {
		action = menu->front->failed(menu);
		if (px_flow_do_other(menu, action))
			return 1;
	} while (action != PX_DO_MENU);
	return 0;
}

/* After a success. 1: the end. */
static int finish(struct px_menu *menu)
{
	enum px_action action = menu->front->done(menu, DONE_SECONDS);

	if (action == PX_DO_NOTHING)
		do_after(menu);
	return px_flow_do_other(menu, action);
}

static int finish_either(struct px_menu *menu)
{
	return menu->status == 0 ? finish(menu) : px_flow_stay_failed(menu);
}

static int menu_loop(struct px_menu *menu)
{
	menu->settings.automatic = 0; /* somebody is there */
	px_log_mark("px: menu ready");
	if (menu->settings.problem)
		px_log_say("px: kernel command line: %s", menu->settings.problem);
	if (menu->notice)
		px_log_say("px: %s", menu->notice);
	while (1) {
		int asked;

		if (!menu->catalog) {
			enum px_action action = px_catalog_load(menu);

			if (px_flow_do_other(menu, action))
				return menu->status;
			continue;
		}
		asked = ask(menu);
		if (asked < 0)
			return menu->status;
		if (!asked)
			continue;
		if (menu->dry_run) {
			describe(menu, menu->disk->data != NULL);
			return 0;
		}
		install_image(menu, menu->disk->data != NULL);
		if (finish_either(menu))
			return menu->status;
	}
}

int FAST_FUNC px_menu_run(struct px_menu *menu)
{
	enum px_action action;

	do {
		action = px_catalog_load(menu);
		if (px_flow_do_other(menu, action))
			return menu->status;
	} while (action != PX_DO_CHOSEN && action != PX_DO_NOTHING);
	if (action == PX_DO_CHOSEN)
		px_order_take(menu);
	if (action == PX_DO_NOTHING) /* unattended, and no catalog */
		set_failure(menu, menu->status, "catalog", xstrdup(menu->source_problem), NULL, "disk untouched");
	else if (!menu->settings.automatic || run_unattended(menu) != 0)
		return menu_loop(menu);
	if (menu->dry_run || finish_either(menu))
		return menu->status;
	if (ENABLE_PX_CAPTURE)
		px_capture_over(menu);
	return menu_loop(menu);
}
