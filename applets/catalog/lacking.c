/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes and sums that a stanza lacks. See lacking.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG_SIGN) += lacking.o

#include "libbb.h"
#include "catalog/facts.h"
#include "catalog/lacking.h"
#include "catalog/local.h"
#include "verify/sha256.h"

static void add(struct px_lacking *lacking, const char *name, char *value)
{
	lacking->fields[lacking->count++] = (struct px_field){ name, value };
}

static void add_sum(struct px_lacking *lacking, const char *name, const uint8_t *sum)
{
	char *hex = xzalloc(65);

	bin2hex(hex, (const char *)sum, 32);
	add(lacking, name, hex);
}

/* The first file of Source or Archive that is named as one of this server; malloc'ed, or NULL. */
static char *first_file(const char *folder, const struct px_image *image)
{
	char *words = xstrdup(image->archive ? image->archive : image->sources ? image->sources : "");
	char *rest = words, *word, *path = NULL;

	while (!path && (word = strsep(&rest, " \t\n")) != NULL)
		path = *word ? px_local_path(folder, word) : NULL;
	free(words);
	return path;
}

static enum px_status find_facts(struct px_lacking *lacking, const char *folder, const struct px_image *image)
{
	char *path = first_file(folder, image);
	enum px_status status = PX_OK;
	struct px_facts facts;

	if (path && access(path, F_OK) == 0
	 && (image->size_bytes < 0 || !image->digest.known || !image->source_digest.known)) {
		status = px_facts_read(&facts, path, path, PX_FACT_SOURCE_SHA256 | PX_FACT_SHA256, NULL);
		if (status == PX_OK && image->size_bytes < 0)
			add(lacking, "Size", xasprintf("%"OFF_FMT"u", facts.size_bytes));
		if (status == PX_OK && !image->source_digest.known)
			add_sum(lacking, "Source-SHA256", facts.source_sha256);
		if (status == PX_OK && !image->digest.known)
			add_sum(lacking, "SHA256", facts.sha256);
	}
	free(path);
	return status;
}

static void find_sum(struct px_lacking *lacking, const char *folder, const char *name, const char *reference,
		const struct px_digest *digest)
{
	char *path = reference && !digest->known ? px_local_path(folder, reference) : NULL, *text = NULL;
	size_t len_bytes = PX_BMAP_MAX_BYTES;
	uint8_t sum[32];

	if (path)
		text = xmalloc_open_read_close(path, &len_bytes);
	if (text) {
		px_sha256_of(text, len_bytes, sum);
		add_sum(lacking, name, sum);
	}
	free(text);
	free(path);
}

enum px_status FAST_FUNC px_lacking_find(struct px_lacking *lacking, const char *folder, const struct px_image *image)
{
	enum px_status status = find_facts(lacking, folder, image);

	if (status != PX_OK)
		return status;
	find_sum(lacking, folder, "Bmap-SHA256", image->bmap, &image->bmap_digest);
	find_sum(lacking, folder, "Init-SHA256", image->init, &image->init_digest);
	find_sum(lacking, folder, "Post-SHA256", image->post, &image->post_digest);
	return PX_OK;
}
