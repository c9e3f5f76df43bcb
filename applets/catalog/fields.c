/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of a catalog's stanza: what each may say. See fields.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += fields.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"
#include "catalog/fields.h"
#include "disk/hint.h"

const char* FAST_FUNC px_image_id_problem(const char *id)
{
	if (isalnum(id[0]) && !isupper(id[0]) && strlen(id) <= 128
	 && !id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.+-")])
		return NULL;
	return "not an image's name ([a-z0-9][a-z0-9.+-]*)";
}

enum px_after FAST_FUNC px_after_parse(const char *text)
{
	int i = index_in_strings("reboot\0poweroff\0shell\0menu\0local\0", text);

	return i < 0 ? PX_AFTER_UNSET : PX_AFTER_REBOOT + i;
}

static const char *set_id(struct px_image *image, char *value)
{
	image->id = value;
	return px_image_id_problem(value);
}

static const char *set_title(struct px_image *image, char *value)
{
	image->title = px_ascii(value, 0);
	return NULL;
}

static const char *set_description(struct px_image *image, char *value)
{
	image->description = px_ascii(value, '\n');
	return NULL;
}

static const char *set_source(struct px_image *image, char *value)
{
	unsigned words = 0;
	char *s = value;

	image->sources = value;
	while (*(s = skip_whitespace(s))) {
		words++;
		s = skip_non_whitespace(s);
	}
	if (!words)
		return "empty";
	return words > PX_MIRRORS_MAX ? "more than 16 mirrors" : NULL;
}

static const char *set_bytes(off_t *bytes, const char *value)
{
	unsigned long long size;
	char *end;

	errno = 0;
	size = strtoull(value, &end, 10);
	if (!isdigit(value[0]) || *end || errno || size > LLONG_MAX)
		return "not a number of bytes";
	if (size == 0)
		return "an image of no bytes";
	*bytes = size;
	return NULL;
}

static const char *set_size(struct px_image *image, char *value)
{
	return set_bytes(&image->size_bytes, value);
}

static const char *set_need(struct px_image *image, char *value)
{
	return set_bytes(&image->need_bytes, value);
}

static const char *set_digest(struct px_digest *digest, const char *value)
{
	return px_digest_parse(digest, value) == 0 ? NULL : "not 64 hexadecimal digits";
}

static const char *set_sha256(struct px_image *image, char *value)
{
	return set_digest(&image->digest, value);
}

static const char *set_source_sha256(struct px_image *image, char *value)
{
	return set_digest(&image->source_digest, value);
}

static const char *set_bmap_sha256(struct px_image *image, char *value)
{
	return set_digest(&image->bmap_digest, value);
}

static const char *set_reference(const char **field, char *value)
{
	*field = value;
	return NULL;
}

static const char *set_bmap(struct px_image *image, char *value)
{
	return set_reference(&image->bmap, value);
}

static const char *set_init(struct px_image *image, char *value)
{
	return set_reference(&image->init, value);
}

static const char *set_archive(struct px_image *image, char *value)
{
	return set_reference(&image->archive, value);
}

static const char *set_post(struct px_image *image, char *value)
{
	return set_reference(&image->post, value);
}

static const char *set_init_digest(struct px_image *image, char *value)
{
	return px_digest_parse(&image->init_digest, value) == 0 ? NULL : "not 64 hexadecimal digits";
}

static const char *set_post_digest(struct px_image *image, char *value)
{
	return px_digest_parse(&image->post_digest, value) == 0 ? NULL : "not 64 hexadecimal digits";
}

static const char *set_spread(struct px_image *image, char *value)
{
	image->in_order = strcmp(value, "no") == 0;
	return image->in_order || strcmp(value, "yes") == 0 ? NULL : "neither yes nor no";
}

static const char *set_disk(struct px_image *image, char *value)
{
	struct px_hint *hint;
	char *why = NULL;

	image->disk = value;
	hint = px_hint_parse(value, &why);
	px_hint_free(hint);
	free(why);
	return hint ? NULL : "not a disk hint";
}

static const char *set_grow(struct px_image *image, char *value)
{
	image->grow = strcmp(value, "yes") == 0;
	return image->grow || strcmp(value, "no") == 0 ? NULL : "neither yes nor no";
}

static const char *set_boot(struct px_image *image, char *value)
{
	image->boot_any = strcmp(value, "any") == 0;
	return image->boot_any || strcmp(value, "this") == 0 ? NULL : "neither this nor any";
}

static const char *set_after(struct px_image *image, char *value)
{
	image->after = px_after_parse(value);
	return image->after ? NULL : "not one of reboot, local, poweroff, shell, menu";
}

static const struct px_field fields[] = {
	{ "Image", PX_FIELD_WORD, set_id },
	{ "Title", PX_FIELD_TEXT, set_title },
	{ "Description", PX_FIELD_TEXT, set_description },
	{ "Source", PX_FIELD_LIST, set_source },
	{ "Size", PX_FIELD_WORD, set_size },
	{ "Need", PX_FIELD_WORD, set_need },
	{ "SHA256", PX_FIELD_WORD, set_sha256 },
	{ "Source-SHA256", PX_FIELD_WORD, set_source_sha256 },
	{ "Bmap", PX_FIELD_WORD, set_bmap },
	{ "Bmap-SHA256", PX_FIELD_WORD, set_bmap_sha256 },
	{ "Disk", PX_FIELD_LIST, set_disk },
	{ "Grow", PX_FIELD_WORD, set_grow },
	{ "Boot", PX_FIELD_WORD, set_boot },
	{ "After", PX_FIELD_WORD, set_after },
	{ "Init", PX_FIELD_WORD, set_init },
	{ "Archive", PX_FIELD_WORD, set_archive },
	{ "Post", PX_FIELD_WORD, set_post },
	{ "Init-SHA256", PX_FIELD_WORD, set_init_digest },
	{ "Post-SHA256", PX_FIELD_WORD, set_post_digest },
	{ "Spread", PX_FIELD_WORD, set_spread },
};

const struct px_field* FAST_FUNC px_field_find(const char *name, unsigned *number)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strcasecmp(fields[i].name, name) == 0) {
			*number = i;
			return &fields[i];
		}
	}
	return NULL;
}
