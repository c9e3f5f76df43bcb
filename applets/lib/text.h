/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from elsewhere (network, disks, command line), made fit to print on any terminal: printable ASCII and nothing
 * else. The only place where that is decided. No escape sequence, no C1 control, no broken UTF-8 gets through.
 */
#ifndef PX_TEXT_H
#define PX_TEXT_H 1

/* Copies len_bytes of from (which needs no NUL) to dst, cut to fit dst_bytes (> 0) with its NUL. Everything but
 * printable ASCII becomes '?'. Returns dst. */
char *px_text_copy(char *dst, size_t dst_bytes, const char *from, size_t len_bytes) FAST_FUNC;

/* The same in place, for a string. Returns it. */
char *px_text_clean(char *text) FAST_FUNC;

/* The same as a copy; malloc'ed. */
char *px_text_clean_copy(const char *text) FAST_FUNC;

/* For what people wrote: rewrites text in place (it never grows); letters of Latin-1 and Latin Extended-A become
 * their base letter, combining marks vanish, tabs become blanks, every other character outside of 0x20..0x7e, C1
 * controls and broken UTF-8 (RFC 3629) one '?' each. keep: one control character that stays ('\n'), or 0. Returns
 * text. */
char *px_ascii(char *text, char keep) FAST_FUNC;

#endif
