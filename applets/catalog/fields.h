/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of a stanza of the catalog and what each may say; docs/images.md has them, too.
 */
#ifndef PX_FIELDS_H
#define PX_FIELDS_H 1

#include "catalog/image.h"

/* TEXT keeps everything; LIST loses "# comment"; so does WORD, which must then be one. */
enum px_field_kind { PX_FIELD_TEXT, PX_FIELD_LIST, PX_FIELD_WORD };

struct px_field {
	char name[16];
	uint8_t kind;               /* enum px_field_kind */
	/* Puts value, which lies in the catalog's text and stays there, into image. Returns NULL, or what is wrong
	 * with the value (a constant). */
	const char* (*set)(struct px_image *image, char *value);
};

/* The field of that name, in capitals or not; *number is its place among all, below 32. NULL: there is none. */
const struct px_field* px_field_find(const char *name, unsigned *number) FAST_FUNC;

#endif
