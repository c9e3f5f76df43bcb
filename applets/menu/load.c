/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Getting the catalog while the network comes up. See px_catalog_load in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += load.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "report/log.h"
#include "menu/menu.h"

enum { RETRY_MS = 3000, UNATTENDED_MS = 120 * 1000,
	MEND_MS = 5 * 1000, MEND_MAX_MS = 60 * 1000, UNATTENDED_NETWORK_MS = 600 * 1000 };

/* When what failed is tried again, by monotonic_ms(). */
struct tries {
	unsigned long long start_ms, fetch_ms, mend_ms;
	unsigned mend_pause_ms;     /* grows */
};

/* px.catalog= or -c, else the server that the network script found; NULL while nobody knows. */
static char *catalog_url(struct px_menu *menu)
{
	if (menu->catalog_option)
		return xstrdup(menu->catalog_option);
	if (menu->settings.catalog)
		return xstrdup(menu->settings.catalog);
	if (menu->network.server)
		return xasprintf("tftp://%s/images", menu->network.server);
	return NULL;
}

static void look_at_network(struct px_menu *menu)
{
	px_network_free(&menu->network);
	px_network_read(&menu->network, menu->root);
	free(menu->catalog_url);
	menu->catalog_url = catalog_url(menu);
	free(menu->catalog_shown);
	menu->catalog_shown = menu->catalog_url ? px_url_hide_users(px_ascii(xstrdup(menu->catalog_url), 0)) : NULL;
}

/* What is missing, malloced. */
static char *network_problem(const struct px_menu *menu)
{
	if (menu->network.problem)
		return px_ascii(xstrdup(menu->network.problem), 0);
	if (menu->network.ip)
		return xstrdup("DHCP named no server (next-server); px.catalog=URL on the kernel command line says "
				"where the images are");
	return xstrdup("waiting for the network: no address yet");
}

static void take_catalog(struct px_menu *menu, struct px_child *fetch)
{
	char *text = fetch->output ? fetch->output : xzalloc(1);

	fetch->output = NULL; /* the catalog's now */
	menu->catalog = px_catalog_parse(text, fetch->output_bytes, menu->catalog_url);
	px_tell_open(menu); /* now that somebody can be reached and this machine has a name */
	px_log_add("px: catalog %s: %u images, %u of them unusable", menu->catalog_shown, menu->catalog->count,
			menu->catalog->unusable);
	if (menu->catalog->warnings)
		px_log_add("px: %s:%u: unknown field %s (and %u more)", bb_basename(menu->catalog_shown),
				menu->catalog->warning_line, menu->catalog->warning_field, menu->catalog->warnings - 1);
}

/* One try. PX_DO_CHOSEN: there; PX_DO_NOTHING: failed, *reason (malloced) says why; else what the operator wants. */
static enum px_action try_once(struct px_menu *menu, char **reason)
{
	char *argv[] = { (char *)"pxfetch", (char *)"-q", (char *)"-t", (char *)"2", (char *)"-O", (char *)"-",
			(char *)"--", menu->catalog_url, NULL };
	char *doing = xasprintf("fetching %s", menu->catalog_shown);
	enum px_action action = PX_DO_NOTHING;
	struct px_child fetch;

	if (px_child_start(&fetch, "pxfetch", argv, -1, PX_CHILD_COLLECT, PX_CATALOG_BYTES_MAX) != 0) {
		*reason = xstrdup("cannot start pxfetch");
		free(doing);
		return PX_DO_NOTHING;
	}
	while (px_child_running(&fetch) && action == PX_DO_NOTHING)
		action = menu->front->waiting(menu, doing, 1000, &fetch);
	free(doing);
	if (action == PX_DO_NOTHING && fetch.status == 0 && !fetch.output_overflow) {
		take_catalog(menu, &fetch);
		action = PX_DO_CHOSEN;
	} else if (fetch.output_overflow) {
		*reason = xasprintf("%s: more than 16 MiB: no catalog", menu->catalog_shown);
		menu->status = PX_PROTOCOL;
	} else if (action == PX_DO_NOTHING) {
		*reason = xstrdup(px_child_message(&fetch, 0)[0] ? px_child_message(&fetch, 0)
				: "pxfetch failed without a word");
		menu->status = fetch.status > 0 && fetch.status < 128 ? fetch.status : PX_OTHER;
	}
	px_child_free(&fetch);
	return action;
}

