/*
 * Script, archive, script. See classic.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += scripted.o

#include "libbb.h"
#include "lib/url.h"
#include "install/scripted.h"
#include "report/log.h"
#include "install/mounts.h"
#include "install/script.h"

enum { KILL_MS = 3000, CLOSE_MS = 1000, LINES_SHOWN = 8, MOUNTS_MAX = 64 };

enum { GET_INIT, CHECK_INIT, GET_POST, CHECK_POST, CLEAR, INIT, UNPACK, POST, UNMOUNT, SYNC, CLEAR_AGAIN, DONE };

struct px_classic {
	smallint step;
	smallint touched;           /* the disk is not what it was */
	smallint failed;            /* status, step and reason of the job are set */
	smallint killed;
	char *target;
	char *init, *post;          /* paths of the scripts, here */
	unsigned unmounted;
	unsigned long long kill_ms; /* 0: nobody is to be killed */
	unsigned long long ended_ms; /* when the child ended whose pipes are still open */
};

int FAST_FUNC px_classic_is(const struct px_image *image)
{
	return image->init != NULL;
}

/* --- failing: the first one counts */

static void fail(struct px_job *job, int status, const char *step, const char *reason)
{
	if (job->classic->failed)
		return;
	job->classic->failed = 1;
	job->status = job->aborted ? PX_ABORTED : status > 128 ? PX_OTHER : status;
	job->step = step;
	if (reason != job->reason)
		safe_strncpy(job->reason, job->aborted ? "aborted by the user" : reason, sizeof(job->reason));
}

static void keep_lines(struct px_job *job)
{
	int i;

	free(job->lines);
	job->lines = NULL;
	for (i = LINES_SHOWN - 1; i >= 0; i--) {
		const char *line = px_child_message(&job->run, i);
		char *longer;

		if (!line[0])
			continue;
		longer = xasprintf("%s%s%s", job->lines ? job->lines : "", job->lines ? "\n" : "", line);
		free(job->lines);
		job->lines = longer;
	}
}

static void fail_script(struct px_job *job, const char *step, const char *name)
{
	int signal_number = job->run.signal;
	char *reason = xasprintf("%s: %s %d", name, signal_number ? "ended by signal" : "exit status",
			signal_number ? signal_number : job->run.status);

	keep_lines(job);
	fail(job, PX_OTHER, step, reason);
	free(reason);
}

/* --- getting the scripts; the disk is untouched */

static void set_stage(struct px_job *job, const char *stage)
{
	memset(&job->write.progress, 0, sizeof(job->write.progress));
	job->write.progress.net_percent = job->write.progress.decode_percent = job->write.progress.disk_percent = -1;
	safe_strncpy(job->write.progress.stage, stage, sizeof(job->write.progress.stage));
}

static int get(struct px_job *job, const char *reference)
{
	if (!reference)
		return 0;
	px_child_free(&job->fetch);
	return px_job_start_collect(job, reference, PX_SCRIPT_BYTES_MAX) == 0 ? 1 : -1;
}

static int FAST_FUNC start_get_init(struct px_job *job)
{
	return get(job, job->image->init);
}

static int FAST_FUNC start_get_post(struct px_job *job)
{
	return get(job, job->image->post);
}

static void got(struct px_job *job, const char *step, const char *reference, char **path)
{
	struct px_child *fetch = &job->fetch;
	const char *problem = fetch->output_bytes ? px_script_problem(fetch->output, fetch->output_bytes) : "is empty";
	char *reason;

	if (fetch->output_overflow)
		problem = "is larger than 1 MiB: no script";
	else if (fetch->status != 0) {
		fail(job, fetch->status, step, px_child_message(fetch, 0));
		return;
	}
	if (problem) {
		reason = xasprintf("%s %s", reference, problem);
		fail(job, PX_DATA, step, reason);
		free(reason);
		return;
	}
	*path = px_script_save(job->root, step, fetch->output, fetch->output_bytes);
	if (!*path)
		fail(job, PX_IO, step, strerror(errno));
}

static void FAST_FUNC end_get_init(struct px_job *job)
{
	got(job, "init", job->image->init, &job->classic->init);
}

static void FAST_FUNC end_get_post(struct px_job *job)
{
	got(job, "post", job->image->post, &job->classic->post);
}

/* --- one program, in the place of job->run */

static int run(struct px_job *job, const char *name, const char *const *argv)
{
	px_child_free(&job->run);
	job->classic->ended_ms = 0;
	return px_child_start(&job->run, name, (char **)argv, -1, PX_CHILD_MERGE, 0) == 0 ? 1 : -1;
}

static int run_script(struct px_job *job, const char *option, const char *path)
{
	const char *argv[] = { "sh", option ? option : path, option ? path : NULL, NULL };

	return path ? run(job, "sh", argv) : 0;
}

/* sh -n: a script that was cut in two is found before it has run */
static int FAST_FUNC start_check_init(struct px_job *job)
{
	return run_script(job, "-n", job->classic->init);
}

static int FAST_FUNC start_check_post(struct px_job *job)
{
	return run_script(job, "-n", job->classic->post);
}

