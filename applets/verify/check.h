/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A filter that lets an end pass only when it is the right one: so many bytes, with that SHA-256 (FIPS 180-4).
 */
#ifndef PX_CHECK_H
#define PX_CHECK_H 1

#include "lib/stream.h"

struct px_digest {
	smallint known;      /* 0: nothing expected */
	uint8_t sha256[32];
};

/* Parses "sha256:HEX" (64 hex digits, either case) or the bare HEX. Returns 0, or -1 without a message. */
int px_digest_parse(struct px_digest *digest, const char *text) FAST_FUNC;

/* Ends hash and compares it with what is expected. 0: that is it, or nothing is expected; -1: "WHAT: wrong SHA-256:
 * got ..." is printed. */
int px_digest_check(const struct px_digest *digest, sha256_ctx_t *hash, const char *what) FAST_FUNC;

/* Takes ownership of upstream. size_bytes < 0: any size. Fails with PX_DATA as soon as a byte too many arrives, or at
 * an end that comes too early or with another hash; what names the thing in messages (not copied). */
struct px_stream *px_check_open(struct px_stream *upstream, const char *what, off_t size_bytes,
		const struct px_digest *digest) FAST_FUNC;

/* The same for the rest of something whose beginning passed elsewhere: prefix is the hash of that (copied), NULL:
 * nothing. size_bytes: of the rest. */
struct px_stream *px_check_resume(struct px_stream *upstream, const char *what, off_t size_bytes,
		const struct px_digest *digest, const sha256_ctx_t *prefix) FAST_FUNC;

#endif
