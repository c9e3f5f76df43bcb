/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from elsewhere, made fit to print. See text.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += text.o

#include "libbb.h"
#include "lib/text.h"

char* FAST_FUNC px_text_copy(char *dst, size_t dst_bytes, const char *from, size_t len_bytes)
{
	size_t i;

	if (len_bytes > dst_bytes - 1)
		len_bytes = dst_bytes - 1;
	for (i = 0; i < len_bytes; i++)
		dst[i] = (from[i] >= ' ' && from[i] <= '~') ? from[i] : '?';
	dst[i] = '\0';
	return dst;
}

char* FAST_FUNC px_text_clean(char *text)
{
	size_t len = strlen(text);

	return px_text_copy(text, len + 1, text, len);
}

char* FAST_FUNC px_text_clean_copy(const char *text)
{
	return px_text_clean(xstrdup(text));
}

/* --- UTF-8 to ASCII */

/* U+00A0 to U+017F, one ASCII character each */
static const char latin[] ALIGN1 =
	" !c$oY|S\"c a<--r-o+23'uP.,1o>???"
	"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTs"
	"aaaaaaaceeeeiiiidnooooo/ouuuuyty"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLl"
	"LlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/* One character at *s, which is moved past it. Broken UTF-8 gives U+FFFD for one byte. */
static unsigned next_char(const unsigned char **s)
{
	static const unsigned smallest[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = *s;
	unsigned c = *p++;
	int follow, i;

	*s = p;
	if (c < 0x80)
		return c;
	follow = c >= 0xf8 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
	if (!follow)
		return 0xfffd;
	c &= 0x3f >> follow;
	for (i = 0; i < follow; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[follow])
		return 0xfffd;
	*s = p + follow;
	return c;
}

static int to_ascii(unsigned c)
{
	if (c >= 0x20 && c < 0x7f)
		return c;
	if (c == '\t')
		return ' ';
	if (c >= 0x300 && c <= 0x36f)
		return -1; /* combining mark */
	if (c >= 0xa0 && c < 0xa0 + sizeof(latin) - 1)
		return latin[c - 0xa0];
	if (c == 0x2013 || c == 0x2014)
		return '-';
	if (c == 0x2018 || c == 0x2019)
		return '\'';
	if (c == 0x201c || c == 0x201d)
		return '"';
	return '?';
}

char* FAST_FUNC px_ascii(char *text, char keep)
{
	const unsigned char *s = (unsigned char *)text;
	char *d = text;

	while (*s) {
		unsigned c = next_char(&s);
		int a = keep && c == (unsigned char)keep ? keep : to_ascii(c);

		if (a >= 0)
			*d++ = a;
	}
	*d = '\0';
	return text;
}
