/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stanzas that begin with Machine: what the catalog orders one machine to do, in the place of px.* on its kernel
 * command line. They count in a signed catalog only.
 */
#ifndef PX_MACHINE_STANZA_H
#define PX_MACHINE_STANZA_H 1

#include "catalog/image.h"

enum { PX_AUTO_AHEAD_S = 7 * 24 * 3600 };

struct px_order {
	unsigned line;              /* where the stanza starts */
	char *who;                  /* words: a MAC, serial=, uuid=; each means the machine */
	const char *image, *disk, *report, *log; /* NULL: not said */
	enum px_after after;
	smallint force;
	long long auto_until_s;     /* unattended until then; -1: it is not */
	unsigned problem_line;
	const char *problem;        /* NULL: none; a constant */
	const char *problem_field;
};

/* Takes a field; value lies in the catalog's text. NULL; else what is wrong (a constant), "" for a field that is not
 * known. */
const char *px_machine_set(struct px_order *machine, const char *name, char *value) FAST_FUNC;

/* What is wrong with the stanza as a whole, in a catalog of that date (-1: none); NULL: nothing. *field: which one. */
const char *px_machine_fault(const struct px_order *machine, long long date_s, const char **field) FAST_FUNC;

/* True when it is for the machine with that MAC, serial number and UUID (NULL or "": it has none). */
int px_machine_is(const struct px_order *machine, const char *mac, const char *serial, const char *uuid) FAST_FUNC;

#endif
