/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PXE Imager this is. See version.h; px_version.h is written by kbuild/busybox.sh. Only this file and BusyBox's
 * banner include it, so that a new commit compiles two files and no more.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += version.o

#include "libbb.h"
#include "px_version.h"
#include "lib/version.h"

const char px_version[] = PX_VERSION;
