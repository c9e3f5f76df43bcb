/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxcatalog: writes and checks the catalog of a server, with the code that reads it on the machine.
 *
 * A stanza is written only when it is right: `add` builds the new text, reads it as a machine does, holds the stanza
 * against its files, and only then puts it in the place of the old text.
 */
//applet:IF_PX_CATALOG(APPLET(pxcatalog, BB_DIR_USR_BIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_CATALOG) += pxcatalog.o
//usage:#define pxcatalog_trivial_usage
//usage:       "add IMAGES FILE [FIELD=VALUE]...\n"
//usage:       "or: pxcatalog check" IF_PX_CATALOG_SIGN(" [-k KEY.pub]") " IMAGES\n"
//usage:       "or: pxcatalog list IMAGES"
//usage:	IF_PX_CATALOG_SIGN(
//usage:       "\nor: pxcatalog hashes IMAGES\n"
//usage:       "or: pxcatalog sign -k KEY [-d DAYS] IMAGES"
//usage:	)
//usage:#define pxcatalog_full_usage "\n\n"
//usage:       "The catalog of images that a server offers: IMAGES, in the folder that it hands out\n"
//usage:     "\n	add	Write or replace the stanza of FILE (with Init=: of the archive FILE): Image is"
//usage:     "\n		its name unless given; Source, Size and sums are found out, or must be right"
//usage:     "\n	check	Hold every file that IMAGES names against it: there, size, sums, block map, scripts"
//usage:     "\n	list	One line an image: name, bytes, title, and why it cannot be used"
//usage:	IF_PX_CATALOG_SIGN(
//usage:     "\n	hashes	Add the sizes and sums that stanzas lack, of the files that lie here"
//usage:     "\n	sign	The same; raise Serial, set Date and Valid-Until (in DAYS, default 30), check all,"
//usage:     "\n		sign with KEY of ssh-keygen, minisign or signify into IMAGES.sig"
//usage:	)
//usage:     "\n"
//usage:     "\nExit status: 0 all is right, 2 usage, 3 cannot read or write, 5 signature, 7 bad catalog,"
//usage:     "\n8 a file is missing, 9 a file is not what the catalog says, 10 refused"
#include "libbb.h"
#include <sys/file.h>
#include "catalog/catalog.h"
#include "catalog/local.h"
#include "catalog/script.h"
#include "catalog/signing.h"
#include "catalog/stanza.h"
#include "catalog/whole.h"
#include "lib/text.h"
#include "verify/sha256.h"

enum { FIELDS_MAX = 40 };

struct globals {
	struct px_whole whole;
	struct px_field fields[FIELDS_MAX];
	unsigned field_count;
	char *key;                 /* -k, or NULL */
	unsigned days;             /* -d */
};
#define G (*ptr_to_globals)

static enum px_status worse(enum px_status so_far, enum px_status status)
{
	return so_far != PX_OK ? so_far : status;
}

/* --- reading */

static void load(void)
{
	enum px_status status;

	G.whole.text = px_local_read(G.whole.path, G.whole.path, PX_CATALOG_BYTES_MAX, &G.whole.len_bytes, &status);
	if (!G.whole.text) {
		xfunc_error_retval = status == PX_SERVER ? PX_IO : status;
		xfunc_die();
	}
}

/* --- checking */

static enum px_status check(void)
{
	struct px_catalog *catalog;
	enum px_status status = PX_OK;
	unsigned i, wrong = 0;

	catalog = px_whole_parse(&G.whole, G.whole.text, G.whole.len_bytes);
	px_whole_warn(&G.whole, catalog);
	status = px_whole_check_orders(&G.whole, catalog);
	for (i = 0; i < catalog->count; i++) {
		enum px_status one = px_whole_check_image(&G.whole, catalog, &catalog->images[i]);

		wrong += one != PX_OK;
		status = worse(status, one);
	}
	printf("%s: %u images, %u of them not as they should be\n", G.whole.path, catalog->count, wrong);
	return status;
}

static enum px_status list(void)
{
	struct px_catalog *catalog;
	unsigned i;

	catalog = px_whole_parse(&G.whole, G.whole.text, G.whole.len_bytes);
	for (i = 0; i < catalog->count; i++) {
		const struct px_image *image = &catalog->images[i];
		char *id = px_text_clean_copy(image->id);
		char *title = px_text_clean_copy(image->title);
		char *problem = image->problem ? px_text_clean(px_image_problem(catalog, image)) : xzalloc(1);

		printf("%s\t", id);
		if (image->size_bytes >= 0)
			printf("%"OFF_FMT"u", image->size_bytes);
		printf("\t%s\t%s\n", title, problem);
		free(problem);
		free(title);
		free(id);
	}
	return PX_OK;
}

/* --- adding */

static const char *given(const char *name)
{
	unsigned i;

	for (i = 0; i < G.field_count; i++)
		if (strcasecmp(G.fields[i].name, name) == 0)
			return G.fields[i].value;
	return NULL;
}

