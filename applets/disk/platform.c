/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This machine. See platform.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += platform.o

#include "libbb.h"
#include <sys/utsname.h>
#include "disk/platform.h"
#include "disk/sysfs.h"

static int exists(const char *root, const char *path)
{
	char *name = px_sys_path(root, "%s", path);
	int rc = access(name, F_OK);

	free(name);
	return rc == 0;
}

/* A kernel of 64 bits may stand on firmware of 32, and that is what starts loaders; one of 32 on one of 64. */
static enum px_cpu firmware_cpu(const char *root, int pc, int arm)
{
	int is_32 = px_sys_number(root, 64, "/sys/firmware/efi/fw_platform_size") == 32;

	if (pc)
		return is_32 ? PX_CPU_IA32 : PX_CPU_X64;
	return arm ? (is_32 ? PX_CPU_ARM : PX_CPU_AA64) : PX_CPU_UNKNOWN;
}

/* Four bytes of attributes, one of value (UEFI 2.10, 3.3). */
static int is_secure(const char *root)
{
	size_t n = 5;
	uint8_t *variable = px_sys_bytes(root, &n,
			"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	int secure = variable && n == 5 && variable[4] == 1;

	free(variable);
	return secure;
}

void FAST_FUNC px_platform_look(struct px_platform *machine, const char *root)
{
	struct utsname name;
	int pc, arm;

	memset(machine, 0, sizeof(*machine));
	if (uname(&name) != 0)
		return;
	pc = strcmp(name.machine, "x86_64") == 0 || (name.machine[0] == 'i' && strcmp(name.machine + 2, "86") == 0);
	arm = strcmp(name.machine, "aarch64") == 0 || is_prefixed_with(name.machine, "arm");
	machine->cpu = firmware_cpu(root, pc, arm);
	if (exists(root, "/sys/firmware/efi")) {
		machine->firmware = PX_FIRMWARE_UEFI;
		machine->secure = is_secure(root);
	} else if (pc && exists(root, "/sys/block")) /* without /sys nothing says that there is no UEFI */
		machine->firmware = PX_FIRMWARE_BIOS;
}
