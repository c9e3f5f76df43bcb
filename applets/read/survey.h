/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies on a source, partition by partition, and what speaks against an image of it: pxread -n.
 */
#ifndef PX_SURVEY_H
#define PX_SURVEY_H 1

#include "read/origin.h"

/* Prints a line for each partition (one for a source without a table) to out, separated by tabs: its device (or
 * SOURCE and a number), where it starts and how long it is in bytes, what lies in it ("ext4", "-"), a keyword
 * (clean.h), and words: what speaks against an image, or "". Returns PX_OK; PX_TARGET when something does; PX_DATA,
 * after a message, when the table is one that cannot be read; PX_IO. */
enum px_status px_survey_print(struct px_origin *origin, FILE *out) FAST_FUNC;

#endif
