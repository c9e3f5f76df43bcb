/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: signatures and keys. The first byte says what the rest is: a file of keys, which must leave each key
 * that it gives printable; or a signature (in text, or the bytes that the armor of ssh-keygen holds), which must never
 * fit, since the keys are of nobody; or base64, which must have one writing.
 */
//fuzz-sources: verify/signature.c verify/sshsig.c verify/minisign.c verify/signify.c verify/base64.c
//fuzz-sources: verify/sha256.c lib/text.c
//fuzz-libs: sodium
#include "libbb.h"
#include "verify/base64.h"
#include "verify/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libsodium's allocator, which nobody calls, asks for it. */
void randombytes_buf(void *buf, size_t size);
void randombytes_buf(void *buf UNUSED_PARAM, size_t size UNUSED_PARAM)
{
	abort();
}

static void fuzz_keys(const char *text, size_t size)
{
	struct px_keys keys = { .count = 0 };
	char *why = px_keys_add(&keys, "name.pub", text, size);
	const char *s;
	unsigned i;

	if (!why && !keys.count)
		abort();
	for (i = 0; !why && i < keys.count; i++) {
		if (!keys.keys[i].name[0] || !keys.keys[i].print[0])
			abort();
		for (s = keys.keys[i].name; *s; s++)
			if (*s < ' ' || *s > '~')
				abort();
	}
	free(why);
}

static void fuzz_signature(const char *text, size_t size)
{
	/* points of the curve, whose secret keys nobody has */
	static const char pub[] ALIGN1 =
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a\n";
	static const char numbered[] ALIGN1 =
		"untrusted comment: b\nRWQwMTIzNDU2NwQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
	struct px_keys keys = { .count = 0 };
	const struct px_key *by;
	char *why = px_keys_add(&keys, "a.pub", pub, strlen(pub));

	if (why || px_keys_add(&keys, "b.pub", numbered, strlen(numbered)))
		abort();
	why = px_signature_check(&keys, "data", 4, text, size, &by);
	if (!why || by)
		abort();
	free(why);
}

static void fuzz_armor(const uint8_t *data, size_t size)
{
	char *base64 = xzalloc(size * 2 + 8), *text;

	bb_uuencode(base64, data, size, bb_uuenc_tbl_base64);
	text = xasprintf("-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n", base64);
	fuzz_signature(text, strlen(text));
	free(text);
	free(base64);
}

static void fuzz_base64(const char *text, size_t size)
{
	uint8_t bytes[3000];
	int n = px_base64_decode(bytes, sizeof(bytes), text, size);
	char again[4008];

	if (n < 0)
		return;
	bb_uuencode(again, bytes, n, bb_uuenc_tbl_base64);
	if (strlen(again) != size || memcmp(again, text, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 1)
		return 0;
	text = xmalloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] & 3) {
	case 0: fuzz_keys(text, size - 1); break;
	case 1: fuzz_signature(text, size - 1); break;
	case 2: fuzz_armor(data + 1, MIN(size - 1, 3000)); break;
	case 3: fuzz_base64(text, size - 1); break;
	}
	free(text);
	return 0;
}
