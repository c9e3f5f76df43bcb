/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing a catalog on the server: by the program that made the key; what it says is checked by the machine's own code.
 */
#ifndef PX_SIGNING_H
#define PX_SIGNING_H 1

#include "lib/status.h"

/* Signs text with the secret key at key_path (ssh-keygen's, or its public half while an agent or a token has the rest;
 * minisign's; signify's) and gives the signature, malloc'ed, which the public key beside it has been held against.
 * NULL: a message is printed, *status says what it is. */
char *px_signing_make(const char *key_path, const char *text, size_t len_bytes, size_t *sig_bytes,
		enum px_status *status) FAST_FUNC;

/* Holds the signature beside the catalog at path (PATH.sig, else PATH.minisig) against text and the public key at
 * key_path, and says how that went. PX_OK, PX_AUTH, or the status of what could not be read. */
enum px_status px_signing_check(const char *key_path, const char *path, const char *text, size_t len_bytes) FAST_FUNC;

#endif
