/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done about a step that does not end. Somebody at the machine sees that nothing happens, and may restart it
 * (px_install_hangs); an unattended run has to say by itself that it failed, whatever the kernel does with a dying
 * disk. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += patience.o

#include "libbb.h"
#include "install/step.h"

enum {
	KILL_MS = 3000,             /* from SIGTERM to SIGKILL */
	GIVE_UP_MS = 10 * 1000,     /* from SIGTERM on: a program that SIGKILL does not end hangs in the kernel */
	ENDING_S = 120,             /* what cleans up after a failure is not waited for longer */
};

static unsigned long long child_life(const struct px_child *child)
{
	return child->messages.count + child->messages.partial_bytes + child->progress.bytes + child->output_bytes;
}

void FAST_FUNC px_patience_begin(struct px_install *install)
{
	install->stop_ms = install->alive_ms = 0;
	install->impatient = 0;
}

void FAST_FUNC px_patience_stop(struct px_install *install)
{
	px_child_stop(&install->write);
	px_child_stop(&install->fetch);
	px_child_kill_group(&install->run, SIGTERM);
	install->stop_ms = monotonic_ms();
}

/* True when nothing was said and nothing moved for as long as that may take. */
static int is_over(struct px_install *install)
{
	unsigned long long life = child_life(&install->fetch) + child_life(&install->write)
			+ child_life(&install->run);
	unsigned patience_s = install->patience_s;

	if (life != install->sign_of_life || !install->alive_ms) {
		install->sign_of_life = life;
		install->alive_ms = monotonic_ms();
	}
	if (install->ending && install->failed && patience_s > ENDING_S)
		patience_s = ENDING_S;
	return patience_s && monotonic_ms() >= install->alive_ms + patience_s * 1000ULL;
}

static void lose_patience(struct px_install *install)
{
	char *reason = xasprintf("no output and no progress for %u seconds (px.patience=)", install->patience_s);

	install->impatient = 1;
	if (!install->failed)
		px_step_keep_lines(install);
	px_step_fail(install, PX_OTHER, install->doing, reason);
	free(reason);
	px_patience_stop(install);
}

static void give_up(struct px_install *install)
{
	if (!install->consequence[0])
		sprintf(install->consequence, "%s does not end: it hangs in the kernel, on a disk that does not answer",
				install->write.pid > 0 && install->write.status < 0 ? install->write.name
				: install->run.pid > 0 && install->run.status < 0 ? install->run.name : "pxfetch");
	px_child_abandon(&install->write);
	px_child_abandon(&install->fetch);
	px_child_abandon(&install->run);
}

/* A pxwrite that somebody has aborted may be writing the last sectors, with signals blocked: only scripts are killed
 * then. */
static void kill_the_rest(struct px_install *install)
{
	unsigned long long ms = monotonic_ms() - install->stop_ms;

	if (ms < KILL_MS)
		return;
	px_child_kill_group(&install->run, SIGKILL);
	if (!install->impatient)
		return;
	px_child_kill_group(&install->write, SIGKILL);
	px_child_kill_group(&install->fetch, SIGKILL);
	if (ms > GIVE_UP_MS)
		give_up(install);
}

void FAST_FUNC px_patience_watch(struct px_install *install)
{
	if (!install->impatient && is_over(install))
		lose_patience(install);
	if (install->stop_ms)
		kill_the_rest(install);
}
