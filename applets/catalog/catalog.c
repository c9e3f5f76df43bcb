/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalog's parser. See catalog.h.
 *
 * It works in place: the text is cut into lines by NULs, folded lines are drawn up behind the first, and the fields
 * of an image point into it; so 16 MiB of catalog cost 16 MiB and the table.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += catalog.o

#include "libbb.h"
#include "lib/text.h"
#include "catalog/catalog.h"
#include "catalog/fields.h"
#include "lib/url.h"

struct parser {
	struct px_catalog *catalog;
	char *next;                 /* start of the next line */
	char *end;
	unsigned line;              /* number of the line before next */
	unsigned last_line;         /* of the stanza that is open, so far */
	struct px_image *image;     /* the stanza that is open, or NULL */
	struct px_header *header;   /* it is this; else NULL */
	struct px_order *machine; /* it is this; else NULL */
	struct px_image other;      /* what image is then: where it begins, and what is wrong with it */
	uint32_t seen;              /* fields of it, one bit each */
};

static void set_problem(struct parser *p, const char *field, const char *problem)
{
	if (p->image->problem)
		return;
	p->image->problem = problem;
	p->image->problem_field = field;
	p->image->problem_line = p->last_line;
}

/* --- lines */

/* The next line, NUL at its end, blanks and CR before it removed; NULL at the end of the text. */
static char *next_line(struct parser *p)
{
	char *line = p->next;
	char *end, *tail;

	if (line >= p->end)
		return NULL;
	end = memchr(line, '\n', p->end - line);
	if (!end)
		end = p->end;
	p->next = end + 1;
	p->line++;
	tail = end;
	while (tail > line && (tail[-1] == '\r' || tail[-1] == ' ' || tail[-1] == '\t'))
		tail--;
	*tail = '\0';
	return line;
}

