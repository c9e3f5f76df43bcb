/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is a script and what is not. See script.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += script.o
//kbuild:lib-$(CONFIG_PX_CATALOG) += script.o

#include "libbb.h"
#include "catalog/script.h"

/* Servers answer a wrong path with a page that says so, and shells run the words of such a page as commands. */
const char* FAST_FUNC px_script_problem(const char *text, size_t len_bytes)
{
	const char *start = skip_whitespace(text);

	if (memchr(text, '\0', len_bytes))
		return "is binary data, not a script";
	if (!*start)
		return "is empty";
	if (*start == '<')
		return "is HTML, not a script";
	if (strstr(text, "\r\n"))
		return "has lines that end with CR LF, as on Windows: sh cannot read them";
	return NULL;
}

char* FAST_FUNC px_script_save(const char *root, const char *name, const char *text, size_t len_bytes)
{
	char *path = xasprintf("%s/tmp/px.%s.%u", root, name, (unsigned)getpid());
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		ssize_t n = full_write(fd, text, len_bytes);

		if (close(fd) == 0 && n == (ssize_t)len_bytes)
			return path;
		unlink(path);
	}
	free(path);
	return NULL;
}

void FAST_FUNC px_script_remove(char *path)
{
	if (path)
		unlink(path);
	free(path);
}
