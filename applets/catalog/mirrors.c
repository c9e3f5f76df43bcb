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

void FAST_FUNC px_image_spread(const struct px_image *image, char **urls, const char *mac)
{
	unsigned count = 0, i;
	uint32_t hash;

	while (urls[count])
		count++;
	if (image->in_order || !mac || count < 2)
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
