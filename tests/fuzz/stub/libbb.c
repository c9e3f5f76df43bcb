/*
 * The functions of stub/libbb.h. Messages are formatted (so that a bad argument shows) and dropped.
 */
#include "libbb.h"

static void *check(void *p)
{
	if (!p)
		abort();
	return p;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xzalloc(size_t size)
{
	return check(calloc(1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return check(strdup(s));
}

char *xstrndup(const char *s, int n)
{
	return check(strndup(s, n));
}

char *xasprintf(const char *format, ...)
{
	va_list p;
	char *s;
	int n;

	va_start(p, format);
	n = vasprintf(&s, format, p);
	va_end(p);
	if (n < 0)
		abort();
	return s;
}

char *safe_strncpy(char *dst, const char *src, size_t size)
{
	if (!size)
		return dst;
	dst[--size] = '\0';
	return strncpy(dst, src, size);
}

void overlapping_strcpy(char *dst, const char *src)
{
	memmove(dst, src, strlen(src) + 1);
}

char *str_tolower(char *str)
{
	char *c;

	for (c = str; *c; c++)
		*c = tolower((unsigned char)*c);
	return str;
}

char *is_prefixed_with(const char *string, const char *key)
{
	size_t n = strlen(key);

	return strncmp(string, key, n) == 0 ? (char *)string + n : NULL;
}

char *skip_whitespace(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

char *skip_non_whitespace(const char *s)
{
	while (*s && !isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

void bb_verror_msg(const char *s, va_list p, const char *strerr)
{
	char text[4096];

	vsnprintf(text, sizeof(text), s, p);
	(void)strerr;
}

void bb_error_msg(const char *s, ...)
{
	va_list p;

	va_start(p, s);
	bb_verror_msg(s, p, NULL);
	va_end(p);
}

void bb_perror_msg(const char *s, ...)
{
	va_list p;

	va_start(p, s);
	bb_verror_msg(s, p, strerror(errno));
	va_end(p);
}
