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

static char *find(const char *target, int exactly)
{
	FILE *file = fopen_for_read("/proc/self/mountinfo");
	char *line, *last = NULL;

	if (!file)
		return NULL;
	while ((line = xmalloc_fgetline(file)) != NULL) {
		char *point = mount_point(line);
		char *rest = point ? is_prefixed_with(point, target) : NULL;

		if (rest && (!*rest || (*rest == '/' && !exactly))) {
			free(last);
			last = xstrdup(point);
		}
		free(line);
	}
	fclose(file);
	return last;
}

char* FAST_FUNC px_mounts_last(const char *target)
{
	return find(target, 0);
}

int FAST_FUNC px_mounts_at(const char *target)
{
	char *point = find(target, 1);

	free(point);
	return point != NULL;
}
