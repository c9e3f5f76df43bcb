/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which disk is meant, beyond its name: /dev/sda may be another one by the time that somebody has said yes to it.
 *
 *	diskseq=12,serial=S4GENX0N123456,wwn=eui.002538b12345678a,size=512110190592
 *
 * Comma-separated fields in any order, each at most once. A byte that is no printable ASCII, a blank, a comma, '=' or
 * '%' is written as % and two hexadecimal digits; a reader also takes a bare blank or '='. diskseq counts the media
 * that this kernel has seen (Linux 5.15: /sys/block/DISK/diskseq): one that was taken out and put in again has
 * another number. It means nothing after a reboot.
 */
#ifndef PX_IDENTITY_H
#define PX_IDENTITY_H 1

#include "disk/disk.h"

struct px_identity {
	unsigned long long diskseq;  /* 0: not said */
	char *serial;                /* owned; NULL: not said. Bytes as the device gives them */
	char *wwn;                   /* the same */
	off_t size_bytes;            /* 0: not said */
};

/* All that is known of disk, as text for px_identity_parse; a field that is not known is left out. malloc'ed. */
char *px_identity_print(const struct px_disk *disk) FAST_FUNC;

/* Reads text into *identity (px_identity_free it, whatever comes back). Returns 0, or -1 with *why (a string
 * constant): an unknown field, one twice, an empty value, no number, no field at all. size takes k, M, G and T. */
int px_identity_parse(struct px_identity *identity, const char *text, const char **why) FAST_FUNC;

/* Compares each field that identity says with that of disk; one that disk lacks is another disk. NULL: all are equal;
 * else what differs ("its serial is B, not A"), fit to print, malloc'ed. */
char *px_identity_differs(const struct px_identity *identity, const struct px_disk *disk) FAST_FUNC;

/* The same for what is open as fd, whatever its path names by now: asks sysfs about the device of that number. Of a
 * regular file only the size is known. */
char *px_identity_differs_fd(const struct px_identity *identity, int fd) FAST_FUNC;

void px_identity_free(struct px_identity *identity) FAST_FUNC; /* what it owns, not the struct */

#endif
