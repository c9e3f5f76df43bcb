/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Getting the catalog while the network comes up. See px_catalog_load in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += load.o

#include "libbb.h"
#include <time.h>
#include "lib/clock.h"
#include "lib/text.h"
#include "lib/url.h"
#include "report/log.h"
#include "menu/menu.h"

enum { RETRY_MS = 3000, AGAIN_MS = 2000, UNATTENDED_MS = 120 * 1000,
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

/* A file that was fetched. */
struct got {
	int status;                 /* enum px_status; 0: it is here */
	char *text;                 /* malloc'ed, a NUL behind; or NULL */
	size_t len_bytes;
	smallint in_vain;           /* another try would end like this one */
};

/* A sixteenth of the memory: the text, as much again while it grows, and what is made of it must all have room. */
static size_t catalog_bytes_max(const struct px_menu *menu)
{
	char *path = xasprintf("%s/proc/meminfo", menu->root), *words;
	char *text = xmalloc_open_read_close(path, NULL);
	unsigned long long bytes = PX_CATALOG_BYTES_LEAST;

	words = text ? is_prefixed_with(text, "MemTotal:") : NULL;
	if (words)
		bytes = strtoull(words, NULL, 10) * 1024 / 16;
	free(text);
	free(path);
	return MAX(MIN(bytes, (unsigned long long)PX_CATALOG_BYTES_MAX), (unsigned long long)PX_CATALOG_BYTES_LEAST);
}

static char *too_large(const char *shown, size_t max_bytes)
{
	if (max_bytes <= PX_SIGNATURE_BYTES_MAX)
		return xasprintf("%s: more than %u KiB", shown, (unsigned)(max_bytes >> 10));
	return xasprintf("%s: more than %u MiB: no catalog%s", shown, (unsigned)(max_bytes >> 20),
			max_bytes < PX_CATALOG_BYTES_MAX ? ", or too large a one for this machine's memory" : "");
}

static void take_output(struct px_child *fetch, const char *shown, struct got *got, char **reason)
{
	const char *words = px_child_message(fetch, 0);

	if (fetch->output_overflow) {
		got->status = PX_PROTOCOL;
		got->in_vain = 1;
		*reason = too_large(shown, fetch->output_max_bytes);
		return;
	}
	got->status = fetch->status > 0 && fetch->status < 128 ? fetch->status : fetch->status ? PX_OTHER : 0;
	if (got->status) {
		got->in_vain = got->status == PX_USAGE; /* what the URL says cannot be done */
		*reason = xstrdup(words[0] ? words : "pxfetch failed without a word");
		return;
	}
	got->text = fetch->output ? fetch->output : xzalloc(1);
	got->len_bytes = fetch->output_bytes;
	fetch->output = NULL; /* the caller's now */
}

/* --- getting one file */

/* Runs pxfetch of url. PX_DO_NOTHING: it has ended, got->status says how, and *reason is there when that is not 0;
 * anything else is what the operator wants. */
static enum px_action get_file(struct px_menu *menu, const char *url, size_t max_bytes, struct got *got, char **reason)
{
	char *argv[] = { (char *)"pxfetch", (char *)"-q", (char *)"-t", (char *)"2", (char *)"-O", (char *)"-",
			(char *)"--", (char *)url, NULL };
	char *shown = px_url_hide_users(px_ascii(xstrdup(url), 0)), *doing = xasprintf("fetching %s", shown);
	enum px_action action = PX_DO_NOTHING;
	struct px_child fetch;

	memset(got, 0, sizeof(*got));
	got->status = PX_OTHER;
	if (px_child_start(&fetch, "pxfetch", argv, -1, PX_CHILD_COLLECT, max_bytes) != 0)
		*reason = xstrdup("cannot start pxfetch");
	else {
		while (px_child_running(&fetch) && action == PX_DO_NOTHING)
			action = menu->front->waiting(menu, doing, 1000, &fetch);
		if (action == PX_DO_NOTHING)
			take_output(&fetch, shown, got, reason);
		px_child_free(&fetch);
	}
	free(doing);
	free(shown);
	return action;
}

/* --- whose it is */

/* The signature's URL: SUFFIX behind the path. */
static char *beside(const char *url, const char *suffix)
{
	size_t length = strcspn(url, "?#");

	return xasprintf("%.*s%s%s", (int)length, url, suffix, url + length);
}

/* CATALOG.sig; where the server has none, CATALOG.minisig. *name: what it is called, for messages; malloc'ed. */
static enum px_action get_signature(struct px_menu *menu, struct got *got, char **name, char **reason)
{
	static const char suffixes[] ALIGN1 = ".sig\0.minisig\0";
	const char *suffix = suffixes;
	enum px_action action = PX_DO_NOTHING;

