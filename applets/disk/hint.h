/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk hints (docs/unattended.md, "px.disk=HINT"): comma-separated terms that must all hold, and last perhaps smallest
 * or largest.
 *
 *	/dev/sda  serial=S  wwn=W  model=GLOB  by-path=P  transport=nvme|ata|scsi|virtio|usb|mmc|loop
 *	size>=8G  size<=500G  rotational  removable  !TERM  smallest  largest
 *
 * Values are compared exactly, case and all; SIZE takes k M G T (powers of 1024). A comma in a value cannot be
 * written: use model= with '?'. USB and removable disks match only when they are named: by path, serial, wwn,
 * by-path, transport=usb or removable (not negated).
 */
#ifndef PX_HINT_H
#define PX_HINT_H 1

#include "disk/disk.h"

struct px_hint; /* parsed; px_hint_free */

/* Parses text; an empty one is an error. Returns NULL with *why (malloc'ed) saying what and where: `column 7:
 * "sized": no such term`. Prints nothing. */
struct px_hint *px_hint_parse(const char *text, char **why) FAST_FUNC;

/* True when the hint names disks (see above), so that px_disk_wish.named may be set. */
int px_hint_names(const struct px_hint *hint) FAST_FUNC;

/* The one disk that the hint means: its index in disks; or -1: *why (malloc'ed) says "no disk of 4 matches ...", "3
 * disks match ... : /dev/sda, /dev/sdb, /dev/sdc". *matches (may be NULL): how many were left. Disks in use are not
 * left out here: a hint that means a disk in use is refused later, never turned into another disk. */
int px_hint_choose(const struct px_hint *hint, const struct px_disks *disks, unsigned *matches, char **why) FAST_FUNC;

void px_hint_free(struct px_hint *hint) FAST_FUNC; /* NULL is fine */

#endif
