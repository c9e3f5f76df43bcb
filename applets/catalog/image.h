/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image: what a stanza of the catalog says of it (the fields are in docs/images.md).
 */
#ifndef PX_IMAGE_H
#define PX_IMAGE_H 1

#include "verify/check.h"

enum {
	PX_MIRRORS_MAX = 16,
};

enum px_after { PX_AFTER_UNSET, PX_AFTER_REBOOT, PX_AFTER_POWEROFF, PX_AFTER_SHELL, PX_AFTER_MENU, PX_AFTER_LOCAL };

/* Text fields are never NULL unless it says so; they point into the catalog's text, control bytes replaced by '?'. */
struct px_image {
	const char *id;
	const char *title;          /* printable ASCII; the id when there is none */
	const char *description;    /* printable ASCII and '\n'; "" when there is none */
	char *sources;              /* as written: blank-separated, relative; see px_image_urls.
	                             * NULL: a scripted image */
	const char *bmap;           /* as written; NULL: none */
	const char *disk;           /* hint; "" when there is none */
	const char *init, *archive, *post; /* scripted image (post: any image); NULL: none */
	off_t size_bytes;           /* of the decoded image; -1: not said */
	off_t need_bytes;           /* decoded bytes up to the last one in use; -1: not said */
	struct px_digest digest;    /* of the decoded image */
	struct px_digest source_digest; /* of the file as it lies on the server */
	struct px_digest bmap_digest; /* of the block map's file */
	struct px_digest init_digest, post_digest; /* of the scripts' bytes */
	smallint grow;
	smallint boot_any;          /* nobody asks whether this machine can start from it */
	smallint in_order;          /* mirrors are tried as written, not spread over the machines */
	enum px_after after;
	unsigned line;              /* where the stanza starts, from 1 */
	unsigned problem_line;
	const char *problem;        /* NULL: usable; else why not */
	const char *problem_field;  /* the field that problem is about, or "" */
};

/* "reboot", "poweroff", "shell", "menu", "local"; PX_AFTER_UNSET for anything else. */
enum px_after px_after_parse(const char *text) FAST_FUNC;

/* What is wrong with the name of an image, a constant; NULL: nothing. */
const char *px_image_id_problem(const char *id) FAST_FUNC;

#endif
