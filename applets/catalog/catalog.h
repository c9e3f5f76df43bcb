/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalog: the list of images that the server offers, stanzas as in Debian's control files (deb822(5); the fields
 * are in docs/images.md). One bad stanza never hides the others: it stays in the list with the reason why it cannot be
 * used.
 */
#ifndef PX_CATALOG_H
#define PX_CATALOG_H 1

#include "catalog/header.h"
#include "catalog/image.h"
#include "catalog/machine.h"

enum {
	PX_CATALOG_BYTES_LEAST = 16 << 20, /* every machine takes one of that size */
	PX_CATALOG_BYTES_MAX = 64 << 20,   /* one with a GiB of memory takes this: 1 KiB for each of the images */
	PX_IMAGES_MAX = 1 << 16,
};

struct px_catalog {
	char *url;
	char *shown;                /* url without user and password: for people */
	smallint remote;            /* it came over the network */
	char *text;                 /* owned: the fields point into it */
	struct px_header header;    /* line 0: none */
	struct px_order *machines;
	unsigned machine_count;
	struct px_image *images;
	unsigned count;
	unsigned unusable;
	unsigned warnings;          /* unknown fields */
	unsigned warning_line;      /* of the first one */
	const char *warning_field;
};

/* Parses text (malloced, NUL after len_bytes; taken over). url: the catalog's own, for relative ones (copied).
 * Never fails: a text that is no catalog gives one or no image, with the reason. */
struct px_catalog *px_catalog_parse(char *text, size_t len_bytes, const char *url) FAST_FUNC;
void px_catalog_free(struct px_catalog *catalog) FAST_FUNC;

/* The image with that id, or NULL. */
struct px_image *px_catalog_find(const struct px_catalog *catalog, const char *id) FAST_FUNC;

/* "images:12: Size: not a number" for an unusable image; malloced, caller frees. */
char *px_image_problem(const struct px_catalog *catalog, const struct px_image *image) FAST_FUNC;

/* The mirrors, absolute; malloced array of malloced strings, NULL at the end. */
char **px_image_urls(const struct px_catalog *catalog, const struct px_image *image) FAST_FUNC;

/* Puts urls (of px_image_urls) into the order for the machine with that MAC (NULL: not known): it starts with
 * mirror number hash(MAC) mod count, so that a room is shared by all servers, and goes on in an order of its own,
 * so that no single server gets all machines of one that fails. Multicast, which gives a file from its start only,
 * comes before all others. As written where the image says Spread: no. */
void px_image_spread(const struct px_image *image, char **urls, const char *mac) FAST_FUNC;

/* Whether it has mirrors, all of them multicast: nothing could bring what a machine misses of that. */
int px_image_is_multicast_only(const struct px_image *image) FAST_FUNC;

#endif
