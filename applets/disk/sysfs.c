/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading sysfs. See sysfs.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += sysfs.o

#include "libbb.h"
#include "disk/sysfs.h"

static char *sys_vpath(const char *root, const char *fmt, va_list args)
{
	char *tail, *path;

	if (vasprintf(&tail, fmt, args) < 0)
		bb_die_memory_exhausted();
	path = xasprintf("%s%s", root ? root : "", tail);
	free(tail);
	return path;
}

char* FAST_FUNC px_sys_path(const char *root, const char *fmt, ...)
{
	va_list args;
	char *path;

	va_start(args, fmt);
	path = sys_vpath(root, fmt, args);
	va_end(args);
	return path;
}

/* One byte more than asked for is there, and it is NUL. */
static uint8_t *sys_read(char *path, size_t *len_bytes)
{
	uint8_t *buf = xzalloc(*len_bytes + 1);
	ssize_t n = open_read_close(path, buf, *len_bytes);

	free(path);
	if (n <= 0) {
		free(buf);
		return NULL;
	}
	buf[n] = 0;
	*len_bytes = n;
	return buf;
}

uint8_t* FAST_FUNC px_sys_bytes(const char *root, size_t *len_bytes, const char *fmt, ...)
{
	va_list args;
	char *path;

	va_start(args, fmt);
	path = sys_vpath(root, fmt, args);
	va_end(args);
	return sys_read(path, len_bytes);
}

char* FAST_FUNC px_sys_trim(const char *text)
{
	char *copy;

	if (!text)
		return NULL;
	copy = xstrdup(skip_whitespace(text));
	trim(copy);
	return copy;
}

static char *sys_text(char *path)
{
	size_t len_bytes = 4096;
	char *raw = (char *)sys_read(path, &len_bytes);
	char *text = px_sys_trim(raw);

	free(raw);
	if (text && !text[0]) {
		free(text);
		return NULL;
	}
	return text;
}

char* FAST_FUNC px_sys_text(const char *root, const char *fmt, ...)
{
	va_list args;
	char *path;

	va_start(args, fmt);
	path = sys_vpath(root, fmt, args);
	va_end(args);
	return sys_text(path);
}

unsigned long long FAST_FUNC px_sys_number(const char *root, unsigned long long fallback, const char *fmt, ...)
{
	unsigned long long number = fallback;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = sys_text(sys_vpath(root, fmt, args));
	va_end(args);
	if (text && isdigit(text[0]))
		number = strtoull(text, NULL, 10);
	free(text);
	return number;
}

int FAST_FUNC px_sys_each(const char *folder, int FAST_FUNC (*visit)(const char *name, void *arg), void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int result = 0;

	if (!dir)
		return 0;
	while (result == 0 && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			result = visit(entry->d_name, arg);
	closedir(dir);
	return result;
}
