/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which tar there is, and how it is asked to keep everything. See tar.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += tar.o

#include <sys/statvfs.h>
#include "libbb.h"
#include "install/tar.h"
#include "report/log.h"

/* BusyBox's knows neither extended attributes nor ACLs nor sparse files. */
static int tar_is_busybox(void)
{
	char *dirs = getenv("PATH");
	char *found = find_executable("tar", &dirs);
	char *real = found ? xmalloc_realpath(found) : NULL;
	int is = !real || strcmp(bb_basename(real), "busybox") == 0;

	free(found);
	free(real);
	return is;
}

/* GNU tar strips a leading "/", refuses "..", and makes links that lead out of the target last of all: nothing
 * gets out. */
void FAST_FUNC px_tar_command(struct px_command *command, const char *target)
{
	static const char gnu[] ALIGN1 = "--numeric-owner\0--same-owner\0--acls\0--xattrs\0--xattrs-include=*\0";
	const char *option;

	memset(command, 0, sizeof(*command));
	px_command_add(command, "tar");
	px_command_add(command, "-x");
	px_command_add(command, "-p");
	if (tar_is_busybox()) {
		px_log_add("px: this is BusyBox's tar: extended attributes and ACLs of the archive are lost");
		px_command_add(command, "--numeric-owner");
	} else
		for (option = gnu; *option; option += strlen(option) + 1)
			px_command_add(command, option);
	px_command_add(command, "-f");
	px_command_add(command, "-");
	px_command_add(command, "-C");
	px_command_add(command, target);
}

int FAST_FUNC px_tar_is_full(const char *target)
{
	struct statvfs fs;

	return statvfs(target, &fs) == 0 && fs.f_blocks > 0
		&& (fs.f_bfree < fs.f_blocks / 32 /* ext4 keeps a little back */
			|| (fs.f_files > 0 && fs.f_ffree == 0));
}

/* The last lines of GNU tar, "Exiting with failure status" and "Error is not recoverable", give no reason: the
 * line before does. */
char* FAST_FUNC px_tar_reason(const struct px_child *tar, const char *target)
{
	const char *message = "tar failed";
	unsigned n;

	for (n = 0; n < PX_CHILD_LINES && px_child_message(tar, n)[0]; n++) {
		message = px_child_message(tar, n);
		if (!is_prefixed_with(message, "tar: Exiting")
		 && !is_prefixed_with(message, "tar: Error is not recoverable"))
			break;
	}
	return xasprintf("%s%s", message, px_tar_is_full(target) ? ": the file system is full" : "");
}
