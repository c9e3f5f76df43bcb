/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libselinux.so.1 for the tree: Debian's tar is linked to it and, without --selinux, calls none of it. The real one
 * brings a regular expression library along, 900 KiB together; this one says that there is no SELinux.
 */
#include <errno.h>

static int none(void)
{
	errno = ENOTSUP;
	return -1;
}

int getfilecon(void) { return none(); }
int lgetfilecon(void) { return none(); }
int fgetfilecon(void) { return none(); }
int setfilecon(void) { return none(); }
int lsetfilecon(void) { return none(); }
int fsetfilecon(void) { return none(); }
int is_selinux_enabled(void) { return 0; }
int is_selinux_mls_enabled(void) { return 0; }
void freecon(char *context) { (void)context; }
