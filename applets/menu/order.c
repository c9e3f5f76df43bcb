/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the signed catalog orders this machine to do. See px_order_take in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += order.o

#include "libbb.h"
#include <time.h>
#include "lib/clock.h"
#include "lib/dmi.h"
#include "report/log.h"
#include "menu/menu.h"

/* --- which one */

struct found {
	const struct px_order *order; /* for this machine; NULL: there is none */
	const struct px_order *twin;  /* a second one; NULL: none */
};

static void find(const struct px_menu *menu, struct found *found)
{
	char *serial = px_dmi_read(menu->root, "product_serial"), *uuid = px_dmi_read(menu->root, "product_uuid");
	unsigned i;

	memset(found, 0, sizeof(*found));
	for (i = 0; i < menu->catalog->machine_count && !found->twin; i++) {
		const struct px_order *order = &menu->catalog->machines[i];

		if (px_machine_is(order, menu->network.mac, serial, uuid))
			*(found->order ? &found->twin : &found->order) = order;
	}
	free(uuid);
	free(serial);
}

/* "images:12" */
static char *place(const struct px_menu *menu, const struct px_order *order)
{
	return xasprintf("%s:%u", bb_basename(menu->catalog->shown), order->line);
}

/* --- whether it is followed */

/* The clock was wrong when a catalog came, now or before this menu was started again. */
static int has_no_clock(const struct px_menu *menu)
{
	char *path = xasprintf("%s%s", menu->root, PX_NO_CLOCK_FILE);
	int none = menu->clock_words || access(path, F_OK) == 0;

	free(path);
	return none;
}

/* Why an order that has an end is not followed now, behind "images:12: "; malloc'ed, NULL: it is. */
static char *time_refusal(const struct px_menu *menu, long long until_s)
{
	char until[PX_TIME_BYTES_TEXT], now[PX_TIME_BYTES_TEXT];
	long long now_s = time(NULL);

	px_time_print(until, until_s);
	if (has_no_clock(menu))
		return xasprintf("Auto: until %s: nobody knows whether that is over, for the clock of this machine was "
				"wrong", until);
	if (now_s <= until_s)
		return NULL;
	px_time_print(now, now_s);
	return xasprintf("Auto: over since %s (this machine's clock says %s)", until, now);
}

/* Sets why nothing is done unattended, if it is so. Returns 0 when the order is followed. */
static int refuse(struct px_menu *menu, const struct found *found)
{
	const struct px_order *order = found->order;
	char *why = NULL;

	menu->order_status = PX_PROTOCOL;
	if (found->twin)
		why = xasprintf("line %u is for this machine, too", found->twin->line);
	else if (order->problem)
		why = xasprintf("%s%s%s", order->problem_field, order->problem_field[0] ? ": " : "", order->problem);
	else if (order->auto_until_s >= 0) {
		menu->order_status = PX_AUTH;
		why = time_refusal(menu, order->auto_until_s);
	}
	free(menu->order_problem);
	menu->order_problem = why ? xasprintf("%s: %s", menu->ordered, why) : NULL;
	free(why);
	return menu->order_problem ? -1 : 0;
}

/* --- taking it */

/* What is installed where comes from one hand: an order's Force never meets the image of a kernel command line. */
static int command_line_decides(const struct px_settings *settings)
{
	return settings->image || settings->disk || settings->automatic_said || settings->force
	 || settings->capture_name;
}

static void take_text(char **field, const char *value)
{
	if (!*field && value)
		*field = xstrdup(value);
}

static void take_settings(struct px_settings *settings, const struct px_order *order)
{
	if (settings->report_weak && order->report) {
		free(settings->report);
		settings->report = NULL;
	}
	take_text(&settings->report, order->report);
	take_text(&settings->log, order->log);
	if (!settings->after)
		settings->after = order->after;
}

static void take_installation(struct px_settings *settings, const struct px_order *order)
{
	take_text(&settings->image, order->image);
	take_text(&settings->disk, order->disk);
	settings->force = order->force;
	settings->automatic = order->auto_until_s >= 0;
}

static void say_order(const struct px_order *order, const char *where)
{
	char until[PX_TIME_BYTES_TEXT] = "";

	if (order->auto_until_s >= 0)
		px_time_print(until, order->auto_until_s);
	px_log_say("px: %s is for this machine: image %s, disk %s, %s%s", where,
			order->image ? order->image : "not named", order->disk ? order->disk : "as the image says",
			until[0] ? "unattended until " : "with questions", until);
}

/* An unsigned order could be anybody's. */
static void leave_out(struct px_menu *menu, const char *where, const char *why)
{
	px_log_say("px: %s is for this machine, and left out: %s", where, why);
	free(menu->ordered);
	menu->ordered = NULL;
}

void FAST_FUNC px_order_take(struct px_menu *menu)
{
	struct found found;

	find(menu, &found);
	if (!found.order)
		return;
	free(menu->ordered);
	menu->ordered = place(menu, found.order);
	if (!menu->key) {
		leave_out(menu, menu->ordered, "the catalog is not signed");
		return;
	}
	if (!found.twin && !found.order->problem)
		take_settings(&menu->settings, found.order);
	px_tell_open(menu);
	if (command_line_decides(&menu->settings))
		leave_out(menu, menu->ordered, "the kernel command line says what to install");
	else if (refuse(menu, &found) != 0)
		menu->settings.automatic = 1; /* that ends at once, with the reason */
	else {
		take_installation(&menu->settings, found.order);
		say_order(found.order, menu->ordered);
	}
}
