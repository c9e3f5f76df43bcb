/*
 * Text from elsewhere (network, disks, command line) made fit for any terminal: printable ASCII and nothing else.
 */
#ifndef PX_ASCII_H
#define PX_ASCII_H 1

/* Rewrites text in place (it never grows): letters of Latin-1 and Latin Extended-A become their base letter, combining
 * marks vanish, tabs become blanks, every other character outside of 0x20..0x7e, C1 controls and broken UTF-8 (RFC 3629)
 * one '?' each. keep: one control character that stays ('\n'), or 0. Returns text. */
char *px_ascii(char *text, char keep) FAST_FUNC;

#endif
