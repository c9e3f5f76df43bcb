/*
 * pxfetch | pxwrite. See job.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += job.o

#include "libbb.h"
#include "lib/url.h"
#include "install/scripted.h"
#include "report/log.h"

enum { BMAP_BYTES_MAX = 16 << 20, LONELY_MS = 1000 };

void FAST_FUNC px_command_add(struct px_command *command, const char *word)
{
	command->argv[command->count++] = xstrdup(word);
}

/* words: NUL after each, an empty one ends */
static void add_words(struct px_command *command, const char *words)
{
	for (; *words; words += strlen(words) + 1)
		px_command_add(command, words);
}

void FAST_FUNC px_command_free(struct px_command *command)
{
	while (command->count)
		free(command->argv[--command->count]);
}

static void fetch_command(struct px_command *command, char **urls)
{
	memset(command, 0, sizeof(*command));
	add_words(command, "pxfetch\0" "-q\0" "-p\0" "3\0" "-O\0" "-\0" "--\0");
	for (; *urls; urls++)
		px_command_add(command, *urls);
}

static void write_command(struct px_command *command, const struct px_job *job, const char *disk)
{
	const struct px_image *image = job->image;
	char size[sizeof(off_t) * 3];
	char hash[7 + 64 + 1];

	memset(command, 0, sizeof(*command));
	add_words(command, "pxwrite\0" "-q\0" "-p\0" "3\0");
	if (image->size_bytes >= 0) {
		sprintf(size, "%"OFF_FMT"u", image->size_bytes);
		px_command_add(command, "-s");
		px_command_add(command, size);
	}
	if (image->digest.known) {
		*bin2hex(stpcpy(hash, "sha256:"), (char *)image->digest.sha256, 32) = '\0';
		px_command_add(command, "-H");
		px_command_add(command, hash);
	}
	if (job->bmap_path) {
		px_command_add(command, "-b");
		px_command_add(command, job->bmap_path);
	}
	if (image->grow && !LONE_DASH(disk))
		px_command_add(command, "-g");
	if (job->force && !LONE_DASH(disk))
		px_command_add(command, "-f");
	px_command_add(command, "--");
	px_command_add(command, disk);
}

static void free_urls(char **urls)
{
	char **u;

	for (u = urls; *u; u++)
		free(*u);
	free(urls);
}

/* --- starting */

static void fail(struct px_job *job, int status, const char *step, const char *reason)
{
	job->phase = PX_JOB_OVER;
	job->status = status;
	job->step = step;
	safe_strncpy(job->reason, reason, sizeof(job->reason));
}

int FAST_FUNC px_job_start_pipe(struct px_job *job, char **urls, const char *disk, int out_fd)
{
	struct px_command fetch, write;
	int data[2], rc;

	if (px_child_pipe(data) != 0)
		return -1;
	fetch_command(&fetch, urls);
	write_command(&write, job, disk);
	free_urls(urls);
	rc = px_child_start(&job->write, "pxwrite", write.argv, data[0], out_fd, 0);
	if (rc == 0)
		rc = px_child_start(&job->fetch, "pxfetch", fetch.argv, -1, data[1], 0);
	close(data[0]);
	close(data[1]);
	px_command_free(&fetch);
	px_command_free(&write);
	return rc;
}

int FAST_FUNC px_job_start_collect(struct px_job *job, const char *reference, size_t max_bytes)
{
	struct px_command fetch;
	char *urls[2] = { px_url_resolve(job->catalog->url, reference), NULL };
	int rc;

	fetch_command(&fetch, urls);
	rc = px_child_start(&job->fetch, "pxfetch", fetch.argv, -1, PX_CHILD_COLLECT, max_bytes);
	px_command_free(&fetch);
	free(urls[0]);
	return rc;
}

static void start_image(struct px_job *job)
{
	job->phase = PX_JOB_IMAGE;
	if (px_job_start_pipe(job, px_image_urls(job->catalog, job->image), job->disk, -1) != 0)
		fail(job, PX_OTHER, "start", strerror(errno));
}

static void start_bmap(struct px_job *job)
{
	job->phase = PX_JOB_BMAP;
	if (px_job_start_collect(job, job->image->bmap, BMAP_BYTES_MAX) != 0)
		fail(job, PX_OTHER, "start", strerror(errno));
}

