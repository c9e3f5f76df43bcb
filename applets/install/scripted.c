/*
 * Script, archive, script. See scripted.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += scripted.o

#include "libbb.h"
#include "lib/url.h"
#include "install/mounts.h"
#include "install/pipe.h"
#include "install/script.h"
#include "install/scripted.h"
#include "install/unpack.h"
#include "report/log.h"

enum { KILL_MS = 3000, CLOSE_MS = 1000, LINES_SHOWN = 8, MOUNTS_MAX = 64 };

enum { GET_INIT, CHECK_INIT, GET_POST, CHECK_POST, CLEAR, INIT, UNPACK, POST, UNMOUNT, SYNC, CLEAR_AGAIN, DONE };

struct px_scripted {
	smallint step;
	smallint touched;           /* the disk is not what it was */
	smallint failed;            /* status, step and reason of the install are set */
	smallint killed;
	char *target;
	char *init, *post;          /* paths of the scripts, here */
	unsigned unmounted;
	unsigned long long kill_ms; /* 0: nobody is to be killed */
	unsigned long long ended_ms; /* when the child ended whose pipes are still open */
};

int FAST_FUNC px_scripted_is(const struct px_image *image)
{
	return image->init != NULL;
}

/* --- failing: the first one counts */

static void fail(struct px_install *install, int status, const char *step, const char *reason)
{
	if (install->scripted->failed)
		return;
	install->scripted->failed = 1;
	install->status = install->aborted ? PX_ABORTED : status > 128 ? PX_OTHER : status;
	install->step = step;
	if (reason != install->reason)
		safe_strncpy(install->reason, install->aborted ? "aborted by the user" : reason,
				sizeof(install->reason));
}

static void keep_lines(struct px_install *install)
{
	int i;

	free(install->lines);
	install->lines = NULL;
	for (i = LINES_SHOWN - 1; i >= 0; i--) {
		const char *line = px_child_message(&install->run, i);
		char *longer;

		if (!line[0])
			continue;
		longer = xasprintf("%s%s%s", install->lines ? install->lines : "", install->lines ? "\n" : "", line);
		free(install->lines);
		install->lines = longer;
	}
}

static void fail_script(struct px_install *install, const char *step, const char *name)
{
	int signal_number = install->run.signal;
	char *reason = xasprintf("%s: %s %d", name, signal_number ? "ended by signal" : "exit status",
			signal_number ? signal_number : install->run.status);

	keep_lines(install);
	fail(install, PX_OTHER, step, reason);
	free(reason);
}

/* --- getting the scripts; the disk is untouched */

static void set_stage(struct px_install *install, const char *stage)
{
	struct px_child_progress *progress = &install->write.progress;

	memset(progress, 0, sizeof(*progress));
	progress->net_percent = progress->decode_percent = progress->disk_percent = -1;
	safe_strncpy(progress->stage, stage, sizeof(progress->stage));
}

static int get(struct px_install *install, const char *reference)
{
	if (!reference)
		return 0;
	px_child_free(&install->fetch);
	return px_pipe_collect(install, reference, PX_SCRIPT_BYTES_MAX) == 0 ? 1 : -1;
}

static int FAST_FUNC start_get_init(struct px_install *install)
{
	return get(install, install->image->init);
}

static int FAST_FUNC start_get_post(struct px_install *install)
{
	return get(install, install->image->post);
}

static void got(struct px_install *install, const char *step, const char *reference, char **path)
{
	struct px_child *fetch = &install->fetch;
	const char *problem = fetch->output_bytes ? px_script_problem(fetch->output, fetch->output_bytes) : "is empty";
	char *reason;

	if (fetch->output_overflow)
		problem = "is larger than 1 MiB: no script";
	else if (fetch->status != 0) {
		fail(install, fetch->status, step, px_child_message(fetch, 0));
		return;
	}
	if (problem) {
		reason = xasprintf("%s %s", reference, problem);
		fail(install, PX_DATA, step, reason);
		free(reason);
		return;
	}
	*path = px_script_save(install->root, step, fetch->output, fetch->output_bytes);
	if (!*path)
		fail(install, PX_IO, step, strerror(errno));
}

