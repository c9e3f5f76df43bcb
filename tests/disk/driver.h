/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each test driver (disk/build) begins with: what BusyBox's main would have set.
 */
const char *applet_name = "driver";

static void driver_start(const char *name)
{
	ASSIGN_CONST_PTR(&bb_errno, __errno_location());
	applet_name = name;
}
