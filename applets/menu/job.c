/*
 * pxfetch | pxwrite. See job.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += job.o

#include "libbb.h"
#include "lib/url.h"
#include "menu/job.h"
#include "menu/log.h"

enum { PHASE_BMAP, PHASE_IMAGE, PHASE_OVER };
enum { BMAP_BYTES_MAX = 16 << 20, ARGV_MAX = PX_MIRRORS_MAX + 16 };

/* Options of both come first, then "--": neither a URL nor a disk is ever taken for an option. */
struct command {
	char *argv[ARGV_MAX];
	unsigned count;
};

static void add(struct command *command, const char *word)
{
	command->argv[command->count++] = xstrdup(word);
}

/* words: NUL after each, an empty one ends */
static void add_words(struct command *command, const char *words)
{
	for (; *words; words += strlen(words) + 1)
		add(command, words);
}

static void free_command(struct command *command)
{
	while (command->count)
		free(command->argv[--command->count]);
}

static void fetch_command(struct command *command, char **urls)
{
	memset(command, 0, sizeof(*command));
	add_words(command, "pxfetch\0" "-q\0" "-p\0" "3\0" "-O\0" "-\0" "--\0");
	for (; *urls; urls++)
		add(command, *urls);
}

static void write_command(struct command *command, const struct px_job *job)
{
	const struct px_image *image = job->image;
	char size[sizeof(off_t) * 3];
	char hash[7 + 64 + 1];

	memset(command, 0, sizeof(*command));
	add_words(command, "pxwrite\0" "-q\0" "-p\0" "3\0");
	if (image->size_bytes >= 0) {
		sprintf(size, "%"OFF_FMT"u", image->size_bytes);
		add(command, "-s");
		add(command, size);
	}
	if (image->digest.known) {
		*bin2hex(stpcpy(hash, "sha256:"), (char *)image->digest.sha256, 32) = '\0';
		add(command, "-H");
		add(command, hash);
	}
	if (job->bmap_path) {
		add(command, "-b");
		add(command, job->bmap_path);
	}
	if (image->grow)
		add(command, "-g");
	if (job->force)
		add(command, "-f");
	add(command, "--");
	add(command, job->disk);
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
	job->phase = PHASE_OVER;
	job->status = status;
	job->step = step;
	safe_strncpy(job->reason, reason, sizeof(job->reason));
}

static void start_image(struct px_job *job)
{
	struct command fetch, write;
	char **urls = px_image_urls(job->catalog, job->image);
	int data[2];

	job->phase = PHASE_IMAGE;
	fetch_command(&fetch, urls);
	write_command(&write, job);
	free_urls(urls);
	if (px_child_pipe(data) != 0) {
		fail(job, PX_OTHER, "start", strerror(errno));
		return;
	}
	if (px_child_start(&job->write, "pxwrite", write.argv, data[0], -1, 0) != 0
	 || px_child_start(&job->fetch, "pxfetch", fetch.argv, -1, data[1], 0) != 0)
		fail(job, PX_OTHER, "start", strerror(errno));
	close(data[0]);
	close(data[1]);
	free_command(&fetch);
	free_command(&write);
}

static void start_bmap(struct px_job *job)
{
	struct command fetch;
	char *urls[2] = { px_url_resolve(job->catalog->url, job->image->bmap), NULL };

	job->phase = PHASE_BMAP;
	fetch_command(&fetch, urls);
	if (px_child_start(&job->fetch, "pxfetch", fetch.argv, -1, PX_CHILD_COLLECT, BMAP_BYTES_MAX) != 0)
		fail(job, PX_OTHER, "start", strerror(errno));
	free_command(&fetch);
	free(urls[0]);
}

void FAST_FUNC px_job_start(struct px_job *job)
{
	job->start_ms = monotonic_ms();
	job->status = -1;
	job->step = "start";
	job->disk_state = "disk untouched";
	if (job->image->bmap)
		start_bmap(job);
	else
		start_image(job);
}

char* FAST_FUNC px_job_describe(const struct px_job *job)
{
	struct command fetch, write;
	char **urls = px_image_urls(job->catalog, job->image);
	char *text = xstrdup("");
	unsigned i;

	fetch_command(&fetch, urls);
	write_command(&write, job);
	for (i = 0; i < fetch.count + write.count; i++) {
		const char *word = i < fetch.count ? fetch.argv[i] : write.argv[i - fetch.count];
		char *longer = xasprintf("%s%s%s", text, i == 0 ? "" : i == fetch.count ? " | " : " ", word);

		free(text);
		text = longer;
	}
	free_command(&fetch);
	free_command(&write);
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
	static const char states[] ALIGN1 = "disk untouched\0disk does not boot\0disk written and verified\0";
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

/* The last message that is not only the disk's state; or the exit status in words. */
static void reason_of(const struct px_child *child, char *reason)
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
	if (job->fetch.status == 128 + SIGPIPE || job->fetch.stopped)
		return 0;
	return !job->write_ended_first;
}

static void end_image(struct px_job *job)
{
	const struct px_child *cause = fetch_is_the_cause(job) ? &job->fetch : &job->write;

	job->phase = PHASE_OVER;
	job->disk_state = disk_state(&job->write);
	job->status = cause->status;
	if (job->status > 128)
		job->status = PX_OTHER;
	if (cause == &job->fetch)
		job->step = "download";
	else
		job->step = strcmp(job->write.progress.stage, "verify") == 0 ? "verify" : "write";
	if (job->aborted && job->status != 0) {
		fail(job, PX_ABORTED, job->step, "aborted by the user");
		return;
	}
	if (job->status == 0)
		return;
	reason_of(cause, job->reason);
	if (cause == &job->fetch && job->write.status != 0)
		reason_of(&job->write, job->consequence);
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
}

void FAST_FUNC px_job_handle(struct px_job *job, const struct pollfd *fds)
{
	if (job->phase == PHASE_OVER)
		return;
	if (job->write.pid > 0)
		px_child_handle(&job->write, fds + PX_CHILD_FDS);
	/* seen before pxfetch is asked: who of two dead ones fell first is known only by looking often */
	if (job->write.pid > 0 && job->write.status > 0 && job->fetch.status < 0) {
		job->write_ended_first = 1;
		px_child_stop(&job->fetch);
	}
	if (job->fetch.pid > 0)
		px_child_handle(&job->fetch, fds);
	if (px_child_running(&job->fetch) || px_child_running(&job->write))
		return;
	job->end_ms = monotonic_ms();
	if (job->phase == PHASE_BMAP)
		end_bmap(job);
	else
		end_image(job);
}

int FAST_FUNC px_job_running(const struct px_job *job)
{
	return job->phase != PHASE_OVER;
}

void FAST_FUNC px_job_abort(struct px_job *job)
{
	job->aborted = 1;
	px_log_add("px: aborted by the user");
	px_child_stop(&job->write);
	px_child_stop(&job->fetch);
}

void FAST_FUNC px_job_free(struct px_job *job)
{
	px_child_free(&job->fetch);
	px_child_free(&job->write);
	if (job->bmap_path)
		unlink(job->bmap_path);
	free(job->bmap_path);
	job->bmap_path = NULL;
}
