/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Base64 (RFC 4648) of what is signed or signs: strict, so that two different texts are never the same bytes.
 */
#ifndef PX_BASE64_H
#define PX_BASE64_H 1

/* Decodes text (len_bytes of it, nothing but the 64 characters and the '=' at its end that belong there; bits that
 * stand for nothing are zero) into bytes (of room). Returns how many; -1: it is not that, or there are more than fit.
 */
int px_base64_decode(uint8_t *bytes, size_t room, const char *text, size_t len_bytes) FAST_FUNC;

/* The base64 of bytes without the '=' at its end, as ssh-keygen prints a SHA-256; malloc'ed. */
char *px_base64_print(const uint8_t *bytes, size_t len_bytes) FAST_FUNC;

#endif
