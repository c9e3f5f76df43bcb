/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions of the menu as lines of text: which image, which disk, sure? See answer.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += pick.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/version.h"
#include "menu/answer.h"
#include "menu/looking.h"
#include "menu/words.h"

enum { IMAGES_SHOWN_MAX = 200 };

/* --- images */

static void print_image(struct px_menu *menu, unsigned i)
{
	const struct px_image *image = &menu->catalog->images[i];
	char size[PX_SIZE_BYTES];
	char *problem;

	if (image->problem) {
		problem = px_image_problem(menu->catalog, image);
		px_ui_print(&menu->ui, "%3u) %s (unusable: %s)\n", i + 1, image->title, problem);
		free(problem);
	} else if (image->size_bytes > 0)
		px_ui_print(&menu->ui, "%3u) %s  %s\n", i + 1, image->title, px_size_text(size, image->size_bytes));
	else
		px_ui_print(&menu->ui, "%3u) %s\n", i + 1, image->title);
}

static int passes(const char *filter, const struct px_image *image)
{
	return !filter[0] || strcasestr(image->title, filter) || strcasestr(image->id, filter);
}

/* Those with filter in title or name; their numbers are those of the whole list. */
static void print_images(struct px_menu *menu, const char *filter)
{
	const struct px_catalog *catalog = menu->catalog;
	unsigned i, shown = 0;

	px_ui_print(&menu->ui, "\nPXE Imager %s: images of %s\n%s\n", px_version, catalog->shown,
			menu->voucher);
	for (i = 0; i < catalog->count && shown < IMAGES_SHOWN_MAX; i++)
		if (passes(filter, &catalog->images[i])) {
			print_image(menu, i);
			shown++;
		}
	if (catalog->count > i)
		px_ui_print(&menu->ui, "     ... and %u more: type the image's name, or /TEXT\n", catalog->count - i);
	if (!catalog->count)
		px_ui_print(&menu->ui, "     the catalog names no image\n");
	else if (!shown)
		px_ui_print(&menu->ui, "     nothing has \"%s\" in its name\n", filter);
}

static void print_description(struct px_menu *menu, const struct px_image *image)
{
	char *facts = px_words_image(image);

	px_ui_print(&menu->ui, "%s: %s\n%s%s", image->title, facts, image->description,
			image->description[0] ? "\n" : "");
	free(facts);
}

/* A number of the list, a name, or a name behind '=' for one that could be a number; NULL: none, or said why not. */
static const struct px_image *image_answer(struct px_menu *menu, const char *answer)
{
	const char *name = is_prefixed_with(answer, "=");
	const struct px_image *image = px_catalog_find(menu->catalog, name ? name : answer);
	int i = px_answer_number(answer, menu->catalog->count);

	if (i >= 0 && image && image != &menu->catalog->images[i]) {
		px_ui_print(&menu->ui, "%s is the number of \"%s\" and the name of \"%s\": "
				"type =%s for the name, 0%s for the number\n",
				answer, menu->catalog->images[i].title, image->title, answer, answer);
		return NULL;
	}
	return i >= 0 ? &menu->catalog->images[i] : image;
}

/* "d NUMBER", "d NAME"; 1: it was that. */
static int describe(struct px_menu *menu, const char *answer)
{
	const struct px_image *image;

	if (answer[0] != 'd' || answer[1] != ' ')
		return 0;
	image = image_answer(menu, skip_whitespace(answer + 1));
	if (image)
		print_description(menu, image);
	return 1;
}

enum px_action FAST_FUNC px_pick_image(struct px_menu *menu)
{
	char answer[PX_ANSWER_BYTES];
	const struct px_image *image;

	print_images(menu, "");
	while (1) {
		px_ui_print(&menu->ui, "Image (number or name; /TEXT filter, d NUMBER description, c catalog again, "
				"s shell, r reboot, p power off, l local disk, %s" PX_ANSWER_LOOK ")? ",
				menu->settings.capture ? "save: this disk becomes an image, " : "");
		if (px_answer_read(menu, answer) != 0)
			return PX_DO_GIVE_UP;
		if (answer[0] == '/')
			print_images(menu, answer + 1);
		else if (!describe(menu, answer))
			break;
	}
	image = image_answer(menu, answer);
	if (image && image->problem)
		px_ui_print(&menu->ui, "%s cannot be used\n", image->title);
	else if (image) {
		menu->image = image;
		return PX_DO_CHOSEN;
	}
	if (menu->settings.capture && strcmp(answer, "save") == 0)
		return PX_DO_CAPTURE;
	return strcmp(answer, "c") == 0 ? PX_DO_RETRY : px_answer_common(answer);
}

