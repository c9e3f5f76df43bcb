/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file system of a partition that pxwrite -g has grown. The program is initramfs/overlay/etc/px/grow. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += grow.o

#include "libbb.h"
#include "install/pipe.h"
#include "install/step.h"
#include "report/log.h"

enum { GROW_DAMAGED = 3 }; /* its exit status: the file system may not be what it was */

static int FAST_FUNC start_grow(struct px_install *install)
{
	char number[sizeof(int) * 3 + 1];
	char *program;
	const char *argv[] = { "sh", NULL, install->disk, number, NULL };
	int rc;

	if (!install->written || !install->write.grown_partition)
		return 0;
	program = xasprintf("%s/etc/px/grow", install->root);
	argv[1] = program;
	sprintf(number, "%u", install->write.grown_partition);
	px_step_stage(install, "grow");
	rc = px_step_run(install, "grow", argv);
	free(program);
	return rc;
}

/* What was verified is not what lies there now: the disk must not boot. */
static void lose_image(struct px_install *install, const char *reason)
{
	install->written = 0;
	install->state = PX_STATE_UNKNOWN;
	install->disk_state = px_state_words(install->state);
	if (install->failed && !install->consequence[0])
		safe_strncpy(install->consequence, reason, sizeof(install->consequence));
	px_step_keep_lines(install);
	px_step_fail(install, PX_IO, "grow", reason);
}

/* The image is on the disk and verified, whatever becomes of the room behind it: no failure of the installation. Unless
 * the program was ended half-way, or says that it has damaged something. */
static void FAST_FUNC end_grow(struct px_install *install)
{
	char reason[PX_CHILD_LINE_BYTES];

	if (install->run.status == 0)
		return;
	px_pipe_reason(&install->run, reason);
	if (install->failed || install->run.signal || install->run.status == GROW_DAMAGED)
		lose_image(install, reason);
	else
		px_step_warn(install, reason);
}

const struct px_step px_step_grow = { start_grow, end_grow };