static int is_folded(const struct parser *p)
{
	const char *s = p->next;

	if (s >= p->end || (*s != ' ' && *s != '\t'))
		return 0;
	/* a line of blanks alone ends the stanza, as an empty one does */
	while (s < p->end && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	return s < p->end && *s != '\n' && *s != '\0';
}

/* Draws folded lines up behind value, which has room since they follow it: a blank joins them, " ." starts a
 * paragraph. */
static void unfold(struct parser *p, char *value)
{
	char *end = value + strlen(value);

	while (is_folded(p)) {
		char *more = skip_whitespace(next_line(p));
		size_t len = strlen(more);

		if (strcmp(more, ".") == 0) {
			*end++ = '\n';
			continue;
		}
		if (end > value && end[-1] != '\n')
			*end++ = ' ';
		memmove(end, more, len);
		end += len;
	}
	*end = '\0';
}

/* Cuts a comment: '#' at the start or after a blank. */
static void cut_comment(char *value)
{
	char *s = value;

	while ((s = strchr(s, '#')) != NULL) {
		if (s == value || s[-1] == ' ' || s[-1] == '\t')
			break;
		s++;
	}
	if (!s)
		return;
	while (s > value && (s[-1] == ' ' || s[-1] == '\t'))
		s--;
	*s = '\0';
}

/* No control byte of the text reaches anybody; NUL neither, so that strings end where lines do. */
static void replace_controls(char *text, size_t len_bytes)
{
	char *end = text + len_bytes;

	for (; text < end; text++) {
		unsigned char c = *text;

		if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
			*text = '?';
	}
}

/* --- stanzas */

static void open_header(struct parser *p)
{
	p->header = &p->catalog->header;
	p->header->line = p->line;
	p->image = &p->other;
}

static void open_machine(struct parser *p)
{
	struct px_catalog *catalog = p->catalog;

	catalog->machines = xrealloc_vector(catalog->machines, 4, catalog->machine_count);
	p->machine = &catalog->machines[catalog->machine_count++];
	p->machine->line = p->line;
	p->machine->auto_until_s = -1;
	p->image = &p->other;
}

/* line: the first one, which says what kind of stanza it is. */
static void open_stanza(struct parser *p, const char *line)
{
	struct px_catalog *catalog = p->catalog;

	memset(&p->other, 0, sizeof(p->other));
	p->header = NULL;
	p->machine = NULL;
	if (strncasecmp(line, "Catalog:", 8) == 0 && !catalog->count && !catalog->machine_count
	 && !catalog->header.line)
		open_header(p);
	else if (strncasecmp(line, "Machine:", 8) == 0)
		open_machine(p);
	else {
		catalog->images = xrealloc_vector(catalog->images, 6, catalog->count);
		p->image = &catalog->images[catalog->count++];
	}
	p->image->id = p->image->title = p->image->description = p->image->disk = p->image->problem_field = "";
	p->image->size_bytes = p->image->need_bytes = -1;
	p->image->line = p->line;
	p->seen = 0;
}

static int names_file(const char *reference)
{
	return reference && strncasecmp(reference, "file:", 5) == 0;
}

/* Whoever answers for the server must not choose among the files of this machine: its disks are files, too. */
static void refuse_files(struct parser *p)
{
	struct px_image *image = p->image;
	const char *problem = "file: URLs are only for a catalog that is itself a file";
	const char *s = image->sources;

	if (!p->catalog->remote)
		return;
	for (; s && *(s = skip_whitespace(s)); s = skip_non_whitespace(s))
		if (names_file(s))
			set_problem(p, "Source", problem);
	if (names_file(image->bmap))
		set_problem(p, "Bmap", problem);
	if (names_file(image->init))
		set_problem(p, "Init", problem);
	if (names_file(image->archive))
		set_problem(p, "Archive", problem);
	if (names_file(image->post))
		set_problem(p, "Post", problem);
}

/* What is wrong with reference (the first word of it, as far as blank or end), once it is made absolute; NULL:
 * nothing. */
static const char *url_problem(const struct px_catalog *catalog, const char *reference)
{
	char *word, *absolute;
	const char *why;
	struct px_url url;

	if (!reference)
		return NULL;
	word = xstrndup(reference, strcspn(reference, " \t\n"));
	absolute = px_url_resolve(catalog->url, word);
	why = px_url_parse(&url, absolute);
	if (!why)
		px_url_free(&url);
	free(absolute);
	free(word);
	return why;
}

/* A mistake that no server is needed to see is told before anybody chooses the image, not when its disk is cleared. */
static void refuse_bad_urls(struct parser *p)
{
	static const char names[] ALIGN1 = "Bmap\0Init\0Archive\0Post\0";
	const struct px_image *image = p->image;
	const char *const references[] = { image->bmap, image->init, image->archive, image->post };
	const char *s = image->sources, *why;
	unsigned i;

	for (; s && *(s = skip_whitespace(s)); s = skip_non_whitespace(s)) {
		why = url_problem(p->catalog, s);
		if (why)
			set_problem(p, "Source", why);
	}
	for (i = 0; i < ARRAY_SIZE(references); i++) {
		why = url_problem(p->catalog, references[i]);
		if (why)
			set_problem(p, nth_string(names, i), why);
	}
}

/* A URL that is none is left to pxfetch, which would not have fetched a catalog from there. */
static int is_remote(const char *text)
{
	struct px_url url;
	int remote = 0;

	if (px_url_parse(&url, text) == NULL) {
		remote = strcmp(url.scheme, "file") != 0;
		px_url_free(&url);
	}
	return remote;
}

static void close_image(struct parser *p)
{
	struct px_image *image = p->image;

	if (!image->id[0])
		set_problem(p, "Image", "missing");
	if (!image->sources && !image->init && !image->archive)
		set_problem(p, "Source", "missing");
	if (px_image_is_multicast_only(image))
		set_problem(p, "Source", "multicast alone: name a mirror by HTTP behind it");
	if (!image->init && image->archive)
		set_problem(p, "Init", "missing: who mounts the disk for the Archive?");
	if (!image->init && !image->sources && image->post)
		set_problem(p, "Init", "missing: who makes what Post is to run on?");
	if (image->init && (image->bmap || image->grow))
		set_problem(p, image->bmap ? "Bmap" : "Grow", "not for a scripted image: its scripts do that");
	if (image->size_bytes >= 0 && image->need_bytes > image->size_bytes)
		set_problem(p, "Need", "more than Size");
	if (image->bmap_digest.known && !image->bmap)
		set_problem(p, "Bmap-SHA256", "of which Bmap?");
	if (image->source_digest.known && !image->sources && !image->archive)
		set_problem(p, "Source-SHA256", "of which Source (or Archive)?");
	if (image->init_digest.known && !image->init)
		set_problem(p, "Init-SHA256", "of which Init?");
	if (image->post_digest.known && !image->post)
		set_problem(p, "Post-SHA256", "of which Post?");
	if (image->sources && (image->init || image->archive))
		set_problem(p, "Source", "not together with Init and Archive");
	refuse_files(p);
	refuse_bad_urls(p);
	if (!image->title[0])
		image->title = image->id;
}

static void close_header(const struct parser *p)
{
	p->header->problem = p->other.problem;
	p->header->problem_field = p->other.problem_field;
	p->header->problem_line = p->other.problem_line;
}

static void close_machine(struct parser *p)
{
	const char *field, *fault = px_machine_fault(p->machine, p->catalog->header.date_s, &field);

	if (fault)
		set_problem(p, field, fault);
	p->machine->problem = p->other.problem;
	p->machine->problem_field = p->other.problem_field;
	p->machine->problem_line = p->other.problem_line;
}

static void close_stanza(struct parser *p)
{
	if (!p->image)
		return;
	if (p->header)
		close_header(p);
	else if (p->machine)
		close_machine(p);
	else
		close_image(p);
	p->image = NULL;
}

static void unknown_field(struct parser *p, const char *name)
{
	if (p->catalog->warnings++ == 0) {
		p->catalog->warning_line = p->last_line;
		p->catalog->warning_field = name;
	}
}

/* A field of a stanza that is no image. */
static void take_other(struct parser *p, const char *name, char *value)
{
	const char *problem;

	cut_comment(value);
	problem = p->header ? px_header_set(p->header, name, value) : px_machine_set(p->machine, name, value);
	if (problem && !problem[0])
		unknown_field(p, name);
	else if (problem)
		set_problem(p, name, problem);
}

static void take_image_field(struct parser *p, const char *name, char *value)
{
	const struct px_field *field;
	const char *problem;
	unsigned number;

	field = px_field_find(name, &number);
	if (!field) {
		unknown_field(p, name);
		return;
	}
	if (p->seen & (1u << number)) {
		set_problem(p, field->name, "twice in one stanza");
		return;
	}
	p->seen |= 1u << number;
	if (field->kind != PX_FIELD_TEXT)
		cut_comment(value);
	if (field->kind == PX_FIELD_WORD && !value[0])
		problem = "empty";
	else if (field->kind == PX_FIELD_WORD && value[strcspn(value, " \t\n")])
		problem = "more than one word";
	else
		problem = field->set(p->image, value);
	if (problem)
		set_problem(p, field->name, problem);
}

static void take_line(struct parser *p, char *line)
{
	char *colon = strchr(line, ':');
	char *value;

	if (!p->image)
		open_stanza(p, line);
	if (!colon || colon == line || line[strcspn(line, " \t:")] != ':') {
		unfold(p, line);
		p->last_line = p->line;
		set_problem(p, "", "not a \"Field: value\" line");
		return;
	}
	*colon = '\0';
	value = skip_whitespace(colon + 1);
	unfold(p, value);
	p->last_line = p->line;
	if (p->header || p->machine)
		take_other(p, line, value);
	else
		take_image_field(p, line, value);
}

/* One that stands for all that follow: 16 MiB of stanzas of one letter would take 800 MB. */
static void refuse_rest(struct parser *p)
{
	open_stanza(p, "");
	p->last_line = p->line;
	set_problem(p, "", "too many images: none is read from here on");
}

/* --- the whole */

static int compare_ids(const void *a, const void *b)
{
	const struct px_image *const *x = a, *const *y = b;
	int order = strcmp((*x)->id, (*y)->id);

	return order ? order : (int)((*x)->line > (*y)->line) - (int)((*x)->line < (*y)->line);
}

static void mark_twins(struct px_catalog *catalog)
{
	struct px_image **sorted = xmalloc((catalog->count + 1) * sizeof(*sorted));
	unsigned i;

	for (i = 0; i < catalog->count; i++)
		sorted[i] = &catalog->images[i];
	qsort(sorted, catalog->count, sizeof(*sorted), compare_ids);
	for (i = 1; i < catalog->count; i++) {
		struct px_image *image = sorted[i];

		if (!image->problem && strcmp(sorted[i - 1]->id, image->id) == 0) {
			image->problem = "used before by another image";
			image->problem_field = "Image";
			image->problem_line = image->line;
		}
	}
	free(sorted);
}

struct px_catalog* FAST_FUNC px_catalog_parse(char *text, size_t len_bytes, const char *url)
{
	struct px_catalog *catalog = xzalloc(sizeof(*catalog));
	struct parser p = { .catalog = catalog, .next = text, .end = text + len_bytes };
	char *line;
	unsigned i;

	catalog->header.name = "";
	catalog->header.date_s = catalog->header.valid_until_s = -1;
	catalog->text = text;
	catalog->url = xstrdup(url);
	catalog->remote = is_remote(url);
	catalog->shown = px_url_hide_users(px_ascii(xstrdup(url), 0));
	replace_controls(text, len_bytes);
	if (len_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		p.next += 3;
	while ((line = next_line(&p)) != NULL) {
		if (line[0] == '#')
			continue;
		if (line[0] == '\0')
			close_stanza(&p);
		else if (!p.image && catalog->count + catalog->machine_count == PX_IMAGES_MAX) {
			refuse_rest(&p);
			break;
		} else
			take_line(&p, line);
	}
	close_stanza(&p);
	mark_twins(catalog);
	for (i = 0; i < catalog->count; i++)
		catalog->unusable += catalog->images[i].problem != NULL;
	return catalog;
}

void FAST_FUNC px_catalog_free(struct px_catalog *catalog)
{
	if (!catalog)
		return;
	free(catalog->url);
	free(catalog->shown);
	free(catalog->text);
	free(catalog->images);
	free(catalog->machines);
	free(catalog);
}

struct px_image* FAST_FUNC px_catalog_find(const struct px_catalog *catalog, const char *id)
{
	unsigned i;

	for (i = 0; i < catalog->count; i++)
		if (strcmp(catalog->images[i].id, id) == 0)
			return &catalog->images[i];
	return NULL;
}

char* FAST_FUNC px_image_problem(const struct px_catalog *catalog, const struct px_image *image)
{
	return xasprintf("%s:%u: %s%s%s", bb_basename(catalog->shown), image->problem_line,
			image->problem_field, image->problem_field[0] ? ": " : "", image->problem);
}
