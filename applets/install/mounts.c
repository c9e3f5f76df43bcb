/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/self/mountinfo. See mounts.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += mounts.o

#include "libbb.h"
#include "install/mounts.h"

/* "\040" is a blank, and so on for tab, newline and backslash. In place. */
static void decode_octal(char *text)
{
	char *to = text;

	while (*text) {
		if (text[0] == '\\' && isdigit(text[1]) && isdigit(text[2]) && isdigit(text[3])) {
			*to++ = (text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0';
			text += 4;
		} else
			*to++ = *text++;
	}
	*to = '\0';
}

/* The fifth word of a line: 36 35 98:0 / /mnt rw ... */
static char *mount_point(char *line)
{
	char *word = NULL;
	int i;

	for (i = 0; i < 5; i++)
		word = strsep(&line, " ");
	if (word)
		decode_octal(word);
	return word;
}

llist_t* FAST_FUNC px_mounts_list(const char *target)
{
	FILE *file = fopen_for_read("/proc/self/mountinfo");
	llist_t *list = NULL;
	char *line;

	if (!file)
		return NULL;
	while ((line = xmalloc_fgetline(file)) != NULL) {
		char *point = mount_point(line);
		char *rest = point ? is_prefixed_with(point, target) : NULL;

		if (rest && (!*rest || *rest == '/'))
			llist_add_to_end(&list, xstrdup(point));
		free(line);
	}
	fclose(file);
	return list;
}

char* FAST_FUNC px_mounts_last(const char *target, unsigned *count)
{
	llist_t *list = px_mounts_list(target);
	char *last = NULL;

	*count = 0;
	while (list) {
		free(last);
		last = llist_pop(&list);
		++*count;
	}
	return last;
}

int FAST_FUNC px_mounts_at(const char *target)
{
	llist_t *list = px_mounts_list(target), *at;
	int found = 0;

	for (at = list; at; at = at->link)
		found |= strcmp(at->data, target) == 0;
	llist_free(list, free);
	return found;
}
