/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This machine. See machine.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += machine.o

#include "libbb.h"
#include <sys/utsname.h>
#include "disk/machine.h"
#include "disk/sysfs.h"

static int is_pc(void)
{
	struct utsname name;

	return uname(&name) == 0 && (strcmp(name.machine, "x86_64") == 0
		|| (name.machine[0] == 'i' && strcmp(name.machine + 2, "86") == 0));
}

enum px_firmware FAST_FUNC px_machine_firmware(const char *root)
{
	char *block = px_sys_path(root, "/sys/block");
	char *efi = px_sys_path(root, "/sys/firmware/efi");
	enum px_firmware firmware = PX_FIRMWARE_UNKNOWN;

	if (access(efi, F_OK) == 0)
		firmware = PX_FIRMWARE_UEFI;
	else if (access(block, F_OK) == 0 && is_pc()) /* without /sys nothing says that there is no UEFI */
		firmware = PX_FIRMWARE_BIOS;
	free(block);
	free(efi);
	return firmware;
}
