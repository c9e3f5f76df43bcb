/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk hints. See hint.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += hint.o

#include "libbb.h"
#include <fnmatch.h>
#include "disk/hint.h"
#include "lib/text.h"

/* In the order of term_names; a path has no name. */
enum { TERM_SERIAL, TERM_WWN, TERM_MODEL, TERM_BY_PATH, TERM_TRANSPORT, TERM_SIZE_MIN, TERM_SIZE_MAX, TERM_ROTATIONAL,
	TERM_REMOVABLE, TERM_SMALLEST, TERM_LARGEST, TERM_PATH };

/* With a value behind = those that end so. */
static const char term_names[] ALIGN1 = 
	"serial=\0wwn=\0model=\0by-path=\0transport=\0size>=\0size<=\0rotational\0removable\0"
	"smallest\0largest\0";

static const char transports[] ALIGN1 = "nvme\0ata\0scsi\0virtio\0usb\0mmc\0loop\0";

struct term {
	struct term *next;
	uint8_t kind;
	smallint negated;
	char *value;
	off_t size_bytes;
};

struct px_hint {
	struct term *terms;
	char *text;
	int choice;  /* TERM_SMALLEST, TERM_LARGEST, -1: none */
};

/* "8G" */
static int parse_size(const char *text, off_t *size_bytes)
{
	static const char suffixes[] ALIGN1 = "kMGT";
	unsigned long long n;
	const char *suffix;
	char *end;

	if (!isdigit(text[0]))
		return -1;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || n >> 62)
		return -1;
	if (*end) {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1] || n >> (62 - 10 * (suffix - suffixes + 1)))
			return -1;
		n <<= 10 * (suffix - suffixes + 1);
	}
	*size_bytes = n;
	return 0;
}

/* Which term text is, *value behind its "="; -1: none. */
static int term_kind(const char *text, const char **value)
{
	const char *name = term_names;
	int kind;

	*value = text;
	if (text[0] == '/')
		return TERM_PATH;
	for (kind = 0; *name; kind++, name += strlen(name) + 1) {
		if (name[strlen(name) - 1] != '=') {
			if (strcmp(text, name) == 0)
				return kind;
		} else if (is_prefixed_with(text, name)) {
			*value = text + strlen(name);
			return kind;
		}
	}
	return -1;
}

/* Why a term is wrong, or NULL; text has no blanks around. */
static const char *term_parse(struct term *term, const char *text)
{
	const char *value;
	int kind;

	if (text[0] == '!') {
		term->negated = 1;
		text = skip_whitespace(text + 1);
	}
	kind = term_kind(text, &value);
	if (text[0] == '\0')
		return "a term is missing";
	if (kind < 0)
		return "no such term";
	if (value[0] == '\0')
		return "a value is missing";
	if ((kind == TERM_SIZE_MIN || kind == TERM_SIZE_MAX) && parse_size(value, &term->size_bytes) != 0)
		return "no size: a number with k, M, G or T";
	if (kind == TERM_TRANSPORT && index_in_strings(transports, value) < 0)
		return "no such transport: nvme, ata, scsi, virtio, usb, mmc or loop";
	if ((kind == TERM_SMALLEST || kind == TERM_LARGEST) && term->negated)
		return "cannot be negated";
	term->kind = kind;
	term->value = xstrdup(value);
	return NULL;
}

/* One term of the hint; column counts from 1. */
static int hint_add(struct px_hint *hint, struct term ***tail, char *text, unsigned column, char **why)
{
	struct term *term = xzalloc(sizeof(*term));
	char *blankless = skip_whitespace(text);
	const char *wrong;

	column += blankless - text;
	trim(blankless);
	wrong = term_parse(term, blankless);
	if (!wrong && hint->choice >= 0)
		wrong = "smallest or largest must come last";
	**tail = term;
	*tail = &term->next;
	if (wrong) {
		char *clean = px_text_clean_copy(blankless);

		*why = xasprintf("column %u: \"%s\": %s", column, clean, wrong);
		free(clean);
		return -1;
	}
	if (term->kind == TERM_SMALLEST || term->kind == TERM_LARGEST)
		hint->choice = term->kind;
	return 0;
}

struct px_hint* FAST_FUNC px_hint_parse(const char *text, char **why)
{
	struct px_hint *hint = xzalloc(sizeof(*hint));
	struct term **tail = &hint->terms;
	char *copy = xstrdup(text);
	char *rest = copy;
	int result = 0;

	hint->text = px_text_clean_copy(text);
	hint->choice = -1;
	while (result == 0 && rest) {
		char *term = strsep(&rest, ",");

		result = hint_add(hint, &tail, term, term - copy + 1, why);
	}
	free(copy);
	if (result == 0)
		return hint;
	px_hint_free(hint);
	return NULL;
}

static int path_holds(const char *path, const struct px_disk *disk)
{
	char *real;
	int same = strcmp(path, disk->path) == 0;

	if (same)
		return 1;
	real = realpath(path, NULL);
	same = real && strcmp(real, disk->path) == 0;
	free(real);
	return same;
}

/* udev has two names for an ATA port: "-ata-1" and "-ata-1.0". */
static int by_path_holds(const char *value, const struct px_disk *disk)
{
	const char *more = is_prefixed_with(value, disk->by_path);

	if (!more || !disk->by_path[0])
		return 0;
	return more[0] == '\0' || (strcmp(more, ".0") == 0 && strstr(disk->by_path, "-ata-"));
}