static void take(const char *name, const char *value)
{
	struct px_field *field = &G.fields[G.field_count];
	const char *problem;

	if (G.field_count == FIELDS_MAX)
		bb_simple_error_msg_and_die("too many fields");
	field->name = name;
	field->value = value;
	problem = px_field_problem(field);
	if (!problem && given(name))
		problem = "given twice";
	if (problem) {
		char *shown = px_text_clean_copy(name);
		bb_error_msg_and_die("%s: %s", shown, problem);
	}
	G.field_count++;
}

/* Adds a field that was not given. */
static void found_out(const char *name, const char *value)
{
	if (!given(name))
		take(name, value);
}

static void found_out_sha256(const char *name, const uint8_t *sum)
{
	char *hex = xzalloc(65);

	bin2hex(hex, (const char *)sum, 32);
	found_out(name, hex);
}

/* "debian-13" for /srv/tftp/Debian-13.img.zst */
static char *id_of(const char *file)
{
	static const char packed[] ALIGN1 = ".zst\0.gz\0.xz\0.bz2\0.lz4\0.tar\0.img\0.raw\0.iso\0";
	char *id = xstrdup(bb_basename(file)), *end;
	const char *ending;
	int found = 1;

	while (found) {
		found = 0;
		for (ending = packed; *ending; ending += strlen(ending) + 1) {
			end = is_suffixed_with(id, ending);
			if (end && end != id) {
				*end = '\0';
				found = 1;
			}
		}
	}
	for (end = id; *end; end++)
		*end = tolower(*end);
	return id;
}

static void take_fields(const char *file, char **argv)
{
	char *id = id_of(file);
	unsigned i;

	G.fields[G.field_count++] = (struct px_field){ "Image", id };
	for (; *argv; argv++) {
		char *value = strchr(*argv, '=');

		if (!value)
			bb_show_usage();
		*value++ = '\0';
		if (strcasecmp(*argv, "Image") == 0 && G.fields[0].value == id)
			G.fields[0].value = value;
		else
			take(*argv, value);
	}
	for (i = 0; i < G.field_count; i++)
		if (px_field_problem(&G.fields[i]))
			bb_error_msg_and_die("%s: %s", G.fields[i].name, px_field_problem(&G.fields[i]));
}

/* The block map that is given: it goes into the facts, and its sum into the stanza. */
static struct px_bmap *given_bmap(enum px_status *status)
{
	const char *reference = given("Bmap");
	char *path = reference ? px_local_path(G.whole.folder, reference) : NULL, *text;
	struct px_bmap *bmap = NULL;
	uint8_t sum[32];
	size_t len_bytes;

	if (!path)
		return NULL;
	text = px_local_read(path, path, PX_BMAP_MAX_BYTES, &len_bytes, status);
	if (text) {
		px_sha256_of(text, len_bytes, sum);
		found_out_sha256("Bmap-SHA256", sum);
		bmap = px_bmap_parse(text, len_bytes, path);
		if (!bmap)
			*status = PX_DATA;
	}
	free(text);
	free(path);
	return bmap;
}

/* The sum of a script that is given; one that cannot be read is told by the check. */
static void take_script(const char *field, const char *sum_field)
{
	const char *reference = given(field);
	char *path = reference ? px_local_path(G.whole.folder, reference) : NULL, *text = NULL;
	size_t len_bytes = PX_SCRIPT_BYTES_MAX + 1;
	uint8_t sum[32];

	if (path && !given(sum_field))
		text = xmalloc_open_read_close(path, &len_bytes);
	if (text) {
		px_sha256_of(text, len_bytes, sum);
		found_out_sha256(sum_field, sum);
	}
	free(text);
	free(path);
}

/* What the stanza says of FILE. */
static enum px_status take_facts(const char *file)
{
	const char *field = given("Init") ? "Archive" : "Source";
	enum px_status status = PX_OK;
	struct px_bmap *bmap;

	if (!given(field)) {
		char *reference = px_local_reference(G.whole.folder, file);

		if (!reference) {
			bb_error_msg("%s: not in %s, or a folder in it: no machine could get it from there", file,
					G.whole.folder);
			return access(file, F_OK) == 0 ? PX_TARGET : PX_IO;
		}
		take(field, reference);
		G.whole.files.known_path = px_local_path(G.whole.folder, reference);
	}
	bmap = given_bmap(&status);
	if (status == PX_OK)
		status = px_facts_read(&G.whole.files.known, file, file, PX_FACT_SOURCE_SHA256 | PX_FACT_SHA256, bmap);
	px_bmap_free(bmap);
	if (status != PX_OK)
		return status == PX_SERVER ? PX_IO : status;
	found_out("Size", xasprintf("%"OFF_FMT"u", G.whole.files.known.size_bytes));
	found_out_sha256("Source-SHA256", G.whole.files.known.source_sha256);
	found_out_sha256("SHA256", G.whole.files.known.sha256);
	take_script("Init", "Init-SHA256");
	take_script("Post", "Post-SHA256");
	return PX_OK;
}

