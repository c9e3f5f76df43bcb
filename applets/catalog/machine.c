/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine: stanzas. See machine.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += machine.o

#include "libbb.h"
#include "catalog/header.h"
#include "catalog/machine.h"
#include "disk/hint.h"

/* Whether word looks like shape, in which each x is a hexadecimal digit. */
static int has_shape(const char *word, const char *shape)
{
	while (*shape && (*shape == 'x' ? isxdigit(*word) : *word == *shape)) {
		word++;
		shape++;
	}
	return !*shape && !*word;
}

/* One that could mean no machine at all would be left out without a word. */
static int names_machine(const char *word)
{
	const char *value;

	if ((value = is_prefixed_with(word, "serial=")) != NULL)
		return value[0];
	if ((value = is_prefixed_with(word, "uuid=")) != NULL)
		return has_shape(value, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
	return has_shape(word, "xx:xx:xx:xx:xx:xx");
}

static const char *set_who(struct px_order *machine, char *value)
{
	char *words = xstrdup(value), *rest = words, *word;
	int good = value[0];

	while (good && (word = strsep(&rest, " \t\n")) != NULL)
		good = !word[0] || names_machine(word);
	free(words);
	machine->who = value;
	return good ? NULL : "not MACs like 52:54:00:12:34:56, serial= or uuid=, with blanks between them only";
}

static const char *set_text(const char **field, const char *value)
{
	if (*field)
		return "twice in one stanza";
	*field = value;
	return value[0] ? NULL : "empty";
}

static const char *set_disk(struct px_order *machine, const char *value)
{
	struct px_hint *hint;
	char *why = NULL;

	if (machine->disk)
		return "twice in one stanza";
	machine->disk = value;
	hint = px_hint_parse(value, &why);
	px_hint_free(hint);
	free(why);
	return hint && value[0] ? NULL : "not a disk hint";
}

static const char *set_force(struct px_order *machine, const char *value)
{
	machine->force = strcmp(value, "yes") == 0;
	return machine->force || strcmp(value, "no") == 0 ? NULL : "neither yes nor no";
}

static const char *set_auto(struct px_order *machine, const char *value)
{
	const char *until = is_prefixed_with(value, "until ");

	if (machine->auto_until_s >= 0)
		return "twice in one stanza";
	machine->auto_until_s = until ? px_time_parse(skip_whitespace(until)) : -1;
	return machine->auto_until_s < 0 ? "not \"until 2026-11-26T18:00:00Z\": an order without an end could be given "
			"again at any time" : NULL;
}

/* As index_in_strings, in capitals or not. */
static int index_of(const char *names, const char *name)
{
	int i;

	for (i = 0; *names; i++, names += strlen(names) + 1)
		if (strcasecmp(names, name) == 0)
			return i;
	return -1;
}

const char* FAST_FUNC px_machine_set(struct px_order *machine, const char *name, char *value)
{
	static const char names[] ALIGN1 = "machine\0image\0disk\0report\0log\0after\0force\0auto\0";

	switch (index_of(names, name)) {
	case 0: return machine->who ? "twice in one stanza" : set_who(machine, value);
	case 1: return set_text(&machine->image, value);
	case 2: return set_disk(machine, value);
	case 3: return set_text(&machine->report, value);
	case 4: return set_text(&machine->log, value);
	case 5:
		machine->after = px_after_parse(value);
		return machine->after ? NULL : "not one of reboot, local, poweroff, shell, menu";
	case 6: return set_force(machine, value);
	case 7: return set_auto(machine, value);
	}
	return "";
}

const char* FAST_FUNC px_machine_fault(const struct px_order *machine, long long date_s, const char **field)
{
	*field = "Auto";
	if (machine->auto_until_s < 0)
		return NULL;
	if (!machine->image)
		return "without Image";
	if (date_s < 0)
		return "the catalog has no Date to hold it against";
	if (machine->auto_until_s > date_s + PX_AUTO_AHEAD_S)
		return "more than 7 days behind the catalog's Date";
	return NULL;
}

/* One word of Machine. */
static int means(const char *word, const char *mac, const char *serial, const char *uuid)
{
	const char *value;

	if ((value = is_prefixed_with(word, "serial=")) != NULL)
		return serial && serial[0] && strcmp(value, serial) == 0;
	if ((value = is_prefixed_with(word, "uuid=")) != NULL)
		return uuid && uuid[0] && strcasecmp(value, uuid) == 0;
	return mac && mac[0] && strcasecmp(word, mac) == 0;
}

int FAST_FUNC px_machine_is(const struct px_order *machine, const char *mac, const char *serial, const char *uuid)
{
	char *words = xstrdup(machine->who), *rest = words, *word;
	int is = 0;

	while (!is && (word = strsep(&rest, " \t\n")) != NULL)
		is = word[0] && means(word, mac, serial, uuid);
	free(words);
	return is;
}
