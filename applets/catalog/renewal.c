/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A catalog is made ready for machines that want it signed. See whole.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG_SIGN) += renewal.o

#include "libbb.h"
#include <time.h>
#include "catalog/lacking.h"
#include "catalog/local.h"
#include "catalog/signed.h"
#include "catalog/signing.h"
#include "catalog/stanza.h"
#include "catalog/whole.h"

enum { DAY_S = 24 * 3600 };

/* text is taken over */
static void put_text(struct px_whole *whole, char *text, size_t len_bytes)
{
	free(whole->text);
	whole->text = text;
	whole->len_bytes = len_bytes;
}

static enum px_status fill_in_one(struct px_whole *whole, const struct px_catalog *catalog,
		const struct px_image *image)
{
	struct px_lacking lacking = { .count = 0 };
	enum px_status status;
	size_t len_bytes;
	char *text;

	if (image->problem)
		return px_whole_problem(catalog, image);
	status = px_lacking_find(&lacking, whole->folder, image);
	if (status != PX_OK)
		return status;
	text = px_stanza_extend(whole->text, whole->len_bytes, image->line, lacking.fields, lacking.count, &len_bytes);
	put_text(whole, text, len_bytes);
	return PX_OK;
}

/* From the last stanza on, so that the lines before stay where they are. */
enum px_status FAST_FUNC px_whole_fill_in(struct px_whole *whole)
{
	struct px_catalog *catalog = px_whole_parse(whole, whole->text, whole->len_bytes);
	enum px_status status = PX_OK;
	unsigned i = catalog->count;

	while (i-- && status == PX_OK)
		status = fill_in_one(whole, catalog, &catalog->images[i]);
	px_catalog_free(catalog);
	return status;
}

/* Serial one higher, Date now, Valid-Until; a name when there is none. Returns the serial. */
static unsigned set_header(struct px_whole *whole, unsigned days)
{
	struct px_catalog *catalog = px_whole_parse(whole, whole->text, whole->len_bytes);
	char date[PX_TIME_BYTES_TEXT], until[PX_TIME_BYTES_TEXT], *text;
	unsigned serial = catalog->header.serial + 1, line = catalog->header.line;
	time_t now = time(NULL);
	struct px_field fields[] = {
		{ "Catalog", safe_gethostname() },
		{ "Serial", utoa(serial) },
		{ "Date", px_time_print(date, now) },
		{ "Valid-Until", px_time_print(until, now + (long long)days * DAY_S) },
	};
	unsigned first = line != 0; /* whose it is, is said already */
	size_t len_bytes;

	text = px_stanza_head(whole->text, whole->len_bytes, line, fields + first, ARRAY_SIZE(fields) - first,
			&len_bytes);
	put_text(whole, text, len_bytes);
	px_catalog_free(catalog);
	free((char *)fields[0].value);
	return serial;
}

/* As a machine with that key would see it: every stanza can be used, and every file here is what it says. */
static enum px_status check_signed(struct px_whole *whole)
{
	struct px_catalog *catalog = px_whole_parse(whole, whole->text, whole->len_bytes);
	enum px_status status;
	unsigned i;

	px_whole_warn(whole, catalog);
	status = px_whole_check_orders(whole, catalog);
	px_signed_demand_hashes(catalog);
	for (i = 0; i < catalog->count; i++) {
		enum px_status one = px_whole_check_image(whole, catalog, &catalog->images[i]);

		status = status ? status : one;
	}
	px_catalog_free(catalog);
	return status;
}

enum px_status FAST_FUNC px_whole_sign(struct px_whole *whole, const char *key_path, unsigned days, unsigned *serial)
{
	char *sig_path = xasprintf("%s.sig", whole->path), *signature = NULL;
	enum px_status status = px_whole_fill_in(whole);
	size_t sig_bytes = 0;

	if (status == PX_OK) {
		*serial = set_header(whole, days);
		status = check_signed(whole);
	}
	if (status == PX_OK)
		signature = px_signing_make(key_path, whole->text, whole->len_bytes, &sig_bytes, &status);
	if (status != PX_OK)
		bb_error_msg("%s: not signed, left as it was", whole->path);
	/* a machine that reads in between fetches both once more */
	else if (px_local_replace(sig_path, signature, sig_bytes) != 0
	 || px_local_replace(whole->path, whole->text, whole->len_bytes) != 0)
		status = PX_IO;
	free(signature);
	free(sig_path);
	return status;
}
