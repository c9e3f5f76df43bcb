/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of OpenBSD's signify, and the keys of signify and minisign, which are written alike. See sigformat.h.
 *
 *	untrusted comment: anything at all
 *	base64("Ed", 8 bytes that number the key, Ed25519 signature (64 bytes) or public key (32))
 *
 * Nothing is ever read from the comment.
 */
//kbuild:lib-$(CONFIG_PX_SIGNED_MINISIGN) += signify.o

#include "libbb.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "verify/base64.h"
#include "verify/sigformat.h"

int FAST_FUNC px_numbered_parse(struct px_numbered *numbered, const char *line, size_t len_bytes, size_t rest_bytes)
{
	uint8_t bytes[sizeof(*numbered)];

	if (px_base64_decode(bytes, sizeof(bytes), line, len_bytes) != (int)(2 + 8 + rest_bytes))
		return -1;
	memcpy(numbered->algorithm, bytes, 2);
	memcpy(numbered->number, bytes + 2, 8);
	memcpy(numbered->rest, bytes + 10, rest_bytes);
	return 0;
}

/* As minisign prints it, so that it is found in the key's file: a little-endian number, without zeros in front. */
static void print_number(char *print, const uint8_t *number)
{
	sprintf(print, "ID %llX", (unsigned long long)px_le64(number));
}

const struct px_key* FAST_FUNC px_numbered_find(const struct px_keys *keys, const struct px_numbered *numbered,
		char **why)
{
	char print[sizeof(keys->keys[0].print)];
	unsigned i;

	for (i = 0; i < keys->count; i++)
		if (keys->keys[i].kind == PX_KEY_NUMBERED && memcmp(keys->keys[i].number, numbered->number, 8) == 0)
			return &keys->keys[i];
	print_number(print, numbered->number);
	*why = px_signature_unknown(keys, print);
	return NULL;
}

const char* FAST_FUNC px_numbered_key(struct px_key *key, const char *text, size_t len_bytes, const char *file_name)
{
	const char *line = memchr(text, '\n', len_bytes);
	struct px_numbered numbered;

	memset(key, 0, sizeof(*key));
	if (!line)
		return "cut off: a key has two lines";
	line++;
	if (px_numbered_parse(&numbered, line, strcspn(line, "\n"), 32) != 0
	 || memcmp(numbered.algorithm, "Ed", 2) != 0)
		return "no public key of minisign or signify";
	key->kind = PX_KEY_NUMBERED;
	memcpy(key->point, numbered.rest, 32);
	memcpy(key->number, numbered.number, 8);
	px_text_copy(key->name, sizeof(key->name), file_name, strlen(file_name));
	print_number(key->print, key->number);
	return NULL;
}

char* FAST_FUNC px_signify_check(struct px_signed *what, const char *text, size_t len_bytes)
{
	const char *line = strchr(text, '\n') + 1;
	struct px_numbered numbered;
	const struct px_key *key;
	char *why = NULL;

	if (px_numbered_parse(&numbered, line, text + len_bytes - 1 - line, 64) != 0)
		return xstrdup("its second line is no signature of signify");
	if (memcmp(numbered.algorithm, "Ed", 2) != 0)
		return xstrdup("no Ed25519 signature of signify (or one of minisign that was cut off)");
	key = px_numbered_find(what->keys, &numbered, &why);
	if (!key)
		return why;
	if (!px_ed25519_verify(numbered.rest, what->data, what->len_bytes, key->point))
		return xasprintf("does not fit this catalog (key %s)", key->name);
	what->by = key;
	return NULL;
}
