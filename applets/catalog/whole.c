/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A catalog is looked at. See whole.h; renewal.c changes it.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG) += whole.o

#include "libbb.h"
#include "catalog/whole.h"
#include "lib/text.h"

struct px_catalog* FAST_FUNC px_whole_parse(const struct px_whole *whole, const char *text, size_t len_bytes)
{
	char *copy = xmalloc(len_bytes + 1);

	memcpy(copy, text, len_bytes);
	copy[len_bytes] = '\0';
	return px_catalog_parse(copy, len_bytes, whole->path);
}

void FAST_FUNC px_whole_warn(const struct px_whole *whole, const struct px_catalog *catalog)
{
	if (catalog->warnings)
		bb_error_msg("%s:%u: warning: unknown field %s (and %u more)", bb_basename(whole->path),
				catalog->warning_line,
				catalog->warning_field, catalog->warnings - 1);
}

enum px_status FAST_FUNC px_whole_problem(const struct px_catalog *catalog, const struct px_image *image)
{
	char *problem = px_text_clean(px_image_problem(catalog, image));

	bb_simple_error_msg(problem);
	free(problem);
	return PX_PROTOCOL;
}

enum px_status FAST_FUNC px_whole_check_image(struct px_whole *whole, const struct px_catalog *catalog,
		const struct px_image *image)
{
	whole->files.catalog = catalog;
	whole->files.folder = whole->folder;
	return image->problem ? px_whole_problem(catalog, image) : px_files_check(&whole->files, image);
}

/* --- Machine: stanzas */

/* A word of Machine, and the line of its stanza. */
struct name {
	const char *word;
	unsigned line;
};

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = strcasecmp(x->word, y->word);

	return order ? order : (int)(x->line > y->line) - (int)(x->line < y->line);
}

/* The words of all stanzas, sorted; the words lie in texts. */
static struct name *sorted_names(const struct px_catalog *catalog, char **texts, unsigned *count)
{
	struct name *names = NULL;
	unsigned i;

	*count = 0;
	for (i = 0; i < catalog->machine_count; i++) {
		char *rest = texts[i] = xstrdup(catalog->machines[i].who), *word;

		while ((word = strsep(&rest, " \t\n")) != NULL) {
			if (!word[0])
				continue;
			names = xrealloc_vector(names, 6, *count);
			names[(*count)++] = (struct name){ word, catalog->machines[i].line };
		}
	}
	if (*count)
		qsort(names, *count, sizeof(*names), compare_names);
	return names;
}

/* A machine that two stanzas name follows neither. */
static enum px_status check_twins(const struct px_whole *whole, const struct px_catalog *catalog)
{
	char **texts = xzalloc((catalog->machine_count + 1) * sizeof(*texts));
	enum px_status status = PX_OK;
	unsigned count, i;
	struct name *names = sorted_names(catalog, texts, &count);

	for (i = 1; i < count; i++) {
		if (strcasecmp(names[i - 1].word, names[i].word) != 0 || names[i - 1].line == names[i].line)
			continue;
		bb_error_msg("%s:%u: Machine: %s: named in line %u, too", bb_basename(whole->path), names[i].line,
				names[i].word, names[i - 1].line);
		status = PX_PROTOCOL;
	}
	for (i = 0; i < catalog->machine_count; i++)
		free(texts[i]);
	free(texts);
	free(names);
	return status;
}

/* Prints field and problem of a stanza; NULL: there is none. */
static enum px_status say(const struct px_whole *whole, unsigned line, const char *field, const char *problem)
{
	if (!problem)
		return PX_OK;
	bb_error_msg("%s:%u: %s%s%s", bb_basename(whole->path), line, field, field[0] ? ": " : "", problem);
	return PX_PROTOCOL;
}

static enum px_status check_order(const struct px_whole *whole, const struct px_catalog *catalog,
		const struct px_order *order)
{
	if (order->problem)
		return say(whole, order->problem_line, order->problem_field, order->problem);
	if (order->image && !px_catalog_find(catalog, order->image))
		return say(whole, order->line, "Image", "no such image in this catalog");
	return PX_OK;
}

enum px_status FAST_FUNC px_whole_check_orders(const struct px_whole *whole, const struct px_catalog *catalog)
{
	const struct px_header *header = &catalog->header;
	enum px_status status = say(whole, header->problem_line, header->problem_field, header->problem);
	unsigned i;

	for (i = 0; i < catalog->machine_count; i++) {
		enum px_status one = check_order(whole, catalog, &catalog->machines[i]);

		status = status ? status : one;
	}
	return status ? status : check_twins(whole, catalog);
}