static int FAST_FUNC start_init(struct px_job *job)
{
	px_log_say("px: running the Init script %s", job->image->init);
	set_stage(job, "init");
	return run_script(job, NULL, job->classic->init);
}

static int FAST_FUNC start_post(struct px_job *job)
{
	if (job->classic->post)
		px_log_say("px: running the Post script %s", job->image->post);
	set_stage(job, "post");
	return run_script(job, NULL, job->classic->post);
}

static void FAST_FUNC end_init(struct px_job *job)
{
	if (job->run.status != 0)
		fail_script(job, "init", job->image->init);
	else if (job->classic->step == INIT && job->image->archive && !px_mounts_at(job->classic->target)) {
		char *reason = xasprintf("%s: exit status 0, but nothing is mounted on %s", job->image->init, job->classic->target);

		keep_lines(job);
		fail(job, PX_OTHER, "init", reason);
		free(reason);
	}
}

static void FAST_FUNC end_post(struct px_job *job)
{
	if (job->run.status != 0)
		fail_script(job, "post", job->image->post);
}

/* --- the disk */

static int clear_disk(struct px_job *job, int force)
{
	const char *argv[] = { "pxwrite", "-z", force ? "-qf" : "-q", "--", job->disk, NULL };

	return run(job, "pxwrite", argv);
}

static int FAST_FUNC start_clear(struct px_job *job)
{
	return clear_disk(job, job->force);
}

static void FAST_FUNC end_clear(struct px_job *job)
{
	char reason[PX_CHILD_LINE_BYTES];

	job->classic->touched = job->run.status != PX_TARGET && job->run.status != PX_USAGE && job->run.status != 127;
	if (job->run.status == 0)
		return;
	px_job_reason_of(&job->run, reason);
	fail(job, job->run.status, "clear", reason);
}

static int FAST_FUNC start_clear_again(struct px_job *job)
{
	if (!job->classic->failed || !job->classic->touched)
		return 0;
	return clear_disk(job, 1);
}

static void FAST_FUNC end_clear_again(struct px_job *job)
{
	if (job->run.status != 0)
		job->disk_state = "disk could not be cleared: it may boot half a system";
}

/* --- the archive */

static int FAST_FUNC start_unpack(struct px_job *job)
{
	struct px_command tar;
	char **urls;
	int data[2], rc;

	if (!job->image->archive)
		return 0;
	px_log_say("px: unpacking %s", job->image->archive);
	px_child_free(&job->fetch);
	px_child_free(&job->write);
	px_child_free(&job->run);
	if (px_child_pipe(data) != 0)
		return -1;
	urls = xzalloc(2 * sizeof(urls[0]));
	urls[0] = px_url_resolve(job->catalog->url, job->image->archive);
	px_unpack_command(&tar, job->classic->target);
	rc = px_child_start(&job->run, "tar", tar.argv, data[0], PX_CHILD_MERGE, 0);
	if (rc == 0)
		rc = px_job_start_pipe(job, urls, "-", data[1]);
	close(data[0]);
	close(data[1]);
	px_command_free(&tar);
	return rc == 0 ? 1 : -1;
}

/* Who of three is the cause: pxwrite dies by SIGPIPE (or because we stop it) when tar is gone; tar fails when its archive ends in the
 * middle because pxwrite is gone. */
static void FAST_FUNC end_unpack(struct px_job *job)
{
	int tar_first = job->run.status != 0 && (job->write.status == 0 || job->write.signal == SIGPIPE
			|| (job->write.stopped && job->write.signal == SIGTERM));

	if (tar_first) {
		char *reason = px_unpack_reason(&job->run, job->classic->target);

		keep_lines(job);
		fail(job, PX_IO, "unpack", reason);
		free(reason);
	} else if (job->fetch.status != 0 || job->write.status != 0) {
		const struct px_child *cause = px_job_blame(job);

		fail(job, job->status, cause == &job->fetch ? "download" : "unpack", job->reason);
	}
}

/* A full file system stays full: no need to fetch the rest of the archive. */
static void watch_tar(struct px_job *job)
{
	const char *message = px_child_message(&job->run, 0);

	if (job->run.status < 0 && (strstr(message, strerror(ENOSPC)) || strstr(message, ": Wrote only ")))
		px_child_stop(&job->run);
	if (job->run.status > 0) {
		px_child_stop(&job->write);
		px_child_stop(&job->fetch);
	}
}

/* --- the end: also after a failure */

static int FAST_FUNC start_unmount(struct px_job *job)
{
	static const char script[] ALIGN1 = "for i in 1 2 3; do umount \"$1\" && exit; sleep 1; done; umount -l \"$1\"; exit 1";
	char *point = px_mounts_last(job->classic->target);
	const char *argv[] = { "sh", "-c", script, "sh", point, NULL };
	int rc;

	if (!point || job->classic->unmounted++ == MOUNTS_MAX) {
		free(point);
		return 0;
	}
	set_stage(job, "unmount");
	rc = run(job, "umount", argv);
	free(point);
	return rc;
}

