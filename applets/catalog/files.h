/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stanza says, held against the files that it names, as far as they lie on this machine.
 */
#ifndef PX_FILES_H
#define PX_FILES_H 1

#include "catalog/catalog.h"
#include "catalog/facts.h"

struct px_files {
	const struct px_catalog *catalog;
	const char *folder;     /* that the catalog lies in, as px_local_folder says it */
	const char *known_path; /* NULL, or a file whose facts are known already (all of them) */
	struct px_facts known;
	char *shown;            /* private: what messages begin with, "images:12: Source"; NULL */
};

/* Holds every file of image (of files->catalog; without a problem) against it: source or archive, block map, scripts.
 * Prints what differs, and what lies elsewhere and was not looked at. Returns PX_OK or the first failure's status:
 * PX_SERVER for a file that is not there, PX_IO for one that cannot be read, PX_DATA for one that differs. */
enum px_status px_files_check(struct px_files *files, const struct px_image *image) FAST_FUNC;

#endif
