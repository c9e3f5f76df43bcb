/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stanza could say of the files that lie on this machine, and does not.
 */
#ifndef PX_LACKING_H
#define PX_LACKING_H 1

#include "catalog/image.h"
#include "catalog/stanza.h"

enum { PX_LACKING_MAX = 6 };

struct px_lacking {
	struct px_field fields[PX_LACKING_MAX]; /* values are malloc'ed */
	unsigned count;
};

/* Looks at the files of image in folder (as px_local_folder says it) and adds size and sums that the stanza lacks; a
 * file that is not there is left out. PX_OK, or that of px_facts_read, after a message. */
enum px_status px_lacking_find(struct px_lacking *lacking, const char *folder, const struct px_image *image) FAST_FUNC;

#endif
