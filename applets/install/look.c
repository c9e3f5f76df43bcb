/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at a raw image before anything is written: pxfetch of its first MiBs | pxwrite -n, which says whether this
 * machine will start from it. It is bounded: in bytes by pxwrite, in seconds here; where the server is slow nothing is
 * known, and that stops nothing. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += look.o

#include "libbb.h"
#include "disk/platform.h"
#include "install/pipe.h"
#include "install/step.h"
#include "report/log.h"

enum {
	LOOK_MS = 10 * 1000,     /* somebody has answered, and waits */
	ALONE_MS = 60 * 1000,    /* nobody waits: a slow server is no reason for a disk that does not start */
};

/* What pxwrite cannot see when it writes, the first MiB being all that it has then, is in an EFI system partition: a
 * machine with a BIOS is spared the second connection. */
static int is_needed(const struct px_install *install)
{
	struct px_platform machine;

	if (px_step_is_scripted(install) || install->boot_any)
		return 0;
	if (install->look_only)
		return 1;
	px_platform_look(&machine, install->root);
	return machine.firmware == PX_FIRMWARE_UEFI && !install->looked;
}

static int FAST_FUNC start_look(struct px_install *install)
{
	if (!is_needed(install))
		return 0;
	px_child_free(&install->fetch);
	install->looking = 1;
	install->look_ms = monotonic_ms();
	px_step_stage(install, "look");
	return px_pipe_start(install, px_pipe_urls(install), install->disk, -1) == 0 ? 1 : -1;
}

/* Only what pxwrite says of image and disk counts: it refuses them, or this is no image. Whatever else there is the
 * installation itself will meet, and say. */
static void FAST_FUNC end_look(struct px_install *install)
{
	const struct px_child *write = &install->write;
	char reason[PX_CHILD_LINE_BYTES];

	install->looking = 0;
	install->looked = write->status == 0;
	if (write->status != PX_TARGET && (write->status != PX_DATA || strcmp(write->why, "image") != 0))
		return;
	px_pipe_reason(write, reason);
	px_step_fail(install, write->status, "write", reason);
}

void FAST_FUNC px_look_watch(struct px_install *install)
{
	unsigned most_ms = install->patience_s ? ALONE_MS : LOOK_MS; /* of unattended runs only */

	if (!install->looking)
		return;
	if (install->write.pid > 0 && install->write.status >= 0)
		px_child_stop(&install->fetch);
	if (monotonic_ms() < install->look_ms + most_ms || install->impatient)
		return;
	px_log_add("px: the first bytes of %s come too slowly: whether this machine will start from it is not known",
			install->image->id);
	px_patience_stop(install);
	install->impatient = 1; /* what does not end is killed */
}

const struct px_step px_step_look_at_image = { start_look, end_look };
