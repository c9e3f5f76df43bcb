/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of minisign. See sigformat.h.
 *
 *	untrusted comment: anything at all
 *	base64("ED", number of the key, Ed25519 of the file's BLAKE2b-512)        "Ed": of the file (minisign -l)
 *	trusted comment: what the signer wrote
 *	base64(Ed25519 of that signature's 64 bytes and the trusted comment)       the global signature
 *
 * The global signature must be right, but nothing is read from the trusted comment: without its last two lines a file
 * of the old kind is a right one of signify.
 */
//kbuild:lib-$(CONFIG_PX_SIGNED_MINISIGN) += minisign.o

#include "libbb.h"
#include <sodium/crypto_generichash_blake2b.h>
#include "verify/base64.h"
#include "verify/sigformat.h"

#define TRUSTED_COMMENT "trusted comment: "

/* The file's own signature. */
static int fits_data(const struct px_signed *what, const struct px_numbered *numbered, const struct px_key *key)
{
	uint8_t hash[64];

	if (numbered->algorithm[1] == 'd')
		return px_ed25519_verify(numbered->rest, what->data, what->len_bytes, key->point);
	crypto_generichash_blake2b(hash, sizeof(hash), what->data, what->len_bytes, NULL, 0);
	return px_ed25519_verify(numbered->rest, hash, sizeof(hash), key->point);
}

/* comment: behind "trusted comment: ", len_bytes of it; line: the last one, with its '\n'. */
static int fits_comment(const struct px_numbered *numbered, const char *comment, size_t len_bytes, const char *line,
		const struct px_key *key)
{
	uint8_t global[64], text[64 + PX_SIGNATURE_BYTES_MAX];

	if (px_base64_decode(global, sizeof(global), line, strcspn(line, "\n")) != 64)
		return 0;
	memcpy(text, numbered->rest, 64);
	memcpy(text + 64, comment, len_bytes);
	return px_ed25519_verify(global, text, 64 + len_bytes, key->point);
}

char* FAST_FUNC px_minisign_check(struct px_signed *what, const char *text, size_t len_bytes UNUSED_PARAM)
{
	const char *line = strchr(text, '\n') + 1, *third = strchr(line, '\n') + 1, *last = strchr(third, '\n') + 1;
	const char *comment = is_prefixed_with(third, TRUSTED_COMMENT);
	struct px_numbered numbered;
	const struct px_key *key;
	char *why = NULL;

	if (!comment || px_numbered_parse(&numbered, line, third - 1 - line, 64) != 0)
		return xstrdup("no signature of minisign");
	if (numbered.algorithm[0] != 'E' || (numbered.algorithm[1] != 'D' && numbered.algorithm[1] != 'd'))
		return xstrdup("no Ed25519 signature of minisign");
	key = px_numbered_find(what->keys, &numbered, &why);
	if (!key)
		return why;
	if (!fits_data(what, &numbered, key))
		return xasprintf("does not fit this catalog (key %s)", key->name);
	if (!fits_comment(&numbered, comment, last - 1 - comment, last, key))
		return xasprintf("its trusted comment was changed (key %s)", key->name);
	what->by = key;
	return NULL;
}
