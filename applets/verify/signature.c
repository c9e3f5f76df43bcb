/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which format a signature is of, and the keys that may have made it. See signature.h.
 */
//kbuild:lib-$(CONFIG_PX_SIGNED) += signature.o

#include "libbb.h"
#include <sodium/crypto_sign_ed25519.h>
#include "lib/text.h"
#include "verify/sigformat.h"
#include "verify/signature.h"

#define SSH_ARMOR "-----BEGIN SSH SIGNATURE-----\n"

/* libsodium calls it when it is called with what it documents as wrong. */
void sodium_misuse(void) NORETURN;
void sodium_misuse(void)
{
	abort();
}

int FAST_FUNC px_ed25519_verify(const uint8_t signature[64], const void *data, size_t len_bytes,
		const uint8_t point[32])
{
	return crypto_sign_ed25519_verify_detached(signature, data, len_bytes, point) == 0;
}

/* --- keys */

/* One line of a file of OpenSSH's keys. */
static const char *add_line(struct px_keys *keys, const char *line, const char *name)
{
	if (line[0] == '\0' || line[0] == '#')
		return NULL;
	if (keys->count == PX_KEYS_MAX)
		return "more than 16 keys in all";
	return px_ssh_key(&keys->keys[keys->count++], line, name);
}

static const char *add_lines(struct px_keys *keys, const char *text, const char *name)
{
	const char *problem = NULL;
	unsigned before = keys->count;
	char *copy = xstrdup(text), *rest = copy, *line;

	while (!problem && (line = strsep(&rest, "\n")) != NULL) {
		char *end = line + strlen(line);

		while (end > line && (end[-1] == '\r' || end[-1] == ' '))
			*--end = '\0';
		problem = add_line(keys, line, name);
	}
	free(copy);
	return problem || keys->count > before ? problem : "no key in it";
}

static const char *add_numbered(struct px_keys *keys, const char *text, size_t len_bytes, const char *name)
{
	if (!ENABLE_PX_SIGNED_MINISIGN)
		return "minisign and signify are not in this build (PX_SIGNED_MINISIGN)";
	if (keys->count == PX_KEYS_MAX)
		return "more than 16 keys in all";
	return px_numbered_key(&keys->keys[keys->count++], text, len_bytes, name);
}

char* FAST_FUNC px_keys_add(struct px_keys *keys, const char *name, const char *text, size_t len_bytes)
{
	const char *problem;
	char *stem = xstrdup(name), *dot = strrchr(stem, '.');

	if (dot && dot != stem)
		*dot = '\0';
	if (len_bytes > PX_KEY_FILE_BYTES_MAX)
		problem = "more than 4 KiB: no public key";
	else if (memchr(text, '\0', len_bytes))
		problem = "binary data, no public key";
	else if (strstr(text, "PRIVATE KEY-----"))
		problem = "a private key: it must not lie here (the .pub file is what is wanted)";
	else if (is_prefixed_with(text, PX_UNTRUSTED_COMMENT))
		problem = add_numbered(keys, text, len_bytes, stem);
	else
		problem = add_lines(keys, text, stem);
	free(stem);
	return problem ? xstrdup(problem) : NULL;
}

char* FAST_FUNC px_signature_unknown(const struct px_keys *keys, const char *print)
{
	char *names = xzalloc(1), *words;
	unsigned i;

	for (i = 0; i < keys->count; i++) {
		char *longer = xasprintf("%s%s%s", names, i ? ", " : "", keys->keys[i].name);

		free(names);
		names = longer;
	}
	words = xasprintf("made by a key that is not in this initramfs (%s); keys here: %s", print, names);
	free(names);
	return words;
}

/* --- signatures */

static unsigned count_lines(const char *text)
{
	unsigned lines = 0;

	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		lines++;
	}
	return lines;
}

/* What is wrong before any format is looked at; NULL: nothing. */
static const char *unfit(const char *text, size_t len_bytes)
{
	if (len_bytes == 0)
		return "empty";
	if (len_bytes > PX_SIGNATURE_BYTES_MAX)
		return "more than 4 KiB: no signature";
	if (memchr(text, '\0', len_bytes))
		return "binary data, no signature (ssh-keygen writes text)";
	if (strchr(text, '\r'))
		return "its lines end with CR LF, so it was changed on its way: copy it as binary";
	if (text[len_bytes - 1] != '\n')
		return "cut off: its last line has no end";
	return NULL;
}

static char *check_numbered(struct px_signed *what, const char *text, size_t len_bytes)
{
	unsigned lines = count_lines(text);

	if (!ENABLE_PX_SIGNED_MINISIGN)
		return xstrdup("minisign and signify are not in this build (PX_SIGNED_MINISIGN)");
	if (lines == 2)
		return px_signify_check(what, text, len_bytes);
	if (lines == 4)
		return px_minisign_check(what, text, len_bytes);
	return xasprintf("%u lines: signify writes 2, minisign 4", lines);
}

char* FAST_FUNC px_signature_check(const struct px_keys *keys, const void *data, size_t len_bytes,
		const char *signature, size_t sig_bytes, const struct px_key **by)
{
	struct px_signed what = { .keys = keys, .data = data, .len_bytes = len_bytes };
	const char *problem = unfit(signature, sig_bytes);
	char *why;

	if (problem)
		why = xstrdup(problem);
	else if (is_prefixed_with(signature, SSH_ARMOR))
		why = px_sshsig_check(&what, signature, sig_bytes);
	else if (is_prefixed_with(signature, PX_UNTRUSTED_COMMENT))
		why = check_numbered(&what, signature, sig_bytes);
	else
		why = xstrdup("no signature of ssh-keygen, minisign or signify");
	*by = what.by;
	if (!why && !what.by)
		why = xstrdup("nobody's");
	return why;
}
