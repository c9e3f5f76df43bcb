/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs: what is parsed has all its parts, is shown without control bytes, and resolves.
 */
//fuzz-sources: lib/url.c lib/text.c
#include "libbb.h"
#include "lib/url.h"

static void check_clean(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

static void check_url(const char *text)
{
	struct px_url url;

	if (px_url_parse(&url, text))
		return;
	if (!url.scheme || !url.host || !url.path || !url.shown)
		abort();
	check_clean(url.shown);
	if (url.port && (atoi(url.port) < 1 || atoi(url.port) > 65535))
		abort();
	px_url_free(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	size_t half = strcspn(text, " ");
	char *base = xstrndup(text, half);
	char *resolved = px_url_resolve(base, text[half] ? text + half + 1 : "");

	check_url(text);
	check_url(base);
	check_url(resolved);
	free(resolved);
	free(base);
	free(text);
	return 0;
}
