/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose catalog is taken: the keys of this initramfs decide it, and nothing that was fetched. Without a folder of keys
 * every catalog is taken; with one, even if it cannot be read, none that is not signed by a key in it.
 */
#ifndef PX_SIGNED_H
#define PX_SIGNED_H 1

#include "catalog/catalog.h"
#include "verify/signature.h"

struct px_trust {
	smallint wanted;            /* ROOT/etc/px/keys is there */
	char *problem;              /* why no catalog can be taken at all, malloc'ed; NULL: none */
	struct px_keys keys;
	unsigned serial;            /* no older one: of the keys' folder, and what this boot has seen; 0: any */
	long long built_s;          /* when the initramfs was made; -1: not known */
};

/* What the clock of this machine is worth. */
struct px_clock {
	long long now_s;            /* what it says */
	long long floor_s;          /* it cannot be earlier than this; -1: nobody knows */
	smallint wrong;             /* it says a time that is over a day before floor_s */
};

/* Reads ROOT/etc/px/keys, ROOT/etc/px/built and ROOT/run/px/serial. */
void px_trust_read(struct px_trust *trust, const char *root) FAST_FUNC;
void px_trust_free(struct px_trust *trust) FAST_FUNC;

/* Notes the catalog's Serial in ROOT/run/px/serial, so that no older one is taken until the machine is started again.
 * Returns 0; -1: it could not be written (errno); trust has it all the same. */
int px_trust_remember(struct px_trust *trust, const char *root, unsigned serial) FAST_FUNC;

/* Holds what a catalog that is signed says of itself against the clock and the serials. Returns NULL: it is taken,
 * *clock is filled. Else why not, malloc'ed: words behind "images: ". */
char *px_signed_refusal(const struct px_trust *trust, const struct px_header *header, long long now_s,
		struct px_clock *clock) FAST_FUNC;

/* Makes every stanza unusable that names a file without its hash: the signature would say nothing about that. */
void px_signed_demand_hashes(struct px_catalog *catalog) FAST_FUNC;

#endif
