/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives verify/signature.h.
 *
 *	signature check DATA SIGNATURE KEYS...   "good NAME (PRINT)", or why not, with status 5; 6: a KEYS file is bad
 *	signature hurt DATA SIGNATURE KEYS...    each bit of both files turned over, each cut: what is still good
 *	signature vectors <LINES                 "KEY MESSAGE SIGNATURE valid|invalid NAME", in hex: which are not so
 *	signature cost N DATA SIGNATURE KEYS...  microseconds of processor time for one check, by N of them
 */
#include "libbb.h"
#include <time.h>
#include "driver.h"
#include "verify/sigformat.h"
#include "verify/signature.h"

struct file {
	char *text;
	size_t len_bytes;
};

static struct file load(const char *path)
{
	struct file file = { NULL, 32 << 20 };

	file.text = xmalloc_open_read_close(path, &file.len_bytes);
	if (!file.text)
		bb_perror_msg_and_die("%s", path);
	return file;
}

static void load_keys(struct px_keys *keys, char **paths)
{
	memset(keys, 0, sizeof(*keys));
	for (; *paths; paths++) {
		struct file file = load(*paths);
		char *why = px_keys_add(keys, bb_basename(*paths), file.text, file.len_bytes);

		if (why) {
			printf("%s: %s\n", bb_basename(*paths), why);
			exit(6);
		}
		free(file.text);
	}
}

static int check(char **argv)
{
	struct file data = load(argv[0]), signature = load(argv[1]);
	const struct px_key *by;
	struct px_keys keys;
	char *why;

	load_keys(&keys, argv + 2);
	why = px_signature_check(&keys, data.text, data.len_bytes, signature.text, signature.len_bytes, &by);
	if (why) {
		puts(why);
		return 5;
	}
	printf("good %s (%s)\n", by->name, by->print);
	return 0;
}

/* In memory of exactly that size, so that a byte read beyond it is found by who looks for that. */
static int is_good(const struct px_keys *keys, const struct file *data, const struct file *signature)
{
	char *text = xmalloc(signature->len_bytes + 1), *bytes = xmemdup(data->text, data->len_bytes);
	const struct px_key *by;
	char *why;
	int good;

	memcpy(text, signature->text, signature->len_bytes);
	text[signature->len_bytes] = '\0';
	why = px_signature_check(keys, bytes, data->len_bytes, text, signature->len_bytes, &by);
	good = !why;
	free(why);
	free(bytes);
	free(text);
	return good;
}

static unsigned hurt_one(const char *name, const struct px_keys *keys, const struct file *data,
		const struct file *signature, struct file *victim)
{
	size_t len_bytes = victim->len_bytes, i;
	unsigned cases = 0;

	for (i = 0; i < len_bytes * 8; i++, cases++) {
		victim->text[i / 8] ^= 1 << i % 8;
		if (is_good(keys, data, signature))
			printf("%s: byte %u, bit %u\n", name, (unsigned)i / 8, (unsigned)i % 8);
		victim->text[i / 8] ^= 1 << i % 8;
	}
	for (victim->len_bytes = 0; victim->len_bytes < len_bytes; victim->len_bytes++, cases++)
		if (is_good(keys, data, signature))
			printf("%s: cut to %u\n", name, (unsigned)victim->len_bytes);
	return cases;
}

static int hurt(char **argv)
{
	struct file data = load(argv[0]), signature = load(argv[1]);
	struct px_keys keys;
	unsigned cases;

	load_keys(&keys, argv + 2);
	if (!is_good(&keys, &data, &signature))
		bb_simple_error_msg_and_die("not good before it is hurt");
	cases = hurt_one("data", &keys, &data, &signature, &data);
	cases += hurt_one("signature", &keys, &data, &signature, &signature);
	printf("%u cases\n", cases);
	return 0;
}

static size_t unhex(uint8_t *bytes, size_t room, const char *hex)
{
	size_t length = strlen(hex) / 2;

	if (length > room || !hex2bin((char *)bytes, hex, length))
		bb_error_msg_and_die("no hex: %s", hex);
	return length;
}

static int vectors(void)
{
	unsigned count = 0, wrong = 0;
	char *line;

	for (; (line = xmalloc_fgetline(stdin)) != NULL; free(line), count++) {
		uint8_t key[32], signature[64], message[4096];
		char *rest = line, *words[5];
		size_t length, i;

		for (i = 0; i < 5; i++)
			words[i] = strsep(&rest, " ");
		unhex(key, 32, words[0]);
		length = words[1][0] == '-' ? 0 : unhex(message, sizeof(message), words[1]);
		unhex(signature, 64, words[2]);
		if (px_ed25519_verify(signature, message, length, key) != (strcmp(words[3], "valid") == 0)) {
			printf("not %s: %s\n", words[3], words[4]);
			wrong++;
		}
	}
	printf("%u vectors, %u wrong\n", count, wrong);
	return wrong != 0;
}

static int cost(char **argv)
{
	struct file data = load(argv[1]), signature = load(argv[2]);
	unsigned n = xatou(argv[0]), i;
	clock_t start;
	struct px_keys keys;

	load_keys(&keys, argv + 3);
	start = clock();
	for (i = 0; i < n; i++)
		if (!is_good(&keys, &data, &signature))
			bb_simple_error_msg_and_die("not good");
	printf("%u us\n", (unsigned)((clock() - start) * (1000000.0 / CLOCKS_PER_SEC) / n));
	return 0;
}

int main(int argc, char **argv)
{
	driver_start("signature");
	if (argc > 4 && strcmp(argv[1], "check") == 0)
		return check(argv + 2);
	if (argc > 4 && strcmp(argv[1], "hurt") == 0)
		return hurt(argv + 2);
	if (argc == 2 && strcmp(argv[1], "vectors") == 0)
		return vectors();
	if (argc > 5 && strcmp(argv[1], "cost") == 0)
		return cost(argv + 2);
	return 2;
}