static void set_problem(struct px_menu *menu, char *problem)
{
	free(menu->source_problem);
	menu->source_problem = px_url_hide_users(problem);
}

static char *network_script(const struct px_menu *menu)
{
	return xasprintf("%s/etc/px/network", menu->root);
}

/* The network script has failed, nothing else says where the catalog is, and there is a script to run again. */
static int is_down(const struct px_menu *menu)
{
	char *script = network_script(menu);
	int down = menu->network.problem && (!menu->network.ip || !menu->catalog_url) && access(script, X_OK) == 0;

	free(script);
	return down;
}

/* Runs the network script once more when it had failed (the cable is in now); it says in /run/px/network how it
 * went. */
static enum px_action mend_network(struct px_menu *menu)
{
	char *script, *argv[2] = { NULL, NULL };
	enum px_action action = PX_DO_NOTHING;
	struct px_child child;

	if (menu->network.ip && !menu->network.problem)
		return PX_DO_NOTHING;
	script = network_script(menu);
	argv[0] = script;
	if (access(script, X_OK) == 0 && px_child_start(&child, "network", argv, -1, -1, 0) == 0) {
		px_log_add("px: network: once more");
		while (px_child_running(&child) && action <= PX_DO_RETRY)
			action = menu->front->waiting(menu, "bringing up the network (this takes up to a minute)",
					1000, &child);
		px_child_free(&child);
	}
	free(script);
	return action <= PX_DO_RETRY ? PX_DO_NOTHING : action;
}

/* A machine that nobody looks at gives up on what will not mend itself, and on everything after a while. */
static int is_hopeless(const struct px_menu *menu, const struct tries *tries)
{
	unsigned long long waited_ms = monotonic_ms() - tries->start_ms;

	if (!menu->settings.automatic)
		return 0;
	if (is_down(menu))
		return waited_ms > UNATTENDED_NETWORK_MS;
	if (menu->network.problem && !menu->catalog_url)
		return 1;
	return menu->status == PX_SERVER || menu->status == PX_PROTOCOL || waited_ms > UNATTENDED_MS;
}

/* Runs the network script again when it has failed and its time has come: a switch may take minutes to start. */
static enum px_action mend_in_time(struct px_menu *menu, struct tries *tries)
{
	enum px_action action;

	if (!is_down(menu) || monotonic_ms() < tries->mend_ms)
		return PX_DO_NOTHING;
	action = mend_network(menu);
	tries->mend_ms = monotonic_ms() + tries->mend_pause_ms;
	tries->mend_pause_ms = MIN(tries->mend_pause_ms * 2, MEND_MAX_MS);
	return action;
}

/* A look at the network; a try when it is time for one. */
static enum px_action look_and_try(struct px_menu *menu, struct tries *tries)
{
	enum px_action action;
	char *problem = NULL;

	look_at_network(menu);
	if (!menu->catalog_url) {
		menu->status = PX_NETWORK;
		set_problem(menu, network_problem(menu));
		return PX_DO_NOTHING;
	}
	if (monotonic_ms() < tries->fetch_ms)
		return PX_DO_NOTHING;
	action = try_once(menu, &problem);
	tries->fetch_ms = monotonic_ms() + RETRY_MS;
	if (problem)
		set_problem(menu, problem);
	return action;
}

enum px_action FAST_FUNC px_catalog_load(struct px_menu *menu)
{
	enum px_action action = PX_DO_NOTHING;
	struct tries tries = { .start_ms = monotonic_ms(), .mend_pause_ms = MEND_MS };

	tries.mend_ms = tries.start_ms + MEND_MS;
	menu->status = 0;
	set_problem(menu, xstrdup(""));
	while (action == PX_DO_NOTHING) {
		action = look_and_try(menu, &tries);
		if (action == PX_DO_NOTHING && is_hopeless(menu, &tries))
			return PX_DO_NOTHING;
		if (action == PX_DO_NOTHING)
			action = menu->front->waiting(menu, menu->source_problem, 1000, NULL);
		if (action == PX_DO_RETRY) {
			tries.fetch_ms = 0;
			action = mend_network(menu);
		} else if (action == PX_DO_NOTHING) {
			action = mend_in_time(menu, &tries);
		}
	}
	if (action == PX_DO_CHOSEN)
		menu->status = 0;
	return action;
}