static void FAST_FUNC end_get_init(struct px_install *install)
{
	got(install, "init", install->image->init, &install->scripted->init);
}

static void FAST_FUNC end_get_post(struct px_install *install)
{
	got(install, "post", install->image->post, &install->scripted->post);
}

/* --- one program, in the place of install->run */

static int run(struct px_install *install, const char *name, const char *const *argv)
{
	px_child_free(&install->run);
	install->scripted->ended_ms = 0;
	return px_child_start(&install->run, name, (char **)argv, -1, PX_CHILD_MERGE, 0) == 0 ? 1 : -1;
}

static int run_script(struct px_install *install, const char *option, const char *path)
{
	const char *argv[] = { "sh", option ? option : path, option ? path : NULL, NULL };

	return path ? run(install, "sh", argv) : 0;
}

/* sh -n: a script that was cut in two is found before it has run */
static int FAST_FUNC start_check_init(struct px_install *install)
{
	return run_script(install, "-n", install->scripted->init);
}

static int FAST_FUNC start_check_post(struct px_install *install)
{
	return run_script(install, "-n", install->scripted->post);
}

static int FAST_FUNC start_init(struct px_install *install)
{
	px_log_say("px: running the Init script %s", install->image->init);
	set_stage(install, "init");
	return run_script(install, NULL, install->scripted->init);
}

static int FAST_FUNC start_post(struct px_install *install)
{
	if (install->scripted->post)
		px_log_say("px: running the Post script %s", install->image->post);
	set_stage(install, "post");
	return run_script(install, NULL, install->scripted->post);
}

static void FAST_FUNC end_init(struct px_install *install)
{
	if (install->run.status != 0)
		fail_script(install, "init", install->image->init);
	else if (install->scripted->step == INIT && install->image->archive
	 && !px_mounts_at(install->scripted->target)) {
		char *reason = xasprintf("%s: exit status 0, but nothing is mounted on %s", install->image->init,
				install->scripted->target);

		keep_lines(install);
		fail(install, PX_OTHER, "init", reason);
		free(reason);
	}
}

static void FAST_FUNC end_post(struct px_install *install)
{
	if (install->run.status != 0)
		fail_script(install, "post", install->image->post);
}

/* --- the disk */

static int clear_disk(struct px_install *install, int force)
{
	const char *argv[] = { "pxwrite", "-z", force ? "-qf" : "-q", "--", install->disk, NULL };

	return run(install, "pxwrite", argv);
}

static int FAST_FUNC start_clear(struct px_install *install)
{
	return clear_disk(install, install->force);
}

static void FAST_FUNC end_clear(struct px_install *install)
{
	char reason[PX_CHILD_LINE_BYTES];

	install->scripted->touched = install->run.status != PX_TARGET && install->run.status != PX_USAGE
			&& install->run.status != 127;
	if (install->run.status == 0)
		return;
	px_pipe_reason(&install->run, reason);
	fail(install, install->run.status, "clear", reason);
}

static int FAST_FUNC start_clear_again(struct px_install *install)
{
	if (!install->scripted->failed || !install->scripted->touched)
		return 0;
	return clear_disk(install, 1);
}

static void FAST_FUNC end_clear_again(struct px_install *install)
{
	if (install->run.status != 0)
		install->disk_state = "disk could not be cleared: it may boot half a system";
}

/* --- the archive */

static int FAST_FUNC start_unpack(struct px_install *install)
{
	struct px_command tar;
	char **urls;
	int data[2], rc;

	if (!install->image->archive)
		return 0;
	px_log_say("px: unpacking %s", install->image->archive);
	px_child_free(&install->fetch);
	px_child_free(&install->write);
	px_child_free(&install->run);
	if (px_child_pipe(data) != 0)
		return -1;
	urls = xzalloc(2 * sizeof(urls[0]));
	urls[0] = px_url_resolve(install->catalog->url, install->image->archive);
	px_unpack_command(&tar, install->scripted->target);
	rc = px_child_start(&install->run, "tar", tar.argv, data[0], PX_CHILD_MERGE, 0);
	if (rc == 0)
		rc = px_pipe_start(install, urls, "-", data[1]);
	close(data[0]);
	close(data[1]);
	px_command_free(&tar);
	return rc == 0 ? 1 : -1;
}

