/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libbb expects of a BusyBox program: these targets are linked with the libbb.a that build/busybox is made of.
 */
#include "libbb.h"

static const char name[] = "fuzz";
const char *applet_name = name;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc UNUSED_PARAM, char ***argv UNUSED_PARAM)
{
	ASSIGN_CONST_PTR(&bb_errno, __errno_location());
	logmode = LOGMODE_NONE; /* messages are formatted, so that a bad argument shows, and dropped */
	return 0;
}
