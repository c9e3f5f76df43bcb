/*
 * Text that came from the network, made fit for a terminal.
 */
#ifndef PX_TEXT_H
#define PX_TEXT_H 1

/* Copies len_bytes of from (which needs no NUL) to dst, cut to fit dst_bytes (> 0) with its NUL. Everything but printable
 * ASCII becomes '?': no escape sequence, no C1 control, no broken UTF-8 gets through. Returns dst. */
char *px_text_copy(char *dst, size_t dst_bytes, const char *from, size_t len_bytes) FAST_FUNC;

/* The same in place, for a string. Returns it. */
char *px_text_clean(char *text) FAST_FUNC;

#endif