static int term_holds(const struct term *term, const struct px_disk *disk)
{
	switch (term->kind) {
	case TERM_PATH:
		return path_holds(term->value, disk);
	case TERM_SERIAL:
		return strcmp(term->value, disk->serial) == 0;
	case TERM_WWN:
		return strcmp(term->value, disk->wwn) == 0;
	case TERM_MODEL:
		return fnmatch(term->value, disk->model, 0) == 0;
	case TERM_BY_PATH:
		return by_path_holds(term->value, disk);
	case TERM_TRANSPORT:
		return strcmp(term->value, disk->transport) == 0;
	case TERM_SIZE_MIN:
		return disk->size_bytes >= term->size_bytes;
	case TERM_SIZE_MAX:
		return disk->size_bytes <= term->size_bytes;
	case TERM_ROTATIONAL:
		return disk->rotational;
	case TERM_REMOVABLE:
		return disk->removable;
	}
	return !term->negated; /* smallest, largest: for all of them later */
}

static int all_hold(const struct px_hint *hint, const struct px_disk *disk)
{
	const struct term *term;

	for (term = hint->terms; term; term = term->next)
		if (!term_holds(term, disk) == !term->negated)
			return 0;
	return 1;
}

static int must_be_named(const struct px_disk *disk)
{
	return disk->usb || disk->removable;
}

int FAST_FUNC px_hint_names(const struct px_hint *hint)
{
	const struct term *term;

	for (term = hint->terms; term; term = term->next) {
		if (term->negated)
			continue;
		switch (term->kind) {
		case TERM_PATH:
		case TERM_SERIAL:
		case TERM_WWN:
		case TERM_BY_PATH:
		case TERM_REMOVABLE:
			return 1;
		case TERM_TRANSPORT:
			if (strcmp(term->value, "usb") == 0 || strcmp(term->value, "mmc") == 0)
				return 1;
		}
	}
	return 0;
}

/* Whether all terms but smallest and largest hold for disk. A path term compares with disk->path, and with what a
 * symlink (/dev/disk/by-id/...) points to. */
static int fits(const struct px_hint *hint, const struct px_disk *disk)
{
	return all_hold(hint, disk) && (!must_be_named(disk) || px_hint_names(hint));
}

/* -1: a is chosen rather than b; 0: as good */
static int choice_compare(const struct px_hint *hint, const struct px_disk *a, const struct px_disk *b)
{
	if (hint->choice < 0 || a->size_bytes == b->size_bytes)
		return 0;
	return (a->size_bytes < b->size_bytes) == (hint->choice == TERM_SMALLEST) ? -1 : 1;
}

static char *why_none(const struct px_hint *hint, const struct px_disks *disks)
{
	unsigned i, unnamed = 0;

	if (disks->count == 0 && disks->driverless)
		return xasprintf("there is no disk that can be seen: no driver here for the controller with PCI id %s",
				disks->driverless);
	if (disks->count == 0)
		return xstrdup("there is no disk");
	for (i = 0; i < disks->count; i++)
		unnamed += all_hold(hint, disks->disk[i]);
	if (unnamed)
		return xasprintf("no disk of %u matches \"%s\": USB and removable ones (%u) "
				"must be named by path, serial or wwn",
				disks->count, hint->text, unnamed);
	return xasprintf("no disk of %u matches \"%s\"", disks->count, hint->text);
}

/* left: those that are as good as the best */
static char *why_several(const struct px_hint *hint, const struct px_disks *disks, const struct px_disk *best,
		unsigned matches)
{
	char *why = xasprintf("%u disks match \"%s\":", matches, hint->text);
	smallint twins = 0;
	unsigned i;

	for (i = 0; i < disks->count; i++) {
		const struct px_disk *disk = disks->disk[i];
		char *longer;

		if (!fits(hint, disk) || choice_compare(hint, disk, best) != 0)
			continue;
		twins |= disk->twin;
		longer = xasprintf("%s %s", why, disk->path);
		free(why);
		why = longer;
	}
	if (twins) {
		char *longer = xasprintf("%s (paths to one disk among them: name one by its path)", why);

		free(why);
		why = longer;
	}
	return why;
}

int FAST_FUNC px_hint_choose(const struct px_hint *hint, const struct px_disks *disks, unsigned *matches, char **why)
{
	const struct px_disk *best = NULL;
	unsigned i, n = 0;
	int index = -1;

	for (i = 0; i < disks->count; i++) {
		const struct px_disk *disk = disks->disk[i];
		int order;

		if (!fits(hint, disk))
			continue;
		order = best ? choice_compare(hint, disk, best) : -1;
		if (order > 0)
			continue;
		n = order < 0 ? 1 : n + 1;
		if (order < 0) {
			best = disk;
			index = i;
		}
	}
	if (matches)
		*matches = n;
	if (n == 1)
		return index;
	*why = n ? why_several(hint, disks, best, n) : why_none(hint, disks);
	return -1;
}

void FAST_FUNC px_hint_free(struct px_hint *hint)
{
	if (!hint)
		return;
	while (hint->terms) {
		struct term *term = hint->terms;

		hint->terms = term->next;
		free(term->value);
		free(term);
	}
	free(hint->text);
	free(hint);
}
