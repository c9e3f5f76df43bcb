/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clearing the disk before a scripted image and after a failure, and whether it still is the one that was chosen. See
 * step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += clear.o

#include "libbb.h"
#include "disk/identity.h"
#include "install/pipe.h"
#include "install/step.h"

/* --- clearing */

static int clear_disk(struct px_install *install, int force)
{
	struct px_command command;
	int rc;

	px_command_clear(&command, install, force);
	px_step_stage(install, "clear");
	rc = px_step_run(install, "pxwrite", (const char *const *)command.argv);
	px_command_free(&command);
	return rc;
}

static int FAST_FUNC start_clear(struct px_install *install)
{
	return px_step_is_scripted(install) ? clear_disk(install, install->force) : 0;
}

static void take_state(struct px_install *install)
{
	install->state = install->run.state;
	install->disk_state = px_state_words(install->state);
}

static void FAST_FUNC end_clear(struct px_install *install)
{
	char reason[PX_CHILD_LINE_BYTES];

	take_state(install);
	install->touched = install->run.state_said && install->state != PX_STATE_UNTOUCHED;
	if (install->run.status == 0)
		return;
	px_pipe_reason(&install->run, reason);
	px_step_fail(install, install->run.status, "clear", reason);
}

/* A disk that nothing was written to is left alone, and one that pxwrite has left without a boot sector needs
 * nothing. What a script has written nobody knows. A raw image that is there and verified stays, whatever its Post
 * script did. */
static int needs_clearing(const struct px_install *install)
{
	if (!install->failed || !install->touched)
		return 0;
	return px_step_is_scripted(install) || (install->state != PX_STATE_NOBOOT && !install->written);
}

static int FAST_FUNC start_clear_again(struct px_install *install)
{
	if (!needs_clearing(install))
		return 0;
	install->state = PX_STATE_UNKNOWN;
	install->disk_state = "disk could not be cleared: it may boot half a system";
	return clear_disk(install, 1);
}

/* A pxwrite -z that refuses says "untouched" of what it did itself; of this disk, which was written before, that is not
 * true: the state that start_clear_again has set stays. */
static void FAST_FUNC end_clear_again(struct px_install *install)
{
	if (install->run.status == 0)
		take_state(install);
	else if (!install->consequence[0])
		px_pipe_reason(&install->run, install->consequence);
}

const struct px_step px_step_clear = { start_clear, end_clear };
const struct px_step px_step_clear_again = { start_clear_again, end_clear_again };

/* --- the same disk */

/* In a child of its own: nothing ends the open of a dying disk. */
static int FAST_FUNC check_disk(void *arg)
{
	const struct px_install *install = arg;
	struct px_identity identity;
	char *path = xasprintf("%s%s", install->root, install->disk);
	const char *wrong;
	char *why = NULL;
	int fd;

	if (px_identity_parse(&identity, install->identity, &wrong) != 0)
		why = xasprintf("its identity is not to be read: %s", wrong);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!why && fd < 0)
		why = xasprintf("cannot open: %s", strerror(errno));
	if (!why)
		why = px_identity_differs_fd(&identity, fd);
	if (!why)
		return PX_OK;
	bb_error_msg("%s: this is not the disk that was chosen: %s", install->disk, why);
	return PX_TARGET;
}

static int FAST_FUNC start_check_disk(struct px_install *install)
{
	if (!install->identity || (!install->init_path && !install->post_path))
		return 0;
	return px_step_call(install, "pximenu", check_disk);
}

static void FAST_FUNC end_check_disk(struct px_install *install)
{
	char reason[PX_CHILD_LINE_BYTES];

	if (install->run.status == 0)
		return;
	px_pipe_reason(&install->run, reason);
	px_step_fail(install, install->run.status, "disk", reason);
}

const struct px_step px_step_check_disk = { start_check_disk, end_check_disk };