static void FAST_FUNC end_unmount(struct px_job *job)
{
	if (job->run.status != 0) {
		keep_lines(job);
		fail(job, PX_IO, "unmount", px_child_message(&job->run, 0));
	}
	job->classic->step--; /* the next one of them */
}

static int FAST_FUNC start_sync(struct px_job *job)
{
	static const char *const argv[] = { "sync", NULL };

	return job->classic->touched ? run(job, "sync", argv) : 0;
}

static void FAST_FUNC end_sync(struct px_job *job)
{
	if (job->run.status != 0)
		fail(job, PX_IO, "sync", px_child_message(&job->run, 0));
}

/* --- from step to step */

static const struct {
	int FAST_FUNC (*start)(struct px_job *job); /* 1: children run; 0: nothing to do; -1: errno */
	void FAST_FUNC (*end)(struct px_job *job);  /* they have ended */
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

static void finish(struct px_job *job)
{
	job->phase = PX_JOB_OVER;
	job->end_ms = monotonic_ms();
	if (!job->classic->failed) {
		job->status = 0;
		job->disk_state = "disk written, the archive verified";
	} else if (job->classic->touched && strcmp(job->disk_state, "disk untouched") == 0)
		job->disk_state = "disk does not boot";
}

/* From one step to the next that has something to do; after a failure only what cleans up is left. */
static void go_on(struct px_job *job, int step)
{
	struct px_classic *classic = job->classic;

	for (classic->step = step; classic->step < DONE; classic->step++) {
		int rc;

		if (classic->failed && classic->step < UNMOUNT)
			classic->step = UNMOUNT;
		rc = steps[classic->step].start(job);
		if (rc > 0)
			return;
		if (rc < 0)
			fail(job, PX_OTHER, "start", strerror(errno));
	}
	finish(job);
}

/* A program has ended and what it started has not: it is ended too, so that nothing stays mounted and no pipe open. */
static void end_leftovers(struct px_job *job)
{
	struct px_child *child = &job->run;
	struct px_classic *classic = job->classic;

	if (child->pid <= 0 || child->status < 0 || !px_child_running(child))
		return;
	if (!classic->ended_ms) {
		classic->ended_ms = monotonic_ms();
		px_child_kill_group(child, SIGKILL);
	} else if (monotonic_ms() > classic->ended_ms + CLOSE_MS)
		px_child_close(child);
}

void FAST_FUNC px_classic_handle(struct px_job *job)
{
	struct px_classic *classic = job->classic;

	if (classic->step == UNPACK)
		watch_tar(job);
	if (classic->kill_ms && monotonic_ms() > classic->kill_ms && classic->step < UNMOUNT) {
		px_child_kill_group(&job->run, SIGKILL);
		classic->kill_ms = 0;
	}
	end_leftovers(job);
	if (px_child_running(&job->fetch) || px_child_running(&job->write) || px_child_running(&job->run))
		return;
	if (classic->step == INIT || classic->step == POST)
		px_child_kill_group(&job->run, SIGKILL);
	if (job->aborted)
		fail(job, PX_ABORTED, "abort", "aborted by the user");
	steps[classic->step].end(job);
	go_on(job, classic->step + 1);
}

/* What cleans up is never aborted. */
void FAST_FUNC px_classic_abort(struct px_job *job)
{
	if (job->classic->step >= UNMOUNT)
		return;
	px_child_kill_group(&job->run, SIGTERM);
	job->classic->kill_ms = monotonic_ms() + KILL_MS;
}

static void export(const char *name, const char *value)
{
	xsetenv(name, value ? value : "");
}

void FAST_FUNC px_classic_start(struct px_job *job)
{
	job->phase = PX_JOB_CLASSIC;
	job->classic = xzalloc(sizeof(*job->classic));
	job->classic->target = xasprintf("%s/mnt", job->root);
	mkdir(job->classic->target, 0755);
	export("PX_DISK", job->disk);
	export("PX_IMAGE", job->image->id);
	export("PX_SERVER", job->server);
	export("PX_MAC", job->mac);
	export("PX_TARGET", job->classic->target);
	if (px_mounts_last(job->classic->target)) {
		char *reason = xasprintf("something is mounted on %s: unmount it", job->classic->target);

		fail(job, PX_TARGET, "start", reason);
		free(reason);
		finish(job);
		return;
	}
	go_on(job, GET_INIT);
}

static void remove_script(char *path)
{
	if (path)
		unlink(path);
	free(path);
}

void FAST_FUNC px_classic_free(struct px_job *job)
{
	struct px_classic *classic = job->classic;

	if (!classic)
		return;
	remove_script(classic->init);
	remove_script(classic->post);
	free(classic->target);
	free(classic);
	job->classic = NULL;
}

char* FAST_FUNC px_classic_describe(const struct px_job *job)
{
	const struct px_image *image = job->image;

	return xasprintf("pxwrite -z%s -- %s; sh %s%s%s%s%s", job->force ? " -f" : "", job->disk, image->init,
			image->archive ? "; pxfetch | pxwrite - | tar -x: " : "", image->archive ? image->archive : "",
			image->post ? "; sh " : "", image->post ? image->post : "");
}