void FAST_FUNC px_job_start(struct px_job *job)
{
	job->start_ms = monotonic_ms();
	job->status = -1;
	job->step = "start";
	job->disk_state = "disk untouched";
	if (px_classic_is(job->image))
		px_classic_start(job);
	else if (job->image->bmap)
		start_bmap(job);
	else
		start_image(job);
}

char* FAST_FUNC px_job_describe(const struct px_job *job)
{
	struct px_command fetch, write;
	char **urls, *text;
	unsigned i;

	if (px_classic_is(job->image))
		return px_classic_describe(job);
	text = xstrdup("");
	urls = px_image_urls(job->catalog, job->image);
	fetch_command(&fetch, urls);
	write_command(&write, job, job->disk);
	for (i = 0; i < fetch.count + write.count; i++) {
		const char *word = i < fetch.count ? fetch.argv[i] : write.argv[i - fetch.count];
		char *longer = xasprintf("%s%s%s", text, i == 0 ? "" : i == fetch.count ? " | " : " ", word);

		free(text);
		text = longer;
	}
	px_command_free(&fetch);
	px_command_free(&write);
	free_urls(urls);
	return text;
}

/* --- how it ended */

static int save_bmap(struct px_job *job)
{
	int fd;

	job->bmap_path = xasprintf("%s/tmp/px.bmap.%u", job->root, (unsigned)getpid());
	unlink(job->bmap_path);
	fd = open(job->bmap_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (full_write(fd, job->fetch.output, job->fetch.output_bytes) != (ssize_t)job->fetch.output_bytes) {
		close(fd);
		return -1;
	}
	return close(fd);
}

static void end_bmap(struct px_job *job)
{
	if (job->aborted)
		fail(job, PX_ABORTED, "bmap", "aborted by the user");
	else if (job->fetch.output_overflow)
		fail(job, PX_PROTOCOL, "bmap", "more than 16 MiB");
	else if (job->fetch.status != 0)
		fail(job, job->fetch.status, "bmap", px_child_message(&job->fetch, 0));
	else if (save_bmap(job) != 0)
		fail(job, PX_IO, "bmap", strerror(errno));
	else {
		px_child_free(&job->fetch);
		start_image(job);
	}
}

/* What pxwrite said last about the disk; if it died before it could: what must be feared. */
static const char *disk_state(const struct px_child *write)
{
	static const char states[] ALIGN1 = "disk untouched\0disk does not boot\0disk written and verified\0"
		"disk state not known: it may boot\0";
	const char *state;
	unsigned n;

	for (n = 0; n < 3; n++) {
		const char *message = px_child_message(write, n);

		for (state = states; *state; state += strlen(state) + 1)
			if (strstr(message, state))
				return state;
	}
	if (write->status == 0)
		return "disk written and verified";
	if (write->status == PX_USAGE || write->status == PX_TARGET || write->status == 127)
		return "disk untouched";
	return "disk does not boot";
}

void FAST_FUNC px_job_reason_of(const struct px_child *child, char *reason)
{
	const char *message = px_child_message(child, 0);

	if (is_suffixed_with(message, disk_state(child)) && px_child_message(child, 1)[0]
	 && strlen(message) < sizeof("pxwrite: : disk written and verified") + 24)
		message = px_child_message(child, 1);
	if (message[0])
		safe_strncpy(reason, message, PX_CHILD_LINE_BYTES);
	else if (child->status > 128)
		sprintf(reason, "%s: ended by signal %d", child->name, child->status - 128);
	else
		sprintf(reason, "%s: exit status %d", child->name, child->status);
}

/* pxfetch fails as a consequence when pxwrite, who reads from it, is gone: by SIGPIPE, by a write error, or stopped by us. */
static int fetch_is_the_cause(const struct px_job *job)
{
	if (job->fetch.status == 0)
		return 0;
	if (job->write.status == 0)
		return 1;
	return job->fetch.status != 128 + SIGPIPE && !job->fetch.stopped
		&& !strstr(px_child_message(&job->fetch, 0), strerror(EPIPE));
}

const struct px_child* FAST_FUNC px_job_blame(struct px_job *job)
{
	const struct px_child *cause = fetch_is_the_cause(job) ? &job->fetch : &job->write;

	job->status = cause->status > 128 ? PX_OTHER : cause->status;
	if (job->status == 0)
		return cause;
	px_job_reason_of(cause, job->reason);
	if (cause == &job->fetch && job->write.status != 0)
		px_job_reason_of(&job->write, job->consequence);
	return cause;
}

/* pxwrite was content with what a failed pxfetch gave it: the disk has a boot sector, and who knows what behind it. */
static void start_clear(struct px_job *job)
{
	struct px_command clear;
	int rc;

	memset(&clear, 0, sizeof(clear));
	add_words(&clear, "pxwrite\0" "-z\0" "-qf\0" "--\0");
	px_command_add(&clear, job->disk);
	job->phase = PX_JOB_CLEAR;
	job->disk_state = "disk could not be cleared: it may boot half an image";
	strcpy(job->write.progress.stage, "clear");
	rc = px_child_start(&job->run, "pxwrite", clear.argv, -1, PX_CHILD_MERGE, 0);
	px_command_free(&clear);
	if (rc != 0)
		job->phase = PX_JOB_OVER;
}

/* A pxwrite that refuses calls the disk untouched, and means: by itself. */
static void end_clear(struct px_job *job)
{
	job->phase = PX_JOB_OVER;
	if (job->run.status == 0)
		job->disk_state = disk_state(&job->run);
	else
		px_job_reason_of(&job->run, job->consequence);
}

static void end_image(struct px_job *job)
{
	const struct px_child *cause = px_job_blame(job);

	job->phase = PX_JOB_OVER;
	job->disk_state = disk_state(&job->write);
	if (cause == &job->fetch)
		job->step = "download";
	else
		job->step = strcmp(job->write.progress.stage, "verify") == 0 ? "verify" : "write";
	if (job->aborted && job->status != 0)
		fail(job, PX_ABORTED, job->step, "aborted by the user");
	if (job->status != 0 && job->write.status == 0)
		start_clear(job);
}

/* --- running */

void FAST_FUNC px_job_pollfds(const struct px_job *job, struct pollfd *fds)
{
	int i;

	for (i = 0; i < PX_JOB_FDS; i++)
		fds[i].fd = -1;
	if (job->fetch.pid > 0)
		px_child_pollfds(&job->fetch, fds);
	if (job->write.pid > 0)
		px_child_pollfds(&job->write, fds + PX_CHILD_FDS);
	if (job->run.pid > 0)
		px_child_pollfds(&job->run, fds + 2 * PX_CHILD_FDS);
}

/* pxwrite has given up, and pxfetch waits for a silent server. A while is left to one that is failing itself just now: it is then
 * the cause, and pxwrite saw the end of its data before we could see the end of pxfetch. */
static void stop_lonely_fetch(struct px_job *job)
{
	if (job->write.pid <= 0 || job->write.status <= 0 || job->fetch.status >= 0)
		return;
	if (!job->lonely_ms)
		job->lonely_ms = monotonic_ms() + LONELY_MS;
	else if (monotonic_ms() > job->lonely_ms)
		px_child_stop(&job->fetch);
}

void FAST_FUNC px_job_handle(struct px_job *job, const struct pollfd *fds)
{
	if (job->phase == PX_JOB_OVER)
		return;
	if (job->write.pid > 0)
		px_child_handle(&job->write, fds + PX_CHILD_FDS);
	if (job->fetch.pid > 0)
		px_child_handle(&job->fetch, fds);
	stop_lonely_fetch(job);
	if (job->run.pid > 0)
		px_child_handle(&job->run, fds + 2 * PX_CHILD_FDS);
	if (job->phase == PX_JOB_CLASSIC) {
		px_classic_handle(job);
		return;
	}
	if (px_child_running(&job->fetch) || px_child_running(&job->write) || px_child_running(&job->run))
		return;
	job->end_ms = monotonic_ms();
	if (job->phase == PX_JOB_BMAP)
		end_bmap(job);
	else if (job->phase == PX_JOB_CLEAR)
		end_clear(job);
	else
		end_image(job);
}

int FAST_FUNC px_job_running(const struct px_job *job)
{
	return job->phase != PX_JOB_OVER;
}

void FAST_FUNC px_job_abort(struct px_job *job)
{
	job->aborted = 1;
	px_log_add("px: aborted by the user");
	px_child_stop(&job->write);
	px_child_stop(&job->fetch);
	if (job->classic)
		px_classic_abort(job);
}

void FAST_FUNC px_job_free(struct px_job *job)
{
	px_child_free(&job->fetch);
	px_child_free(&job->write);
	px_child_free(&job->run);
	px_classic_free(job);
	free(job->lines);
	job->lines = NULL;
	if (job->bmap_path)
		unlink(job->bmap_path);
	free(job->bmap_path);
	job->bmap_path = NULL;
}
