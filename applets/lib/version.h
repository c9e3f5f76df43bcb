/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PXE Imager this is.
 */
#ifndef PX_VERSION_H
#define PX_VERSION_H 1

/* What kbuild/version.sh said when this was built: "1.2", "1.2+5.g0123456789", "unknown". Letters, digits and .+~-
 * only. */
extern const char px_version[];

#endif
