/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: the catalog's parser. Whatever the server sends, every image has a reason or can be used, and no text of
 * it can move a terminal's cursor.
 */
//fuzz-sources: catalog/catalog.c catalog/fields.c catalog/mirrors.c catalog/header.c catalog/machine.c
//fuzz-sources: lib/url.c lib/text.c disk/hint.c verify/check.c lib/stream.c
#include "libbb.h"
#include "lib/text.h"
#include "catalog/catalog.h"

static void must(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "catalog: %s\n", what);
	abort();
}

static void must_be_quiet(const char *text, const char *what)
{
	for (; text && *text; text++)
		must((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t' || *text == '\r', what);
}

static void must_be_ascii(const char *text, const char *what)
{
	must_be_quiet(text, what);
	for (; *text; text++)
		must((unsigned char)*text < 0x7f, what);
}

static void check_image(const struct px_catalog *catalog, const struct px_image *image)
{
	char **urls = px_image_urls(catalog, image), **u;

	must_be_quiet(image->id, "id");
	must_be_ascii(image->description, "description");
	must_be_quiet(image->title, "title");
	must_be_quiet(image->disk, "disk");
	must_be_quiet(image->bmap, "bmap");
	must(image->line > 0, "line");
	for (u = urls; *u; u++) {
		must_be_quiet(*u, "url");
		must(**u != '\0', "empty url");
		free(*u);
	}
	must(u - urls <= PX_MIRRORS_MAX, "mirrors");
	free(urls);
	if (image->problem) {
		char *problem = px_image_problem(catalog, image);

		must(image->problem_line >= image->line, "problem before its stanza");
		must_be_quiet(problem, "problem");
		free(problem);
		return;
	}
	must(image->id[0] && (image->sources || image->init), "usable without name, source and script");
	must(px_catalog_find(catalog, image->id) != NULL, "not found");
}

static void check_header(const struct px_header *header)
{
	char text[PX_TIME_BYTES_TEXT];

	must_be_ascii(header->name, "whose");
	must(header->serial <= PX_SERIAL_MAX, "serial");
	if (header->date_s >= 0)
		must(px_time_parse(px_time_print(text, header->date_s)) == header->date_s, "date");
	must(!header->problem || header->problem_line >= header->line, "problem before the header");
}

static void check_machine(const struct px_order *machine, const struct px_header *header)
{
	must(machine->line > 0 && machine->who, "machine");
	must_be_quiet(machine->who, "who");
	must_be_quiet(machine->image, "machine's image");
	must_be_quiet(machine->disk, "machine's disk");
	px_machine_is(machine, "52:54:00:12:34:56", "S1", "");
	if (machine->problem)
		must(machine->problem_line >= machine->line, "problem before its machine");
	else if (machine->auto_until_s >= 0)
		must(machine->image && machine->auto_until_s <= header->date_s + PX_AUTO_AHEAD_S, "auto for ever");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmalloc(size + 1);
	struct px_catalog *catalog;
	unsigned i, unusable = 0;

	ASSIGN_CONST_PTR(&bb_errno, __errno_location()); /* as BusyBox's main would */
	memcpy(text, data, size);
	text[size] = '\0';
	catalog = px_catalog_parse(text, size, "http://server/dir/images");
	for (i = 0; i < catalog->count; i++) {
		check_image(catalog, &catalog->images[i]);
		unusable += catalog->images[i].problem != NULL;
	}
	must(unusable == catalog->unusable, "unusable");
	check_header(&catalog->header);
	for (i = 0; i < catalog->machine_count; i++)
		check_machine(&catalog->machines[i], &catalog->header);
	px_catalog_free(catalog);
	return 0;
}
