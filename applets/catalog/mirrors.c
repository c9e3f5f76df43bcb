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

/* Of a MAC, however it is spelled: multiplied by 2^64 over the golden ratio, which lays numbers that follow each other
 * (a room that was bought at once) evenly over the whole range (Knuth, The Art of Computer Programming 3, 6.4). */
static uint32_t hash_of_mac(const char *mac)
{
	uint64_t number = 0;

	for (; *mac; mac++)
		if (isxdigit(*mac))
			number = number << 4 | (isdigit(*mac) ? *mac - '0' : tolower(*mac) - 'a' + 10);
	return number * 0x9e3779b97f4a7c15ull >> 32;
}

/* The place below count that hash falls into when all are equally wide. */
static unsigned place(uint32_t hash, unsigned count)
{
	return (uint64_t)hash * count >> 32;
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
		unsigned j = i + place(hash, count - i);
		char *url = urls[i];

		urls[i] = urls[j];
		urls[j] = url;
		hash = (hash ^ (hash >> 15)) * 2246822519u; /* another number for the next place */
	}
}