/* Who of three is the cause: pxwrite dies by SIGPIPE (or because we stop it) when tar is gone; tar fails when its
 * archive ends in the middle because pxwrite is gone. */
static void FAST_FUNC end_unpack(struct px_install *install)
{
	int tar_first = install->run.status != 0 && (install->write.status == 0 || install->write.signal == SIGPIPE
			|| (install->write.stopped && install->write.signal == SIGTERM));

	if (tar_first) {
		char *reason = px_unpack_reason(&install->run, install->scripted->target);

		keep_lines(install);
		fail(install, PX_IO, "unpack", reason);
		free(reason);
	} else if (install->fetch.status != 0 || install->write.status != 0) {
		const struct px_child *cause = px_pipe_blame(install);

		fail(install, install->status, cause == &install->fetch ? "download" : "unpack", install->reason);
	}
}

/* A full file system stays full: no need to fetch the rest of the archive. */
static void watch_tar(struct px_install *install)
{
	const char *message = px_child_message(&install->run, 0);

	if (install->run.status < 0 && (strstr(message, strerror(ENOSPC)) || strstr(message, ": Wrote only ")))
		px_child_stop(&install->run);
	if (install->run.status > 0) {
		px_child_stop(&install->write);
		px_child_stop(&install->fetch);
	}
}

/* --- the end: also after a failure */

static int FAST_FUNC start_unmount(struct px_install *install)
{
	static const char script[] ALIGN1 =
		"for i in 1 2 3; do umount \"$1\" && exit; sleep 1; done; umount -l \"$1\"; exit 1";
	char *point = px_mounts_last(install->scripted->target);
	const char *argv[] = { "sh", "-c", script, "sh", point, NULL };
	int rc;

	if (!point || install->scripted->unmounted++ == MOUNTS_MAX) {
		free(point);
		return 0;
	}
	set_stage(install, "unmount");
	rc = run(install, "umount", argv);
	free(point);
	return rc;
}

static void FAST_FUNC end_unmount(struct px_install *install)
{
	if (install->run.status != 0) {
		keep_lines(install);
		fail(install, PX_IO, "unmount", px_child_message(&install->run, 0));
	}
	install->scripted->step--; /* the next one of them */
}

static int FAST_FUNC start_sync(struct px_install *install)
{
	static const char *const argv[] = { "sync", NULL };

	return install->scripted->touched ? run(install, "sync", argv) : 0;
}

static void FAST_FUNC end_sync(struct px_install *install)
{
	if (install->run.status != 0)
		fail(install, PX_IO, "sync", px_child_message(&install->run, 0));
}

/* --- from step to step */

static const struct {
	int FAST_FUNC (*start)(struct px_install *install); /* 1: children run; 0: nothing to do; -1: errno */
	void FAST_FUNC (*end)(struct px_install *install);  /* they have ended */
} steps[DONE] = {
	[GET_INIT] = { start_get_init, end_get_init },
	[CHECK_INIT] = { start_check_init, end_init },
	[GET_POST] = { start_get_post, end_get_post },
	[CHECK_POST] = { start_check_post, end_post },
	[CLEAR] = { start_clear, end_clear },
	[INIT] = { start_init, end_init },
	[UNPACK] = { start_unpack, end_unpack },
	[POST] = { start_post, end_post },
	[UNMOUNT] = { start_unmount, end_unmount },
	[SYNC] = { start_sync, end_sync },
	[CLEAR_AGAIN] = { start_clear_again, end_clear_again },
};

static void finish(struct px_install *install)
{
	install->phase = PX_INSTALL_OVER;
	install->end_ms = monotonic_ms();
	if (!install->scripted->failed) {
		install->status = 0;
		install->disk_state = "disk written, the archive verified";
	} else if (install->scripted->touched && strcmp(install->disk_state, "disk untouched") == 0)
		install->disk_state = "disk does not boot";
}

