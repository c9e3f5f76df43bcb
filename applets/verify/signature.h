/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who signed some bytes: signatures of ssh-keygen (SSHSIG), minisign and signify, all of them Ed25519 (RFC 8032), told
 * apart by what is in them, never by a name. Pure functions, no I/O. Which keys count, and what follows from it, is
 * catalog/signed.h's.
 */
#ifndef PX_SIGNATURE_H
#define PX_SIGNATURE_H 1

#include "verify/keys.h"

/* Adds the keys of a .pub file's text (len_bytes of it, a NUL behind) to keys: lines of OpenSSH, or one key of minisign
 * or signify. name: the file's, without folder. Returns NULL; or why the file cannot be used, malloc'ed: all of it must
 * be understood. */
char *px_keys_add(struct px_keys *keys, const char *name, const char *text, size_t len_bytes) FAST_FUNC;

/* Holds signature (sig_bytes of it, a NUL behind) against data. Returns NULL: one of keys made it, *by says which. Else
 * why it counts for nothing, malloc'ed: words for people, behind the signature's file name and a colon. */
char *px_signature_check(const struct px_keys *keys, const void *data, size_t len_bytes, const char *signature,
		size_t sig_bytes, const struct px_key **by) FAST_FUNC;

#endif
