/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Init and Post: fetched and checked while the disk is untouched, run later. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += scripted.o

#include "libbb.h"
#include "catalog/script.h"
#include "install/flush.h"
#include "install/mounts.h"
#include "install/pipe.h"
#include "install/step.h"
#include "report/log.h"

/* --- getting them */

static int get(struct px_install *install, const char *reference, const struct px_digest *digest)
{
	if (!reference)
		return 0;
	px_child_free(&install->fetch);
	return px_pipe_collect(install, reference, digest, PX_SCRIPT_BYTES_MAX) == 0 ? 1 : -1;
}

static int FAST_FUNC start_get_init(struct px_install *install)
{
	return get(install, install->image->init, &install->image->init_digest);
}

static int FAST_FUNC start_get_post(struct px_install *install)
{
	return get(install, install->image->post, &install->image->post_digest);
}

static void got(struct px_install *install, const char *step, const char *reference, char **path)
{
	struct px_child *fetch = &install->fetch;
	const char *problem = fetch->output_bytes ? px_script_problem(fetch->output, fetch->output_bytes) : "is empty";
	char *reason;

	if (fetch->output_overflow)
		problem = "is larger than 1 MiB: no script";
	else if (fetch->status != 0) {
		px_step_fail(install, fetch->status, step, px_child_message(fetch, 0));
		return;
	}
	if (problem) {
		reason = xasprintf("%s %s", reference, problem);
		px_step_fail(install, PX_DATA, step, reason);
		free(reason);
		return;
	}
	*path = px_script_save(install->root, step, fetch->output, fetch->output_bytes);
	if (!*path)
		px_step_fail(install, PX_IO, step, strerror(errno));
}

static void FAST_FUNC end_get_init(struct px_install *install)
{
	got(install, "init", install->image->init, &install->init_path);
}

static void FAST_FUNC end_get_post(struct px_install *install)
{
	got(install, "post", install->image->post, &install->post_path);
}

const struct px_step px_step_get_init = { start_get_init, end_get_init };
const struct px_step px_step_get_post = { start_get_post, end_get_post };

/* --- failing */

static void fail_script(struct px_install *install, const char *step, const char *name)
{
	int signal_number = install->run.signal;
	char *reason = xasprintf("%s: %s %d", name, signal_number ? "ended by signal" : "exit status",
			signal_number ? signal_number : install->run.status);

	px_step_keep_lines(install);
	px_step_fail(install, PX_OTHER, step, reason);
	free(reason);
}

/* --- running them */

static int run_script(struct px_install *install, const char *option, const char *path)
{
	const char *argv[] = { "sh", option ? option : path, option ? path : NULL, NULL };

	return path ? px_step_run(install, "sh", argv) : 0;
}

/* sh -n: a script that was cut in two is found before it has run */
static int FAST_FUNC start_check_init(struct px_install *install)
{
	return run_script(install, "-n", install->init_path);
}

static int FAST_FUNC start_check_post(struct px_install *install)
{
	return run_script(install, "-n", install->post_path);
}

static void FAST_FUNC end_check_init(struct px_install *install)
{
	if (install->run.status != 0)
		fail_script(install, "init", install->image->init);
}

static void FAST_FUNC end_check_post(struct px_install *install)
{
	if (install->run.status != 0)
		fail_script(install, "post", install->image->post);
}

const struct px_step px_step_check_init = { start_check_init, end_check_init };
const struct px_step px_step_check_post = { start_check_post, end_check_post };

/* The disk is opened before the first script: its descriptor then knows of each write that is lost. */
static int remember_disk(struct px_install *install)
{
	char *path;

	if (install->flush)
		return 0;
	path = xasprintf("%s%s", install->root, install->disk);
	install->flush = px_flush_open(path);
	free(path);
	return install->flush ? 0 : -1;
}

static int FAST_FUNC start_init(struct px_install *install)
{
	if (!install->init_path)
		return 0;
	if (remember_disk(install) != 0)
		return -1;
	px_log_say("px: running the Init script %s", install->image->init);
	px_step_stage(install, "init");
	return run_script(install, NULL, install->init_path);
}

static int FAST_FUNC start_post(struct px_install *install)
{
	if (!install->post_path)
		return 0;
	if (remember_disk(install) != 0)
		return -1;
	install->post_begun = 1;
	px_log_say("px: running the Post script %s", install->image->post);
	px_step_stage(install, "post");
	return run_script(install, NULL, install->post_path);
}

/* What a script has left running is ended: it would keep what is mounted busy. */
static void FAST_FUNC end_init(struct px_install *install)
{
	char *reason;

	px_child_kill_group(&install->run, SIGKILL);
	if (install->run.status != 0)
		fail_script(install, "init", install->image->init);
	else if (install->image->archive && !px_mounts_at(install->target)) {
		reason = xasprintf("%s: exit status 0, but nothing is mounted on %s", install->image->init,
				install->target);
		px_step_keep_lines(install);
		px_step_fail(install, PX_OTHER, "init", reason);
		free(reason);
	} else if (px_flush_add_mounts(install->flush, install->target) != 0)
		px_step_fail(install, PX_IO, "init", strerror(errno));
}

static void FAST_FUNC end_post(struct px_install *install)
{
	px_child_kill_group(&install->run, SIGKILL);
	if (install->run.status != 0)
		fail_script(install, "post", install->image->post);
}

const struct px_step px_step_init = { start_init, end_init };
const struct px_step px_step_post = { start_post, end_post };
