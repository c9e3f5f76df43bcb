/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which disk: hints, refusals. See menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += choice.o

#include "libbb.h"
#include "lib/text.h"
#include "disk/hint.h"
#include "menu/menu.h"

void FAST_FUNC px_choice_look(struct px_menu *menu)
{
	px_disks_free(menu->disks);
	menu->disk = NULL;
	menu->disks = px_disk_list(menu->root, 0);
}

static off_t image_bytes(const struct px_menu *menu)
{
	const struct px_image *image = menu->image;

	return image->need_bytes > 0 ? image->need_bytes : MAX(image->size_bytes, 0);
}

/* A disk that is only read: it must not change meanwhile. */
static char *capture_refusal(const struct px_disk *disk)
{
	return disk->inuse ? px_ascii(xasprintf("in use: %s: it would change while it is read", disk->inuse), 0) : NULL;
}

char* FAST_FUNC px_choice_refusal(const struct px_menu *menu, const struct px_disk *disk)
{
	struct px_disk_wish wish = {
		.need_bytes = image_bytes(menu),
		.named = 1,
		.may_hold_data = 1,
	};
	char *refusal = menu->capture ? capture_refusal(disk) : px_disk_refusal(disk, &wish);

	return refusal ? px_ascii(refusal, 0) : NULL;
}

/* As above, but for a machine that cannot ask: data needs px.force, a removable disk a hint that names it. */
static char *unattended_refusal(const struct px_menu *menu, const struct px_disk *disk)
{
	struct px_disk_wish wish = {
		.need_bytes = image_bytes(menu),
		.named = menu->disk_named,
		.may_hold_data = menu->settings.force,
	};

	return menu->capture ? capture_refusal(disk) : px_disk_refusal(disk, &wish);
}

/* "disk hint "...": reason" */
static char *explain(const char *text, char *why)
{
	char *reason = xasprintf("disk hint \"%s\": %s", text, why ? why : "no");

	free(why);
	return px_ascii(reason, 0);
}

int FAST_FUNC px_choice_by_hint(struct px_menu *menu, char **why)
{
	const char *text = menu->settings.disk ? menu->settings.disk : menu->image->disk;
	struct px_hint *hint;
	char *reason = NULL;
	int i;

	if (!text[0])
		text = "!removable"; /* the only disk of a machine that has one */
	hint = px_hint_parse(text, &reason);
	if (!hint) {
		*why = explain(text, reason);
		return -1;
	}
	menu->disk_named = px_hint_names(hint);
	i = px_hint_choose(hint, menu->disks, NULL, &reason);
	px_hint_free(hint);
	if (i < 0) {
		*why = explain(text, reason);
		return -1;
	}
	menu->disk = menu->disks->disk[i];
	reason = unattended_refusal(menu, menu->disk);
	if (!reason)
		return 0;
	*why = px_ascii(xasprintf("%s: %s", menu->disk->path, reason), 0);
	free(reason);
	return -1;
}

char* FAST_FUNC px_choice_table(const struct px_menu *menu)
{
	char *table = xzalloc(1);
	unsigned i;

	for (i = 0; i < menu->disks->count; i++) {
		const struct px_disk *disk = menu->disks->disk[i];
		char *refusal = px_choice_refusal(menu, disk);
		char size[PX_SIZE_BYTES];
		char *line = px_ascii(xasprintf("%s %s %s %s, serial %s: %s", disk->path,
				px_size_disk(size, disk->size_bytes), disk->transport,
				disk->model[0] ? disk->model : "no model name", disk->serial[0] ? disk->serial : "none",
				refusal ? refusal : disk->data ? disk->data : "blank"), 0);
		char *longer = xasprintf("%s%s%s", table, table[0] ? "\n" : "", line);

		free(refusal);
		free(line);
		free(table);
		table = longer;
	}
	return table;
}

char* FAST_FUNC px_confirm_word(const struct px_disk *disk)
{
	char *word, *last;

	if (!disk->data)
		return xstrdup("yes");
	word = px_ascii(xstrdup(disk->serial[0] ? disk->serial : disk->name), 0);
	if (strlen(word) <= 4)
		return word;
	last = xstrdup(word + strlen(word) - 4);
	free(word);
	return last;
}

enum px_after FAST_FUNC px_choice_after(const struct px_menu *menu)
{
	if (menu->settings.after)
		return menu->settings.after;
	return menu->image->after ? menu->image->after : PX_AFTER_REBOOT;
}