	do {
		char *url = beside(menu->catalog_url, suffix);

		free(*name);
		*name = xasprintf("%s%s", bb_basename(menu->catalog_shown), suffix);
		free(*reason);
		*reason = NULL;
		action = get_file(menu, url, PX_SIGNATURE_BYTES_MAX, got, reason);
		free(url);
		suffix += strlen(suffix) + 1;
	} while (action == PX_DO_NOTHING && got->status == PX_SERVER && *suffix);
	return action;
}

/* Holds the catalog's bytes against its signature. PX_DO_NOTHING: *key, or *reason and menu->status. */
static enum px_action verify(struct px_menu *menu, const struct got *catalog, const struct px_key **key, char **reason)
{
	struct got signature;
	char *name = NULL, *why = NULL;
	enum px_action action = get_signature(menu, &signature, &name, &why);

	*key = NULL;
	if (action != PX_DO_NOTHING)
		goto out;
	menu->status = PX_AUTH;
	if (signature.status == PX_SERVER)
		*reason = xasprintf("not signed: the server has neither %s.sig nor .minisig, and this initramfs "
				"wants one of them", bb_basename(menu->catalog_shown));
	else if (signature.status == PX_PROTOCOL)
		*reason = xasprintf("%s: no signature: %s", name, why);
	else if (signature.status) {
		menu->status = signature.status;
		*reason = xasprintf("%s: %s", name, why);
	} else {
		free(why);
		why = px_signature_check(&menu->trust.keys, catalog->text, catalog->len_bytes, signature.text,
				signature.len_bytes, key);
		*reason = why ? xasprintf("%s: %s", name, why) : NULL;
	}
	free(signature.text);
 out:
	free(why);
	free(name);
	return action;
}

/* --- taking it */

/* For pxfetch, which holds certificates against the clock: one may be younger than what the clock is set to. */
static void note_no_clock(const char *root)
{
	char *path = xasprintf("%s%s", root, PX_NO_CLOCK_FILE);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		px_log_add("px: %s: %s", path, strerror(errno));
	else
		close(fd);
	free(path);
}

/* A clock that cannot be right is set to the earliest time that can: what looks at it later is then less wrong. */
static void mend_clock(struct px_menu *menu, const struct px_clock *clock)
{
	struct timespec now = { .tv_sec = clock->floor_s };
	char said[PX_TIME_BYTES_TEXT], floor_text[PX_TIME_BYTES_TEXT];

	if (!clock->wrong || menu->clock_words)
		return;
	px_time_print(said, clock->now_s);
	px_time_print(floor_text, clock->floor_s);
	menu->clock_words = xasprintf("clock was %.10s: set to %.10s; expiry not checked", said, floor_text);
	px_log_say("px: %s", menu->clock_words);
	if (!menu->notice)
		menu->notice = menu->clock_words;
	if (!menu->root[0] && clock_settime(CLOCK_REALTIME, &now) != 0)
		px_log_add("px: cannot set the clock: %s", strerror(errno));
	note_no_clock(menu->root);
}

/* Whose catalog it is, in one line for all pages. */
static void set_voucher(struct px_menu *menu, const struct px_key *key)
{
	const struct px_header *header = &menu->catalog->header;
	int is_long;

	free(menu->voucher);
	if (!key) {
		menu->voucher = xstrdup(menu->catalog->remote
				? "NOT SIGNED: anybody on this network could have made this list"
				: "NOT SIGNED: nobody vouches for this list");
		px_log_add("px: catalog %s", menu->voucher);
		return;
	}
	menu->key = key;
	is_long = strlen(key->print) > 20; /* a line of 80 columns has room for its beginning, the log for all of it */
	menu->voucher = xasprintf("%s%ssigned by %s (%.*s%s)", header->name, header->name[0] ? ", " : "", key->name,
			is_long ? 15 : 20, key->print, is_long ? "..." : "");
	px_log_add("px: catalog verified: serial %u, key %s (%s)", header->serial, key->name, key->print);
	if (header->valid_until_s < 0)
		px_log_add("px: catalog: no Valid-Until: it never expires");
	if (px_trust_remember(&menu->trust, menu->root, header->serial) != 0)
		px_log_add("px: /run/px/serial: %s", strerror(errno));
}

/* Parses what is verified by key, or (NULL) what nobody wants verified. 0; -1: refused, *reason says why. */
static int take_catalog(struct px_menu *menu, struct got *got, const struct px_key *key, char **reason)
{
	struct px_catalog *catalog = px_catalog_parse(got->text, got->len_bytes, menu->catalog_url);
	struct px_clock clock;
	char *why;

	got->text = NULL; /* the catalog's now */
	if (key) {
		why = px_signed_refusal(&menu->trust, &catalog->header, time(NULL), &clock);
		if (why) {
			*reason = xasprintf("%s: %s", bb_basename(catalog->shown), why);
			menu->status = PX_AUTH;
			free(why);
			px_catalog_free(catalog);
			return -1;
		}
		mend_clock(menu, &clock);
		px_signed_demand_hashes(catalog);
	}
	menu->catalog = catalog;
	px_tell_open(menu); /* now that somebody can be reached and this machine has a name */
	set_voucher(menu, key);
	px_log_add("px: catalog %s: %u images, %u of them unusable", menu->catalog_shown, catalog->count,
			catalog->unusable);
	if (catalog->warnings)
		px_log_add("px: %s:%u: unknown field %s (and %u more)", bb_basename(menu->catalog_shown),
				catalog->warning_line, catalog->warning_field, catalog->warnings - 1);
	return 0;
}

/* One look at catalog and signature. PX_DO_NOTHING with *reason: failed; PX_DO_CHOSEN: there. */
static enum px_action get_and_verify(struct px_menu *menu, char **reason)
{
	const struct px_key *key = NULL;
	struct got got;
	enum px_action action = get_file(menu, menu->catalog_url, catalog_bytes_max(menu), &got, reason);