/* The new text must be a catalog in which this image is right and nothing else has become an image or vanished. */
static enum px_status check_new(const char *text, size_t len_bytes, const char *id, int replaced)
{
	struct px_catalog *before = px_whole_parse(&G.whole, G.whole.text ? G.whole.text : "", G.whole.len_bytes);
	struct px_catalog *after = px_whole_parse(&G.whole, text, len_bytes);
	struct px_image *image = px_catalog_find(after, id);

	px_whole_warn(&G.whole, after);
	if (len_bytes > PX_CATALOG_BYTES_MAX || after->count > PX_IMAGES_MAX) {
		bb_error_msg("%s: the catalog is full", G.whole.path);
		return PX_TARGET;
	}
	if (image && image->problem) {
		px_whole_problem(after, image);
		return PX_USAGE;
	}
	if (!image || after->count != before->count + !replaced) {
		bb_error_msg("%s: this stanza would not be read as it is written", G.whole.path);
		return PX_USAGE;
	}
	return px_whole_check_image(&G.whole, after, image);
}

/* Two of us at once would lose what one of them wrote. Held until this process ends. */
static void lock_folder(void)
{
	int fd = open(G.whole.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		bb_perror_msg_and_die("%s: cannot lock", G.whole.folder);
}

static enum px_status add(const char *file, char **argv)
{
	enum px_status status;
	size_t len_bytes;
	int replaced;
	char *text;

	take_fields(file, argv);
	status = take_facts(file);
	if (status != PX_OK)
		return status;
	text = px_stanza_put(G.whole.text ? G.whole.text : "", G.whole.len_bytes, given("Image"), G.fields,
			G.field_count, &len_bytes, &replaced);
	if (!text) {
		bb_error_msg("%s: several stanzas have the name %s: take out all but one", G.whole.path,
				given("Image"));
		return PX_PROTOCOL;
	}
	status = check_new(text, len_bytes, given("Image"), replaced);
	if (status != PX_OK) {
		bb_error_msg("%s: left as it was", G.whole.path);
		return status;
	}
	if (px_local_replace(G.whole.path, text, len_bytes) != 0)
		return PX_IO;
	printf("%s: %s %s\n", G.whole.path, given("Image"), replaced ? "replaced" : "added");
	return PX_OK;
}

/* --- signing */

static enum px_status hashes(void)
{
	enum px_status status = px_whole_fill_in(&G.whole);

	if (status == PX_OK && px_local_replace(G.whole.path, G.whole.text, G.whole.len_bytes) != 0)
		status = PX_IO;
	return status;
}

static enum px_status sign(void)
{
	unsigned serial;
	enum px_status status = px_whole_sign(&G.whole, G.key, G.days, &serial);

	if (status == PX_OK)
		printf("%s: signed, serial %u, for %u days\n", G.whole.path, serial, G.days);
	return status;
}

static enum px_status check_all(void)
{
	enum px_status status = check();

	if (ENABLE_PX_CATALOG_SIGN && G.key)
		status = worse(status, px_signing_check(G.key, G.whole.path, G.whole.text, G.whole.len_bytes));
	return status;
}

/* The options behind the command, wherever they stand; gives the operands. */
static char **operands(char **argv, int signs)
{
	GETOPT_RESET();
	G.days = 30;
	getopt32(argv, signs ? "k:d:+" : "k:", &G.key, &G.days);
	if ((signs && (!G.key || G.days < 1 || G.days > 3650)))
		bb_show_usage();
	return argv + optind;
}

int pxcatalog_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxcatalog_main(int argc UNUSED_PARAM, char **argv)
{
	enum { ADD, CHECK, LIST, HASHES, SIGN };
	enum px_status status;
	int command;

	SET_PTR_TO_GLOBALS(xzalloc(sizeof(G)));
	xfunc_error_retval = PX_USAGE;
	getopt32(argv, "^+" "" "\0" "-2");
	argv += optind;
	command = index_in_strings("add\0check\0list\0" IF_PX_CATALOG_SIGN("hashes\0" "sign\0"), argv[0]);
	argv = ENABLE_PX_CATALOG_SIGN && (command == CHECK || command == SIGN) ? operands(argv, command == SIGN)
			: argv + 1;
	if (command < 0 || !argv[0] || (command == ADD ? !argv[1] : argv[1] != NULL))
		bb_show_usage();
	xfunc_error_retval = PX_IO;
	G.whole.path = argv[0];
	G.whole.folder = px_local_folder(G.whole.path);
	if (!G.whole.folder)
		bb_perror_msg_and_die("%s", G.whole.path);
	if (command != CHECK && command != LIST)
		lock_folder();
	if (command != ADD || access(G.whole.path, F_OK) == 0 || errno != ENOENT)
		load();
	xfunc_error_retval = PX_USAGE;
	switch (command) {
	case ADD: status = add(argv[1], argv + 2); break;
	case CHECK: status = check_all(); break;
	case LIST: status = list(); break;
	case HASHES: status = ENABLE_PX_CATALOG_SIGN ? hashes() : PX_USAGE; break;
	default: status = ENABLE_PX_CATALOG_SIGN ? sign() : PX_USAGE;
	}
	fflush_stdout_and_exit(status);
}