/* From one step to the next that has something to do; after a failure only what cleans up is left. */
static void go_on(struct px_install *install, int step)
{
	struct px_scripted *scripted = install->scripted;

	for (scripted->step = step; scripted->step < DONE; scripted->step++) {
		int rc;

		if (scripted->failed && scripted->step < UNMOUNT)
			scripted->step = UNMOUNT;
		rc = steps[scripted->step].start(install);
		if (rc > 0)
			return;
		if (rc < 0)
			fail(install, PX_OTHER, "start", strerror(errno));
	}
	finish(install);
}

/* A program has ended and what it started has not: it is ended too, so that nothing stays mounted and no pipe open. */
static void end_leftovers(struct px_install *install)
{
	struct px_child *child = &install->run;
	struct px_scripted *scripted = install->scripted;

	if (child->pid <= 0 || child->status < 0 || !px_child_running(child))
		return;
	if (!scripted->ended_ms) {
		scripted->ended_ms = monotonic_ms();
		px_child_kill_group(child, SIGKILL);
	} else if (monotonic_ms() > scripted->ended_ms + CLOSE_MS)
		px_child_close(child);
}

void FAST_FUNC px_scripted_handle(struct px_install *install)
{
	struct px_scripted *scripted = install->scripted;

	if (scripted->step == UNPACK)
		watch_tar(install);
	if (scripted->kill_ms && monotonic_ms() > scripted->kill_ms && scripted->step < UNMOUNT) {
		px_child_kill_group(&install->run, SIGKILL);
		scripted->kill_ms = 0;
	}
	end_leftovers(install);
	if (px_child_running(&install->fetch) || px_child_running(&install->write) || px_child_running(&install->run))
		return;
	if (scripted->step == INIT || scripted->step == POST)
		px_child_kill_group(&install->run, SIGKILL);
	if (install->aborted)
		fail(install, PX_ABORTED, "abort", "aborted by the user");
	steps[scripted->step].end(install);
	go_on(install, scripted->step + 1);
}

/* What cleans up is never aborted. */
void FAST_FUNC px_scripted_abort(struct px_install *install)
{
	if (install->scripted->step >= UNMOUNT)
		return;
	px_child_kill_group(&install->run, SIGTERM);
	install->scripted->kill_ms = monotonic_ms() + KILL_MS;
}

static void export(const char *name, const char *value)
{
	xsetenv(name, value ? value : "");
}

void FAST_FUNC px_scripted_start(struct px_install *install)
{
	install->phase = PX_INSTALL_SCRIPTED;
	install->scripted = xzalloc(sizeof(*install->scripted));
	install->scripted->target = xasprintf("%s/mnt", install->root);
	mkdir(install->scripted->target, 0755);
	export("PX_DISK", install->disk);
	export("PX_IMAGE", install->image->id);
	export("PX_SERVER", install->server);
	export("PX_MAC", install->mac);
	export("PX_TARGET", install->scripted->target);
	if (px_mounts_last(install->scripted->target)) {
		char *reason = xasprintf("something is mounted on %s: unmount it", install->scripted->target);

		fail(install, PX_TARGET, "start", reason);
		free(reason);
		finish(install);
		return;
	}
	go_on(install, GET_INIT);
}

static void remove_script(char *path)
{
	if (path)
		unlink(path);
	free(path);
}

void FAST_FUNC px_scripted_free(struct px_install *install)
{
	struct px_scripted *scripted = install->scripted;

	if (!scripted)
		return;
	remove_script(scripted->init);
	remove_script(scripted->post);
	free(scripted->target);
	free(scripted);
	install->scripted = NULL;
}

char* FAST_FUNC px_scripted_describe(const struct px_install *install)
{
	const struct px_image *image = install->image;

	return xasprintf("pxwrite -z%s -- %s; sh %s%s%s%s%s", install->force ? " -f" : "", install->disk, image->init,
			image->archive ? "; pxfetch | pxwrite - | tar -x: " : "", image->archive ? image->archive : "",
			image->post ? "; sh " : "", image->post ? image->post : "");
}
