/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences about image, disk and progress that screens and lines of text share, so that both say the same.
 */
#ifndef PX_WORDS_H
#define PX_WORDS_H 1

#include "menu/menu.h"

enum { PX_TIME_BYTES = 16 };

/* "debian-13-lab, 4.0 GiB, hash known, grows to the disk's end"; malloced. */
char *px_words_image(const struct px_image *image) FAST_FUNC;

/* "/dev/sda  WDC WD10EZEX"; printable ASCII, malloced. */
char *px_words_disk(const struct px_disk *disk) FAST_FUNC;

/* "serial WD-WCC6Y5ABCDEF, 999.6 GB, ata"; printable ASCII, malloced. */
char *px_words_disk_details(const struct px_disk *disk) FAST_FUNC;

/* What is to be typed to go on (never the characters of a serial number); word: px_confirm_word; malloced. */
char *px_words_question(const struct px_disk *disk, const char *word) FAST_FUNC;

/* "Writing", "Reading back and comparing": for a stage keyword of pxwrite's or the installation's; "Starting" for
 * "". */
const char *px_words_stage(const char *stage) FAST_FUNC;

/* How far it is, of the child whose numbers mean most: pxwrite; pxread while a disk is saved, then pxsend. */
const struct px_child_progress *px_words_progress(const struct px_menu *menu) FAST_FUNC;

/* What an abort would leave behind. */
const char *px_words_abort(const struct px_menu *menu) FAST_FUNC;

/* How many bytes the installation is of, 0: not known; and how many seconds are left at this rate, -1: not known. */
off_t px_words_total_bytes(const struct px_menu *menu) FAST_FUNC;
int px_words_left(const struct px_menu *menu) FAST_FUNC;

/* The busiest stage is the brake: "disk  (busy: network 40%, decoder 20%, disk 95%)"; malloced, NULL: nobody said. */
/* What holds up the installation: "network", "decoder" or "disk"; NULL: not known. */
const char *px_words_limit(const struct px_menu *menu) FAST_FUNC;
char *px_words_brake(const struct px_menu *menu) FAST_FUNC;

/* "the disk holds 87 % of this image already: 0.2 GiB of 1.5 GiB to fetch", once that is known; malloced, or NULL. */
char *px_words_holds(const struct px_menu *menu) FAST_FUNC;

/* "kept 1.3 GiB, fetched 0.1 GiB, written 0.2 GiB": kept and written as they lie on the disk, fetched as it came,
 * packed; malloced, NULL: all of the image is fetched. */
char *px_words_parts(const struct px_menu *menu) FAST_FUNC;

/* "1:02:03", "2:03"; buf of PX_TIME_BYTES; returns buf. */
char *px_words_time(char *buf, unsigned seconds) FAST_FUNC;

/* What the state of the disk is called on a page of success: "written and verified". */
const char *px_words_state(const struct px_menu *menu) FAST_FUNC;

/* What has proven that the right bytes are on the disk, in words; NULL: nothing beyond the state. */
const char *px_words_proof(const struct px_install *install) FAST_FUNC;

/* What the machine will do after an installation: "restart". */
const char *px_words_after(const struct px_menu *menu) FAST_FUNC;

#endif
