/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What verify/signature.c asks of each format: one file a format.
 */
#ifndef PX_SIGFORMAT_H
#define PX_SIGFORMAT_H 1

#include "verify/keys.h"

/* What is held against the keys. */
struct px_signed {
	const struct px_keys *keys;
	const void *data;
	size_t len_bytes;
	const struct px_key *by;       /* set by the format once all is well */
};

/* RFC 8032, with S below the group's order and no points of small order or in two writings. 1: it is right. */
int px_ed25519_verify(const uint8_t signature[64], const void *data, size_t len_bytes, const uint8_t point[32])
	FAST_FUNC;

/* "made by a key that is not in this initramfs (PRINT); keys here: a, b"; malloc'ed. */
char *px_signature_unknown(const struct px_keys *keys, const char *print) FAST_FUNC;

/* sshsig.c (PROTOCOL.sshsig, PROTOCOL.u2f of OpenSSH). text is the armor, whole. As px_signature_check. */
char *px_sshsig_check(struct px_signed *what, const char *text, size_t len_bytes) FAST_FUNC;

/* One line "TYPE BASE64 [COMMENT]" into *key, name included. NULL, or a constant: why not. */
const char *px_ssh_key(struct px_key *key, const char *line, const char *file_name) FAST_FUNC;

/* The second line of minisign's and signify's files, keys and signatures alike: "Ed" (or "ED"), a number, and
 * rest_bytes more. */
struct px_numbered {
	uint8_t algorithm[2];
	uint8_t number[8];
	uint8_t rest[64];
};

/* Takes line (of len_bytes) apart. 0; -1: it is none. */
int px_numbered_parse(struct px_numbered *numbered, const char *line, size_t len_bytes, size_t rest_bytes) FAST_FUNC;

/* The key of that number; NULL: *why is set (malloc'ed). */
const struct px_key *px_numbered_find(const struct px_keys *keys, const struct px_numbered *numbered, char **why)
	FAST_FUNC;

/* A .pub file of minisign or signify. NULL, or a constant: why not. */
const char *px_numbered_key(struct px_key *key, const char *text, size_t len_bytes, const char *file_name) FAST_FUNC;

/* signify.c: text has two lines; minisign.c: four. As px_signature_check. */
char *px_signify_check(struct px_signed *what, const char *text, size_t len_bytes) FAST_FUNC;
char *px_minisign_check(struct px_signed *what, const char *text, size_t len_bytes) FAST_FUNC;

#define PX_UNTRUSTED_COMMENT "untrusted comment: "

#endif