	menu->refused = 0;
	menu->in_vain = got.in_vain;
	if (action != PX_DO_NOTHING)
		return action;
	menu->status = got.status;
	if (ENABLE_PX_SIGNED && !got.status && menu->trust.wanted) { /* without: try_once has refused */
		action = verify(menu, &got, &key, reason);
		menu->refused = !key && menu->status == PX_AUTH;
	}
	if (action == PX_DO_NOTHING && !*reason && take_catalog(menu, &got, key, reason) == 0)
		action = PX_DO_CHOSEN;
	free(got.text);
	return action;
}

/* One try. PX_DO_CHOSEN: there; PX_DO_NOTHING: failed, *reason (malloced) says why; else what the operator wants.
 * Catalog and signature that do not fit are fetched once more: the server may just be getting new ones. */
static enum px_action try_once(struct px_menu *menu, char **reason)
{
	unsigned long long again_ms;
	enum px_action action;

	if (menu->trust.problem) {
		menu->status = PX_AUTH;
		menu->in_vain = 1;
		*reason = xstrdup(menu->trust.problem);
		return PX_DO_NOTHING;
	}
	action = get_and_verify(menu, reason);
	if (action != PX_DO_NOTHING || !menu->refused)
		return action;
	again_ms = monotonic_ms() + AGAIN_MS;
	while (action == PX_DO_NOTHING && monotonic_ms() < again_ms)
		action = menu->front->waiting(menu, *reason, AGAIN_MS, NULL);
	if (action != PX_DO_NOTHING && action != PX_DO_RETRY)
		return action;
	free(*reason);
	*reason = NULL;
	return get_and_verify(menu, reason);
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

	menu->in_vain = 0;
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
	return menu->in_vain || menu->status == PX_SERVER || menu->status == PX_PROTOCOL || menu->status == PX_AUTH
	 || waited_ms > UNATTENDED_MS;
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
	if (menu->in_vain || monotonic_ms() < tries->fetch_ms)
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
	menu->in_vain = 0;
	set_problem(menu, xstrdup(""));
	px_trust_free(&menu->trust);
	px_trust_read(&menu->trust, menu->root);
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
