/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalog of a server as a whole: read as a machine reads it, held against its files, signed anew.
 */
#ifndef PX_WHOLE_H
#define PX_WHOLE_H 1

#include "catalog/files.h"

struct px_whole {
	const char *path;          /* of the catalog */
	char *folder;              /* that it lies in */
	struct px_files files;
	char *text;                /* malloc'ed; NULL: there is none yet */
	size_t len_bytes;
};

/* That text of the catalog as a machine reads it; px_catalog_free. */
struct px_catalog *px_whole_parse(const struct px_whole *whole, const char *text, size_t len_bytes) FAST_FUNC;

/* Prints which fields nobody knows. */
void px_whole_warn(const struct px_whole *whole, const struct px_catalog *catalog) FAST_FUNC;

/* Prints why that image cannot be used; PX_PROTOCOL. */
enum px_status px_whole_problem(const struct px_catalog *catalog, const struct px_image *image) FAST_FUNC;

/* Holds the image against its files, or prints why it cannot be used. PX_OK or the first failure's status. */
enum px_status px_whole_check_image(struct px_whole *whole, const struct px_catalog *catalog,
		const struct px_image *image) FAST_FUNC;

/* Prints what is wrong with the header and with what the catalog orders machines to do. PX_OK or PX_PROTOCOL. */
enum px_status px_whole_check_orders(const struct px_whole *whole, const struct px_catalog *catalog) FAST_FUNC;

/* Adds the sizes and sums that stanzas lack, of the files that lie here, to whole->text. PX_OK, or a failure's status
 * after a message. */
enum px_status px_whole_fill_in(struct px_whole *whole) FAST_FUNC;

/* Fills in, raises Serial, sets Date and Valid-Until (in days), checks as a machine with that key would, and has the
 * program sign that made the key at key_path; then puts catalog and PATH.sig in place. PX_OK: *serial is the new one;
 * else a failure's status after a message: both files are as they were, unless it is PX_IO. */
enum px_status px_whole_sign(struct px_whole *whole, const char *key_path, unsigned days, unsigned *serial) FAST_FUNC;

#endif
