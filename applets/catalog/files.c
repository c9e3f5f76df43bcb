/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stanza against its files. See files.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG) += files.o

#include "libbb.h"
#include "catalog/files.h"
#include "catalog/local.h"
#include "catalog/script.h"
#include "lib/text.h"
#include "verify/sha256.h"

static enum px_status worse(enum px_status so_far, enum px_status status)
{
	return so_far != PX_OK ? so_far : status;
}

static enum px_status not_so(const struct px_files *files, const char *what, const char *is, const char *said)
{
	bb_error_msg("%s: the file's %s is %s, the catalog says %s", files->shown, what, is, said);
	return PX_DATA;
}

static enum px_status check_digest(const struct px_files *files, const char *what, const uint8_t *is,
		const struct px_digest *said)
{
	char is_hex[65], said_hex[65];

	if (!said->known || memcmp(is, said->sha256, 32) == 0)
		return PX_OK;
	*bin2hex(is_hex, (const char *)is, 32) = '\0';
	*bin2hex(said_hex, (const char *)said->sha256, 32) = '\0';
	return not_so(files, what, is_hex, said_hex);
}

static enum px_status bytes_differ(const struct px_files *files, const char *what, off_t is_bytes, off_t said_bytes)
{
	char is[sizeof(off_t) * 3], said[sizeof(off_t) * 3];

	sprintf(is, "%"OFF_FMT"u", is_bytes);
	sprintf(said, "%"OFF_FMT"u", said_bytes);
	return not_so(files, what, is, said);
}

/* facts of one file against the stanza. */
static enum px_status check_facts(const struct px_files *files, const struct px_image *image,
		const struct px_facts *facts)
{
	enum px_status status = check_digest(files, "SHA-256", facts->source_sha256, &image->source_digest);

	if (image->size_bytes >= 0 && facts->size_bytes != image->size_bytes)
		status = worse(status, bytes_differ(files, "size, decoded,", facts->size_bytes, image->size_bytes));
	status = worse(status, check_digest(files, "SHA-256, decoded,", facts->sha256, &image->digest));
	if (image->need_bytes >= 0 && facts->used_bytes > image->need_bytes)
		status = worse(status, bytes_differ(files, "last byte in use", facts->used_bytes, image->need_bytes));
	/* The image's hash is of other bytes than those that the map lets through to the disk. */
	if (!facts->holes_are_zero && image->digest.known && !image->bmap_digest.known) {
		bb_error_msg("%s: has data where its block map %s has a hole", files->shown, image->bmap);
		status = worse(status, PX_DATA);
	}
	if (!facts->world_readable)
		bb_error_msg("%s: warning: not readable by everybody: a server of another user will not deliver it",
				files->shown);
	return status;
}

static enum px_status check_image_file(const struct px_files *files, const struct px_image *image, const char *path,
		const struct px_bmap *bmap)
{
	int wanted = (image->source_digest.known ? PX_FACT_SOURCE_SHA256 : 0)
		| (image->digest.known ? PX_FACT_SHA256 : 0);
	struct px_facts facts;
	enum px_status status = PX_OK;

	if (files->known_path && strcmp(files->known_path, path) == 0)
		facts = files->known;
	else
		status = px_facts_read(&facts, path, files->shown, wanted, bmap);
	return status == PX_OK ? check_facts(files, image, &facts) : status;
}

/* The path of reference on this machine, malloc'ed; NULL: it is elsewhere, which is said. Sets files->shown for what
 * follows. */
static char *find(struct px_files *files, const struct px_image *image, const char *field, const char *reference)
{
	char *path = px_local_path(files->folder, reference);

	free(files->shown);
	files->shown = px_text_clean(xasprintf("%s:%u: %s: %s", bb_basename(files->catalog->url), image->line, field,
			reference));
	if (!path)
		bb_error_msg("%s: on another server, not checked", files->shown);
	return path;
}

/* The block map, or NULL: none, elsewhere, or not to be used (*status). */
static struct px_bmap *check_bmap(struct px_files *files, const struct px_image *image, enum px_status *status)
{
	char *path = image->bmap ? find(files, image, "Bmap", image->bmap) : NULL, *text;
	struct px_bmap *bmap = NULL;
	uint8_t sum[32];
	size_t len_bytes;

	if (!path)
		return NULL;
	text = px_local_read(path, files->shown, PX_BMAP_MAX_BYTES, &len_bytes, status);
	if (text) {
		px_sha256_of(text, len_bytes, sum);
		*status = check_digest(files, "SHA-256", sum, &image->bmap_digest);
		bmap = px_bmap_parse(text, len_bytes, files->shown);
		if (!bmap)
			*status = PX_DATA;
	}
	free(text);
	free(path);
	return bmap;
}

/* Read, not run, by the shell that is on the machine: this binary's. */
static const char *sh_problem(char *path)
{
	char *argv[] = { (char *)"ash", (char *)"-n", path, NULL };
	pid_t pid;

	if (!ENABLE_ASH)
		return NULL;
	pid = xvfork();
	if (pid == 0) {
		execv(bb_busybox_exec_path, argv);
		_exit(127);
	}
	return wait4pid(pid) != 0 ? "sh finds a mistake in it" : NULL;
}

static enum px_status check_script(struct px_files *files, const struct px_image *image, const char *field,
		const char *reference, const struct px_digest *digest)
{
	enum px_status status = PX_OK;
	char *path = reference ? find(files, image, field, reference) : NULL, *text;
	const char *problem;
	uint8_t sum[32];
	size_t len_bytes;

	if (!path)
		return PX_OK;
	text = px_local_read(path, files->shown, PX_SCRIPT_BYTES_MAX, &len_bytes, &status);
	if (text) {
		px_sha256_of(text, len_bytes, sum);
		status = check_digest(files, "SHA-256", sum, digest);
		problem = px_script_problem(text, len_bytes);
		if (!problem)
			problem = sh_problem(path);
		if (problem) {
			bb_error_msg("%s: %s", files->shown, problem);
			status = PX_DATA;
		}
	}
	free(text);
	free(path);
	return status;
}

/* Every mirror of the image, or the archive, that lies here. */
static enum px_status check_files(struct px_files *files, const struct px_image *image,
		const struct px_bmap *bmap)
{
	const char *field = image->archive ? "Archive" : "Source";
	char *words = xstrdup(image->archive ? image->archive : image->sources ? image->sources : "");
	char *word, *rest = words;
	enum px_status status = PX_OK;

	while ((word = strsep(&rest, " \t\n")) != NULL) {
		char *path = *word ? find(files, image, field, word) : NULL;

		if (path)
			status = worse(status, check_image_file(files, image, path, bmap));
		free(path);
	}
	free(words);
	return status;
}

enum px_status FAST_FUNC px_files_check(struct px_files *files, const struct px_image *image)
{
	enum px_status status = PX_OK;
	struct px_bmap *bmap;

	bmap = check_bmap(files, image, &status);
	status = worse(status, check_files(files, image, bmap));
	status = worse(status, check_script(files, image, "Init", image->init, &image->init_digest));
	status = worse(status, check_script(files, image, "Post", image->post, &image->post_digest));
	px_bmap_free(bmap);
	free(files->shown);
	files->shown = NULL;
	return status;
}
