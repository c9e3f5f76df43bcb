/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mirrors of an image, and which of them a machine starts with. See catalog.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += mirrors.o

#include "libbb.h"
#include "catalog/catalog.h"
#include "lib/url.h"

char** FAST_FUNC px_image_urls(const struct px_catalog *catalog, const struct px_image *image)
{
	char **urls = xzalloc((PX_MIRRORS_MAX + 1) * sizeof(*urls));
	const char *s = image->sources ? image->sources : "";
	unsigned n = 0;

	while (n < PX_MIRRORS_MAX && *(s = skip_whitespace(s))) {
		char *end = skip_non_whitespace(s);
		char *word = xstrndup(s, end - s);

		urls[n++] = px_url_resolve(catalog->url, word);
		free(word);
		s = end;
	}
	return urls;
}

int FAST_FUNC px_image_is_multicast_only(const struct px_image *image)
{
	const char *s = image->sources;
	int count = 0;

	for (; s && *(s = skip_whitespace(s)); s = skip_non_whitespace(s), count++)
		if (!px_url_is_multicast(s))
			return 0;
	return count > 0;
}

/* --- which mirror first */

/* FNV-1a over the digits of a MAC, however it is spelled. */
static uint32_t hash_of_mac(const char *mac)
{
	uint32_t hash = 2166136261u;

	for (; *mac; mac++)
		if (isxdigit(*mac))
			hash = (hash ^ (uint8_t)tolower(*mac)) * 16777619u;
	return hash;
}

/* Multicast first, wherever it stands: it gives a file from its start only. Returns how many of urls that are. */
static unsigned put_multicast_first(char **urls)
{
	unsigned first = 0, i;

	for (i = 0; urls[i]; i++) {
		char *url = urls[i];

		if (!px_url_is_multicast(url))
			continue;
		memmove(urls + first + 1, urls + first, (i - first) * sizeof(*urls));
		urls[first++] = url;
	}
	return first;
}

void FAST_FUNC px_image_spread(const struct px_image *image, char **urls, const char *mac)
{
	unsigned count = 0, i;
	uint32_t hash;

	if (image->in_order)
		return;
	urls += put_multicast_first(urls);
	while (urls[count])
		count++;
	if (!mac || count < 2)
		return;
	hash = hash_of_mac(mac);
	for (i = 0; i < count - 1; i++) {
		unsigned j = i + hash % (count - i);
		char *url = urls[i];

		urls[i] = urls[j];
		urls[j] = url;
		hash = (hash ^ (hash >> 15)) * 2246822519u; /* another number for the next place */
	}
}
