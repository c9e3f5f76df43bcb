/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures and keys of OpenSSH. See sigformat.h.
 *
 *	-----BEGIN SSH SIGNATURE-----
 *	base64("SSHSIG", version 1, key, namespace, reserved "", hash's name, signature)
 *	-----END SSH SIGNATURE-----        (strings have their length, in 4 bytes, before them)
 *
 * What is signed is "SSHSIG", namespace, reserved, hash's name, hash of the file. A token (FIDO) signs in its own way:
 * SHA-256 of what it was made for, flags, a counter, SHA-256 of that.
 */
//kbuild:lib-$(CONFIG_PX_SIGNED) += sshsig.o

#include "libbb.h"
#include <sodium/crypto_hash_sha512.h>
#include "lib/text.h"
#include "verify/base64.h"
#include "verify/sha256.h"
#include "verify/sigformat.h"

#define ARMOR_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define ARMOR_END "-----END SSH SIGNATURE-----\n"
#define TYPE_PLAIN "ssh-ed25519"
#define TYPE_TOKEN "sk-ssh-ed25519@openssh.com"
#define MAGIC "SSHSIG"

enum { FLAG_TOUCHED = 1, TBS_BYTES = 6 + 3 * (4 + 16) + 4 + 64, BLOB_BYTES_MAX = 3072 };

/* Bytes that are read from the front. NULL bytes: one read went beyond the end. */
struct blob {
	const uint8_t *bytes;
	size_t len_bytes;
};

struct sshsig {
	struct blob key, namespace, reserved, hash, signature;
};

/* --- blobs */

static struct blob take(struct blob *from, size_t len_bytes)
{
	struct blob part = { from->bytes, len_bytes };

	if (!from->bytes || len_bytes > from->len_bytes) {
		from->bytes = NULL;
		return *from;
	}
	from->bytes += len_bytes;
	from->len_bytes -= len_bytes;
	return part;
}

/* As SSH writes a string: 4 bytes of length, big end first. */
static struct blob take_string(struct blob *from)
{
	struct blob length = take(from, 4);
	uint32_t len_bytes;

	if (!length.bytes)
		return length;
	move_from_unaligned32(len_bytes, length.bytes);
	return take(from, ntohl(len_bytes));
}

static int is_end(const struct blob *blob)
{
	return blob->bytes && !blob->len_bytes;
}

static int is_word(const struct blob *blob, const char *word)
{
	return blob->bytes && blob->len_bytes == strlen(word) && memcmp(blob->bytes, word, blob->len_bytes) == 0;
}

static void sha256_of(uint8_t *sum, const void *data, size_t len_bytes)
{
	sha256_ctx_t hash;

	sha256_begin(&hash);
	px_sha256_hash(&hash, data, len_bytes);
	sha256_end(&hash, sum);
}

/* --- keys */

/* "ecdsa-sha2-nistp256" and such are told by name: whoever has one is told what to make instead. */
static const char *wrong_type(const struct blob *type)
{
	static const char words[] ALIGN1 =
		"rsa\0" "an RSA key: only ed25519 keys are taken (ssh-keygen -t ed25519)\0"
		"sk-ecdsa\0" "an sk-ecdsa key: only ed25519 keys are taken (ssh-keygen -t ed25519-sk)\0"
		"ecdsa\0" "an ecdsa key: only ed25519 keys are taken (ssh-keygen -t ed25519)\0"
		"dss\0" "a dsa key: only ed25519 keys are taken (ssh-keygen -t ed25519)\0"
		"cert\0" "a certificate: only plain ed25519 keys are taken\0";
	char *name = xstrndup((const char *)type->bytes, MIN(type->len_bytes, 64));
	const char *word = words;

	while (*word && !strstr(name, word)) {
		word += strlen(word) + 1;
		word += strlen(word) + 1;
	}
	free(name);
	return *word ? word + strlen(word) + 1 : "no ed25519 key (ssh-keygen -t ed25519)";
}

/* NULL, or why this is no key that counts. */
static const char *parse_key(struct px_key *key, struct blob blob)
{
	uint8_t sum[32];
	struct blob type, point, application;
	char *print;

	memset(key, 0, sizeof(*key));
	sha256_of(sum, blob.bytes, blob.len_bytes);
	print = px_base64_print(sum, sizeof(sum));
	snprintf(key->print, sizeof(key->print), "SHA256:%s", print);
	free(print);
	type = take_string(&blob);
	if (!type.bytes)
		return "damaged: no key of OpenSSH";
	key->kind = is_word(&type, TYPE_TOKEN) ? PX_KEY_SSH_SK : PX_KEY_SSH;
	if (key->kind == PX_KEY_SSH && !is_word(&type, TYPE_PLAIN))
		return wrong_type(&type);
	point = take_string(&blob);
	if (point.len_bytes == 32 && point.bytes)
		memcpy(key->point, point.bytes, 32);
	if (key->kind == PX_KEY_SSH_SK) {
		application = take_string(&blob);
		if (application.bytes)
			sha256_of(key->application, application.bytes, application.len_bytes);
	}
	return is_end(&blob) && point.len_bytes == 32 ? NULL : "damaged: no ed25519 key";
}

const char* FAST_FUNC px_ssh_key(struct px_key *key, const char *line, const char *file_name)
{
	const char *base64 = skip_whitespace(skip_non_whitespace(line)), *problem;
	size_t length = strcspn(base64, " \t");
	const char *comment = skip_whitespace(base64 + length);
	uint8_t bytes[PX_KEY_FILE_BYTES_MAX];
	struct blob blob = { bytes, 0 }, type;
	int len_bytes = px_base64_decode(bytes, sizeof(bytes), base64, length);

	if (len_bytes < 0)
		return "no public key of OpenSSH, minisign or signify";
	blob.len_bytes = len_bytes;
	type = blob;
	type = take_string(&type);
	if (!type.bytes || type.len_bytes != strcspn(line, " \t") || memcmp(type.bytes, line, type.len_bytes) != 0)
		return "no public key of OpenSSH (options before a key are not known here)";
	problem = parse_key(key, blob);
	if (!*comment)
		comment = file_name;
	px_text_copy(key->name, sizeof(key->name), comment, strlen(comment));
	return problem;
}

/* --- the signature */

/* The base64 between the two lines of the armor, without line ends, decoded. -1: no armor, or no base64. */
static int decode_armor(uint8_t *bytes, const char *text, size_t len_bytes)
{
	const char *s = text + strlen(ARMOR_BEGIN), *end = text + len_bytes - strlen(ARMOR_END);
	char base64[PX_SIGNATURE_BYTES_MAX];
	size_t length = 0;

	if (end < s || strcmp(end, ARMOR_END) != 0 || end[-1] != '\n')
		return -1;
	for (; s < end; s++)
		if (*s != '\n')
			base64[length++] = *s;
	return px_base64_decode(bytes, BLOB_BYTES_MAX, base64, length);
}

/* 0; -1: it is none. */
static int parse_sshsig(struct sshsig *sig, struct blob blob)
{
	static const char version_1[4] ALIGN1 = { 0, 0, 0, 1 };
	struct blob magic = take(&blob, strlen(MAGIC)), version = take(&blob, 4);

	if (!version.bytes || !is_word(&magic, MAGIC) || memcmp(version.bytes, version_1, 4) != 0)
		return -1;
	sig->key = take_string(&blob);
	sig->namespace = take_string(&blob);
	sig->reserved = take_string(&blob);
	sig->hash = take_string(&blob);
	sig->signature = take_string(&blob);
	return is_end(&blob) ? 0 : -1;
}

static const struct px_key *find_key(const struct px_keys *keys, const struct px_key *key)
{
	unsigned i;

	for (i = 0; i < keys->count; i++)
		if (keys->keys[i].kind == key->kind && memcmp(keys->keys[i].point, key->point, 32) == 0
		 && memcmp(keys->keys[i].application, key->application, 32) == 0)
			return &keys->keys[i];
	return NULL;
}

static uint8_t *put_string(uint8_t *at, const void *bytes, uint32_t len_bytes)
{
	uint32_t length = htonl(len_bytes);

	move_to_unaligned32(at, length);
	memcpy(at + 4, bytes, len_bytes);
	return at + 4 + len_bytes;
}

/* What the key has signed, for data; returns its bytes, 0: that hash is not known. */
static size_t to_be_signed(uint8_t *tbs, const struct blob *hash, const struct px_signed *what)
{
	uint8_t sum[64], *end = (uint8_t *)mempcpy(tbs, MAGIC, strlen(MAGIC));
	size_t sum_bytes = 64;

	if (is_word(hash, "sha512"))
		crypto_hash_sha512(sum, what->data, what->len_bytes);
	else if (is_word(hash, "sha256")) {
		sha256_of(sum, what->data, what->len_bytes);
		sum_bytes = 32;
	} else
		return 0;
	end = put_string(end, PX_SIGNATURE_NAMESPACE, strlen(PX_SIGNATURE_NAMESPACE));
	end = put_string(end, "", 0);
	end = put_string(end, hash->bytes, hash->len_bytes);
	end = put_string(end, sum, sum_bytes);
	return end - tbs;
}

/* What a token signs in its place: made_for, flags and counter (5 bytes), SHA-256 of tbs. */
static size_t by_token(uint8_t *tbs, size_t tbs_bytes, const struct px_key *key, const uint8_t *flags)
{
	uint8_t sum[32];

	sha256_of(sum, tbs, tbs_bytes);
	memcpy(tbs, key->application, 32);
	memcpy(tbs + 32, flags, 5);
	memcpy(tbs + 37, sum, 32);
	return 32 + 5 + 32;
}

/* NULL: key made the signature. */
static char *check_bytes(const struct sshsig *sig, const struct px_key *key, const struct px_signed *what)
{
	int token = key->kind == PX_KEY_SSH_SK;
	uint8_t tbs[TBS_BYTES];
	size_t tbs_bytes = to_be_signed(tbs, &sig->hash, what);
	struct blob blob = sig->signature;
	struct blob type = take_string(&blob), bytes = take_string(&blob), flags = { NULL, 0 };

	if (!tbs_bytes)
		return xstrdup("of another hash than sha512 or sha256");
	if (token)
		flags = take(&blob, 5);
	if (!is_end(&blob) || !is_word(&type, token ? TYPE_TOKEN : TYPE_PLAIN) || bytes.len_bytes != 64)
		return xstrdup("damaged: no ed25519 signature in it");
	if (token && !(flags.bytes[0] & FLAG_TOUCHED))
		return xasprintf("made by the token of %s without a touch", key->name);
	if (token)
		tbs_bytes = by_token(tbs, tbs_bytes, key, flags.bytes);
	if (!px_ed25519_verify(bytes.bytes, tbs, tbs_bytes, key->point))
		return xasprintf("does not fit this catalog (key %s)", key->name);
	return NULL;
}

/* bytes must outlive sig */
static int read_armor(struct sshsig *sig, uint8_t *bytes, const char *text, size_t len_bytes)
{
	int blob_bytes = decode_armor(bytes, text, len_bytes);

	return blob_bytes < 0 ? -1 : parse_sshsig(sig, (struct blob){ bytes, blob_bytes });
}

char* FAST_FUNC px_sshsig_check(struct px_signed *what, const char *text, size_t len_bytes)
{
	uint8_t bytes[BLOB_BYTES_MAX];
	struct sshsig sig;
	struct px_key claimed;
	const struct px_key *key;
	const char *problem;
	char *why;

	if (read_armor(&sig, bytes, text, len_bytes) != 0)
		return xstrdup("damaged: no signature of ssh-keygen");
	problem = parse_key(&claimed, sig.key);
	if (problem)
		return xasprintf("made by %s", problem);
	if (!is_word(&sig.namespace, PX_SIGNATURE_NAMESPACE) || sig.reserved.len_bytes)
		return xstrdup("made for something else: sign with ssh-keygen -Y sign -n " PX_SIGNATURE_NAMESPACE);
	key = find_key(what->keys, &claimed);
	if (!key)
		return px_signature_unknown(what->keys, claimed.print);
	why = check_bytes(&sig, key, what);
	if (!why)
		what->by = key;
	return why;
}
