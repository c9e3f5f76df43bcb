/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which keys, which time, which serial. See signed.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += signed.o

#include "libbb.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "catalog/header.h"
#include "catalog/machine.h"
#include "catalog/signed.h"

enum { DAY_S = 24 * 3600, WORD_FILE_BYTES = 64 };

/* --- keys */

static void set_problem(struct px_trust *trust, const char *file, const char *why)
{
	if (!trust->problem)
		trust->problem = px_text_clean(xasprintf("/etc/px/keys%s%s: %s: no catalog is taken until that is "
				"mended", file[0] ? "/" : "", file, why));
}

static void add_file(struct px_trust *trust, const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	size_t len_bytes = PX_KEY_FILE_BYTES_MAX + 1;
	char *text = xmalloc_open_read_close(path, &len_bytes);
	char *why = text ? px_keys_add(&trust->keys, name, text, len_bytes) : xstrdup(strerror(errno));

	if (why)
		set_problem(trust, name, why);
	free(why);
	free(text);
	free(path);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of their names, so that each machine says the same. */
static void add_files(struct px_trust *trust, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_shown, alphasort), i;

	if (count < 0) {
		set_problem(trust, "", strerror(errno));
		return;
	}
	for (i = 0; i < count; i++) {
		if (is_suffixed_with(entries[i]->d_name, ".pub"))
			add_file(trust, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (!trust->keys.count)
		set_problem(trust, "", "no .pub file with a key in it");
}

/* The first word of a small file; malloc'ed, NULL: it is not there. */
static char *read_word(const char *root, const char *name)
{
	char *path = xasprintf("%s%s", root, name);
	size_t len_bytes = WORD_FILE_BYTES;
	char *text = xmalloc_open_read_close(path, &len_bytes);

	free(path);
	if (text)
		trim(text);
	return text;
}

static void read_serial(struct px_trust *trust, const char *root, const char *name)
{
	char *text = read_word(root, name);
	unsigned serial = text ? px_serial_parse(text) : 0;

	if (text && !serial)
		set_problem(trust, bb_basename(name), "not a serial number");
	trust->serial = MAX(trust->serial, serial);
	free(text);
}

void FAST_FUNC px_trust_read(struct px_trust *trust, const char *root)
{
	char *folder = xasprintf("%s/etc/px/keys", root), *built = read_word(root, PX_BUILT_FILE);
	struct stat st;

	memset(trust, 0, sizeof(*trust));
	trust->built_s = built ? px_time_parse(built) : -1;
	trust->wanted = lstat(folder, &st) == 0 || errno != ENOENT;
	if (trust->wanted && !ENABLE_PX_SIGNED)
		set_problem(trust, "", "this system was built without PX_SIGNED and cannot check signatures");
	else if (trust->wanted) {
		add_files(trust, folder);
		read_serial(trust, root, "/etc/px/keys/serial");
		read_serial(trust, root, "/run/px/serial");
	}
	free(built);
	free(folder);
}

void FAST_FUNC px_trust_free(struct px_trust *trust)
{
	free(trust->problem);
	trust->problem = NULL;
}

int FAST_FUNC px_trust_remember(struct px_trust *trust, const char *root, unsigned serial)
{
	char *path = xasprintf("%s/run/px/serial", root), *next = xasprintf("%s.new", path);
	FILE *file = serial > trust->serial ? fopen_for_write(next) : NULL;
	int rc = file || serial <= trust->serial ? 0 : -1;

	trust->serial = MAX(trust->serial, serial);
	if (file) {
		fprintf(file, "%u\n", serial);
		rc = fclose(file) == 0 && rename(next, path) == 0 ? 0 : -1;
	}
	free(next);
	free(path);
	return rc;
}

/* --- time and serial */

/* "3 days", "5 hours" */
static char *span_words(long long seconds)
{
	long long hours = seconds / 3600, days = seconds / DAY_S;

	if (days > 1)
		return xasprintf("%lld days", days);
	return xasprintf("%lld hour%s", hours, hours == 1 ? "" : "s");
}

static char *expired(const struct px_header *header, const struct px_clock *clock, long long now_s)
{
	char until[PX_TIME_BYTES_TEXT], now[PX_TIME_BYTES_TEXT];
	char *span = span_words(now_s - header->valid_until_s), *text;

	px_time_print(until, header->valid_until_s);
	px_time_print(now, now_s);
	text = xasprintf("expired %s ago (valid until %s; %s %s)", span, until,
			clock->wrong ? "it cannot be earlier than" : "this machine's clock says", now);
	free(span);
	return text;
}

static char *old_serial(const struct px_trust *trust, const struct px_header *header)
{
	if (!header->serial)
		return xasprintf("has no Serial, and %u has been there: sign it with pxcatalog sign", trust->serial);
	return xasprintf("serial %u is older than %u", header->serial, trust->serial);
}

/* The clock is what the kernel took from the machine. It cannot be earlier than the day when the initramfs was made, or
 * than that when a catalog was signed that is proven: one that says so was never set, or its battery is empty. */
static void judge_clock(struct px_clock *clock, const struct px_trust *trust, const struct px_header *header,
		long long now_s)
{
	clock->now_s = now_s;
	clock->floor_s = MAX(trust->built_s, header->date_s);
	clock->wrong = clock->floor_s >= 0 && now_s < clock->floor_s - DAY_S;
}

char* FAST_FUNC px_signed_refusal(const struct px_trust *trust, const struct px_header *header, long long now_s,
		struct px_clock *clock)
{
	if (header->problem)
		return xasprintf("line %u: %s: %s", header->problem_line, header->problem_field, header->problem);
	judge_clock(clock, trust, header, now_s);
	if (clock->wrong)
		now_s = clock->floor_s;
	if (header->valid_until_s >= 0 && header->valid_until_s < now_s)
		return expired(header, clock, now_s);
	if (header->serial < trust->serial)
		return old_serial(trust, header);
	return NULL;
}

/* --- what a signed catalog must say */

/* The field that is missing, or NULL. What proves an image is any of three: see verify/. */
static const char *missing_hash(const struct px_image *image)
{
	if (image->bmap && !image->bmap_digest.known)
		return "Bmap-SHA256";
	if (image->sources && !image->digest.known && !image->source_digest.known && !image->bmap_digest.known)
		return "SHA256";
	if (image->init && !image->init_digest.known)
		return "Init-SHA256";
	if (image->archive && !image->digest.known && !image->source_digest.known)
		return "SHA256";
	if (image->post && !image->post_digest.known)
		return "Post-SHA256";
	return NULL;
}

void FAST_FUNC px_signed_demand_hashes(struct px_catalog *catalog)
{
	unsigned i;

	for (i = 0; i < catalog->count; i++) {
		struct px_image *image = &catalog->images[i];
		const char *field = image->problem ? NULL : missing_hash(image);

		if (!field)
			continue;
		image->problem = "missing: a signed catalog names the hash of all it uses";
		image->problem_field = field;
		image->problem_line = image->line;
		catalog->unusable++;
	}
}
