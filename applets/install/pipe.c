/*
 * The two children of a pipe, their command lines, and which of them failed first. See pipe.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += pipe.o

#include "libbb.h"
#include "lib/url.h"
#include "install/pipe.h"

enum { LONELY_MS = 1000 };

/* --- command lines */

void FAST_FUNC px_command_add(struct px_command *command, const char *word)
{
	command->argv[command->count++] = xstrdup(word);
}

void FAST_FUNC px_command_add_words(struct px_command *command, const char *words)
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
	px_command_add_words(command, "pxfetch\0" "-q\0" "-p\0" "3\0" "-O\0" "-\0" "--\0");
	for (; *urls; urls++)
		px_command_add(command, *urls);
}

static void write_command(struct px_command *command, const struct px_install *install, const char *disk)
{
	const struct px_image *image = install->image;
	char size[sizeof(off_t) * 3];
	char hash[7 + 64 + 1];

	memset(command, 0, sizeof(*command));
	px_command_add_words(command, "pxwrite\0" "-q\0" "-p\0" "3\0");
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
	if (install->bmap_path) {
		px_command_add(command, "-b");
		px_command_add(command, install->bmap_path);
	}
	if (image->grow && !LONE_DASH(disk))
		px_command_add(command, "-g");
	if (install->force && !LONE_DASH(disk))
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

char* FAST_FUNC px_pipe_describe(const struct px_install *install)
{
	struct px_command fetch, write;
	char **urls = px_image_urls(install->catalog, install->image);
	char *text = xstrdup("");
	unsigned i;

	fetch_command(&fetch, urls);
	write_command(&write, install, install->disk);
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

/* --- starting */

int FAST_FUNC px_pipe_start(struct px_install *install, char **urls, const char *disk, int out_fd)
{
	struct px_command fetch, write;
	int data[2], rc;

	if (px_child_pipe(data) != 0)
		return -1;
	fetch_command(&fetch, urls);
	write_command(&write, install, disk);
	free_urls(urls);
	rc = px_child_start(&install->write, "pxwrite", write.argv, data[0], out_fd, 0);
	if (rc == 0)
		rc = px_child_start(&install->fetch, "pxfetch", fetch.argv, -1, data[1], 0);
	close(data[0]);
	close(data[1]);
	px_command_free(&fetch);
	px_command_free(&write);
	return rc;
}

int FAST_FUNC px_pipe_collect(struct px_install *install, const char *reference, size_t max_bytes)
{
	struct px_command fetch;
	char *urls[2] = { px_url_resolve(install->catalog->url, reference), NULL };
	int rc;

	fetch_command(&fetch, urls);
	rc = px_child_start(&install->fetch, "pxfetch", fetch.argv, -1, PX_CHILD_COLLECT, max_bytes);
	px_command_free(&fetch);
	free(urls[0]);
	return rc;
}

/* --- how it ended */

/* What pxwrite said last about the disk; if it died before it could: what must be feared. */
const char* FAST_FUNC px_pipe_disk_state(const struct px_child *write)
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

void FAST_FUNC px_pipe_reason(const struct px_child *child, char *reason)
{
	const char *message = px_child_message(child, 0);

	if (is_suffixed_with(message, px_pipe_disk_state(child)) && px_child_message(child, 1)[0]
	 && strlen(message) < sizeof("pxwrite: : disk written and verified") + 24)
		message = px_child_message(child, 1);
	if (message[0])
		safe_strncpy(reason, message, PX_CHILD_LINE_BYTES);
	else if (child->status > 128)
		sprintf(reason, "%s: ended by signal %d", child->name, child->status - 128);
	else
		sprintf(reason, "%s: exit status %d", child->name, child->status);
}

/* When pxwrite, which reads what pxfetch writes, is gone, pxfetch fails in consequence: by SIGPIPE, with a write
 * error, or because it was stopped here. */
static int fetch_is_the_cause(const struct px_install *install)
{
	if (install->fetch.status == 0)
		return 0;
	if (install->write.status == 0)
		return 1;
	return install->fetch.status != 128 + SIGPIPE && !install->fetch.stopped
		&& !strstr(px_child_message(&install->fetch, 0), strerror(EPIPE));
}

const struct px_child* FAST_FUNC px_pipe_blame(struct px_install *install)
{
	const struct px_child *cause = fetch_is_the_cause(install) ? &install->fetch : &install->write;

	install->status = cause->status > 128 ? PX_OTHER : cause->status;
	if (install->status == 0)
		return cause;
	px_pipe_reason(cause, install->reason);
	if (cause == &install->fetch && install->write.status != 0)
		px_pipe_reason(&install->write, install->consequence);
	return cause;
}

/* A pxfetch whose pxwrite has given up may wait for a silent server for long. It gets LONELY_MS before it is
 * stopped: when pxfetch failed first, pxwrite saw the end of its data before we could see the end of pxfetch, and
 * pxfetch is the cause. */
void FAST_FUNC px_pipe_stop_lonely_fetch(struct px_install *install)
{
	if (install->write.pid <= 0 || install->write.status <= 0 || install->fetch.status >= 0)
		return;
	if (!install->lonely_ms)
		install->lonely_ms = monotonic_ms() + LONELY_MS;
	else if (monotonic_ms() > install->lonely_ms)
		px_child_stop(&install->fetch);
}
