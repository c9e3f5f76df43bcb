/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of what scripts have begun, also after a failure: all is written back, unmounted, and has reached the disk.
 * See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += ending.o

#include "libbb.h"
#include "install/flush.h"
#include "install/mounts.h"
#include "install/pipe.h"
#include "install/step.h"

static void fail(struct px_install *install, const char *step)
{
	char reason[PX_CHILD_LINE_BYTES];

	px_pipe_reason(&install->run, reason);
	px_step_keep_lines(install);
	px_step_fail(install, PX_IO, step, reason);
}

/* --- file systems */

static int FAST_FUNC flush_mounts(void *arg)
{
	const struct px_install *install = arg;

	return px_flush_mounts(install->flush) == 0 ? PX_OK : PX_IO;
}

/* What Post has mounted is there only now. */
static int FAST_FUNC start_flush(struct px_install *install)
{
	if (!install->flush)
		return 0;
	px_step_stage(install, "flush");
	if (px_flush_add_mounts(install->flush, install->target) != 0)
		return -1;
	return px_step_call(install, "pximenu", flush_mounts);
}

static void FAST_FUNC end_flush(struct px_install *install)
{
	if (install->run.status != 0)
		fail(install, "flush");
}

const struct px_step px_step_flush = { start_flush, end_flush };

/* --- unmounting */

/* The last umount has not made them fewer. point is freed. */
static void stays_mounted(struct px_install *install, char *point)
{
	char *reason = xasprintf("%s cannot be unmounted", point);

	px_step_fail(install, PX_IO, "unmount", reason);
	free(reason);
	free(point);
}

static int FAST_FUNC start_unmount(struct px_install *install)
{
	static const char script[] ALIGN1 =
		"for i in 1 2 3; do umount \"$1\" && exit; sleep 1; done; umount -l \"$1\"; exit 1";
	const char *argv[] = { "sh", "-c", script, "sh", NULL, NULL };
	unsigned count;
	char *point;
	int rc;

	if (!install->target)
		return 0;
	if (install->flush)
		px_flush_let_go(install->flush);
	point = px_mounts_last(install->target, &count);
	if (!point)
		return 0;
	if (install->mounts && count >= install->mounts) {
		stays_mounted(install, point);
		return 0;
	}
	install->mounts = count;
	argv[4] = point;
	px_step_stage(install, "unmount");
	rc = px_step_run(install, "umount", argv);
	free(point);
	return rc;
}

static void FAST_FUNC end_unmount(struct px_install *install)
{
	if (install->run.status != 0)
		fail(install, "unmount");
	install->again = 1;
}

const struct px_step px_step_unmount = { start_unmount, end_unmount };

/* --- the disk */

static int FAST_FUNC flush_devices(void *arg)
{
	const struct px_install *install = arg;

	return px_flush_devices(install->flush) == 0 ? PX_OK : PX_IO;
}

static int FAST_FUNC start_flush_disk(struct px_install *install)
{
	return install->flush ? px_step_call(install, "pximenu", flush_devices) : 0;
}

static void FAST_FUNC end_flush_disk(struct px_install *install)
{
	if (install->run.status != 0)
		fail(install, "flush");
	px_flush_free(install->flush);
	install->flush = NULL;
}

const struct px_step px_step_flush_disk = { start_flush_disk, end_flush_disk };
