/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the maker of the machine has written into its firmware (the kernel's /sys/class/dmi/id).
 */
#ifndef PX_DMI_H
#define PX_DMI_H 1

enum { PX_DMI_BYTES = 100 };

/* The value of that name ("product_serial", "product_uuid") below root, printable ASCII without blanks around it, at
 * most PX_DMI_BYTES; malloc'ed, "" when there is none. */
char *px_dmi_read(const char *root, const char *name) FAST_FUNC;

#endif
