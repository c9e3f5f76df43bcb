/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the menu has to tell the reporter. See px_tell_open in menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += tell.o

#include "libbb.h"
#include "install/pipe.h"
#include "menu/menu.h"
#include "menu/words.h"
#include "report/report.h"

void FAST_FUNC px_tell_open(struct px_menu *menu)
{
	struct px_reporter who = { .root = menu->root, .mac = menu->network.mac, .ip = menu->network.ip,
			.name = menu->settings.name, .room = menu->settings.room, .token = menu->settings.token,
			.log_url = menu->settings.log, .report_url = menu->settings.report };

	menu->machine = px_report_open(&who);
}

void FAST_FUNC px_tell_fill(const struct px_menu *menu, struct px_event *event)
{
	const struct px_child_progress *write = px_words_progress(menu);

	memset(event, 0, sizeof(*event));
	event->image = menu->image ? menu->image->id : NULL;
	event->disk = menu->disk ? menu->disk->path : NULL;
	event->stage = write->stage;
	event->bytes = write->bytes;
	event->total_bytes = write->total_bytes;
	event->rate_bytes = write->rate_bytes;
	event->source = menu->install.fetch.progress.source;
	event->fetched_bytes = write->fetched_bytes ? write->fetched_bytes : menu->install.fetch.progress.bytes;
	event->limit = px_words_limit(menu);
	event->mirror = px_pipe_source(&menu->install);
	event->state = menu->status || menu->install.over ? px_state_keyword(menu->install.state) : NULL;
	event->seconds = (menu->install.end_ms - menu->install.start_ms) / 1000;
	event->proof = menu->install.write.proof;
	if (menu->catalog && menu->key) {
		event->catalog_key = menu->key->print;
		event->catalog_serial = menu->catalog->header.serial;
	}
	event->step = menu->step;
	event->status = menu->status;
	event->reason = menu->reason;
	event->disk_state = menu->disk_state;
	event->warnings = menu->install.warnings ? menu->install.warnings : menu->warnings;
}