/* --- disks */

static void print_disk(struct px_menu *menu, unsigned i)
{
	const struct px_disk *disk = menu->disks->disk[i];
	char size[PX_SIZE_BYTES];
	char *refusal = px_choice_refusal(menu, disk);

	px_ui_print(&menu->ui, "%3u) %s  %s  %s  %s  serial %s  %s\n", i + 1, disk->path,
			px_size_disk(size, disk->size_bytes), disk->transport, disk->model,
			disk->serial[0] ? disk->serial : "-", disk->data ? disk->data : "blank");
	if (disk->twin)
		px_ui_print(&menu->ui, "     another path leads to the same disk (multipath)\n");
	if (refusal)
		px_ui_print(&menu->ui, "     cannot be chosen: %s\n", refusal);
	free(refusal);
}

static void print_disks(struct px_menu *menu)
{
	unsigned i;

	px_ui_print(&menu->ui, "\nDisks for %s:\n", menu->image->title);
	for (i = 0; i < menu->disks->count; i++)
		print_disk(menu, i);
	if (!menu->disks->count)
		px_ui_print(&menu->ui, "     no disk found: is its controller switched on in the firmware, and is its "
				"driver in this initramfs?\n");
	if (menu->disks->driverless)
		px_ui_print(&menu->ui, "     no driver here for the disk controller with PCI id %s\n",
				menu->disks->driverless);
}

/* 1: menu->disk is set; 0: it cannot be chosen, which was said. */
static int take_disk(struct px_menu *menu, const struct px_disk *disk)
{
	char *refusal = px_choice_refusal(menu, disk);

	if (refusal)
		px_ui_print(&menu->ui, "%s: %s\n", disk->path, refusal);
	else
		menu->disk = disk;
	free(refusal);
	return !refusal;
}

enum px_action FAST_FUNC px_pick_disk(struct px_menu *menu)
{
	char answer[PX_ANSWER_BYTES];
	int chosen;

	while (1) {
		print_disks(menu);
		px_ui_print(&menu->ui,
				"Disk (number; b back, s shell, r reboot, Enter look again, " PX_ANSWER_LOOK ")? ");
		if (px_answer_read(menu, answer) != 0)
			return PX_DO_GIVE_UP;
		chosen = px_answer_number(answer, menu->disks->count);
		if (chosen < 0) {
			enum px_action action = px_answer_common(answer);

			if (action != PX_DO_NOTHING)
				return action;
			px_choice_look(menu);
		} else if (take_disk(menu, menu->disks->disk[chosen]))
			return PX_DO_CHOSEN;
	}
}

/* --- confirmation */

void FAST_FUNC px_pick_say(struct px_menu *menu)
{
	const struct px_disk *disk = menu->disk;
	char *image = px_words_image(menu->image);
	char *name = px_words_disk(disk);
	char *details = px_words_disk_details(disk);

	px_ui_print(&menu->ui,
			"\nImage:     %s\n           %s\nCatalog:   %s\nDisk:      %s\n           %s\nOn it now: %s\n",
			menu->image->title, image, menu->voucher, name, details, disk->data ? disk->data : "nothing");
	free(image);
	free(name);
	free(details);
}

enum px_action FAST_FUNC px_pick_confirm(struct px_menu *menu)
{
	char answer[PX_ANSWER_BYTES];
	char *word = px_confirm_word(menu->disk);
	char *question = px_words_question(menu->disk, word);
	enum px_action action;

	px_pick_say(menu);
	px_ui_print(&menu->ui, "%s\nAnything else goes back: ", question);
	px_looking_begin(menu);
	if (px_answer_read(menu, answer) != 0)
		action = PX_DO_GIVE_UP;
	else
		action = strcmp(answer, word) == 0 ? PX_DO_CHOSEN : PX_DO_BACK;
	px_looking_end(menu);
	free(word);
	free(question);
	return action;
}
