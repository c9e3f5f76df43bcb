/*
 * Running a program beside the menu. See child.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += child.o

#include <sys/prctl.h>
#include "libbb.h"
#include "lib/text.h"
#include "install/child.h"
#include "report/log.h"

/* --- starting */

void FAST_FUNC px_exec(char **argv)
{
	execvp(argv[0], argv);
	if (errno == ENOENT)
		BB_EXECVP(argv[0], argv);
}

static void child_side(char **argv, int in_fd, int out_fd, int message_fd, int progress_fd) NORETURN;
static void child_side(char **argv, int in_fd, int out_fd, int message_fd, int progress_fd)
{
	setpgid(0, 0); /* the terminal's Ctrl-C is for the menu */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* all fds handed in are above PX_CHILD_PROGRESS_FD: px_child_start sees to that */
	xdup2(in_fd, STDIN_FILENO);
	xdup2(out_fd, STDOUT_FILENO);
	xdup2(message_fd, STDERR_FILENO);
	xdup2(progress_fd, PX_CHILD_PROGRESS_FD);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGWINCH, SIG_DFL);
	px_exec(argv);
	bb_simple_perror_msg(argv[0]);
	_exit(127);
}

int FAST_FUNC px_child_pipe(int ends[2])
{
	int low[2], i;

	if (pipe2(low, O_CLOEXEC) != 0)
		return -1;
	for (i = 0; i < 2; i++) {
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, PX_CHILD_PROGRESS_FD + 1);
		close(low[i]);
	}
	return 0;
}

int FAST_FUNC px_child_start(struct px_child *child, const char *name, char **argv, int in_fd, int out_fd,
		size_t output_max_bytes)
{
	int messages[2], progress[2], output[2];
	int null_fd = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, PX_CHILD_PROGRESS_FD + 1);

	memset(child, 0, sizeof(*child));
	child->name = name;
	child->status = 127;
	child->message_fd = child->progress_fd = child->output_fd = -1;
	child->progress.net_percent = child->progress.decode_percent = child->progress.disk_percent = -1;
	child->output_max_bytes = output_max_bytes;
	if (px_child_pipe(messages) != 0 || px_child_pipe(progress) != 0 || px_child_pipe(output) != 0)
		return -1;
	child->pid = fork();
	if (child->pid == 0)
		child_side(argv, in_fd >= 0 ? in_fd : null_fd,
				out_fd >= 0 ? out_fd : out_fd == PX_CHILD_COLLECT ? output[1]
				: out_fd == PX_CHILD_MERGE ? messages[1] : null_fd,
				messages[1], progress[1]);
	if (child->pid > 0)
		child->status = -1;
	child->message_fd = messages[0];
	child->progress_fd = progress[0];
	child->output_fd = output[0];
	close(messages[1]);
	close(progress[1]);
	close(output[1]);
	close(null_fd);
	return child->pid > 0 ? 0 : -1;
}

/* --- reading */

static void end_message(struct px_child *child)
{
	struct px_lines *lines = &child->messages;
	char *slot = lines->text[lines->count % PX_CHILD_LINES];

	lines->partial[lines->partial_bytes] = '\0';
	lines->partial_bytes = 0;
	px_ascii(lines->partial, 0);
	if (!lines->partial[0])
		return;
	strcpy(slot, lines->partial);
	lines->count++;
	px_log_add("%s", slot);
}

static void take_messages(struct px_child *child, const char *text, size_t len_bytes)
{
	struct px_lines *lines = &child->messages;

	while (len_bytes--) {
		char c = *text++;

		if (c == '\n' || c == '\r' || lines->partial_bytes == sizeof(lines->partial) - 1)
			end_message(child);
		if (c != '\n' && c != '\r')
			lines->partial[lines->partial_bytes++] = c ? c : '?';
	}
}

static void take_value(struct px_child_progress *progress, const char *word, const char *value)
{
	static const char names[] ALIGN1 = "bytes\0total\0stage\0rate\0net\0decode\0disk\0";
	unsigned long long n = strtoull(value, NULL, 10);
	unsigned percent = n > 100 ? 100 : n;

	if (n > LLONG_MAX)
		n = 0;
	switch (index_in_strings(names, word)) {
	case 0: progress->bytes = n; break;
	case 1: progress->total_bytes = n; break;
	case 2: px_ascii(safe_strncpy(progress->stage, value, sizeof(progress->stage)), 0); break;
	case 3: progress->rate_bytes = n; break;
	case 4: progress->net_percent = percent; break;
	case 5: progress->decode_percent = percent; break;
	case 6: progress->disk_percent = percent; break;
	}
}

static void end_progress(struct px_child *child)
{
	char *rest = child->partial_progress;
	char *word;

	rest[child->partial_progress_bytes] = '\0';
	child->partial_progress_bytes = 0;
	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = '\0';
		take_value(&child->progress, word, value);
	}
}

static void take_progress(struct px_child *child, const char *text, size_t len_bytes)
{
	while (len_bytes--) {
		char c = *text++;

		if (c == '\n')
			end_progress(child);
		else if (child->partial_progress_bytes < sizeof(child->partial_progress) - 1)
			child->partial_progress[child->partial_progress_bytes++] = c;
	}
}

static void take_output(struct px_child *child, const char *text, size_t len_bytes)
{
	if (len_bytes > child->output_max_bytes - child->output_bytes) {
		child->output_overflow = 1;
		px_child_stop(child);
		return;
	}
	if (child->output_bytes + len_bytes >= child->output_room) {
		child->output_room = (child->output_bytes + len_bytes) * 2;
		child->output = xrealloc(child->output, child->output_room);
	}
	memcpy(child->output + child->output_bytes, text, len_bytes);
	child->output_bytes += len_bytes;
	child->output[child->output_bytes] = '\0';
}

static void read_some(struct px_child *child, int *fd, const struct pollfd *pollfd,
		void (*take)(struct px_child *child, const char *text, size_t len_bytes))
{
	char buf[16384];
	ssize_t n;

	if (*fd < 0 || pollfd->fd != *fd || !pollfd->revents)
		return;
	n = safe_read(*fd, buf, sizeof(buf));
	if (n > 0) {
		take(child, buf, n);
		return;
	}
	close(*fd);
	*fd = -1;
}

void FAST_FUNC px_child_pollfds(const struct px_child *child, struct pollfd *fds)
{
	fds[0].fd = child->message_fd;
	fds[1].fd = child->progress_fd;
	fds[2].fd = child->output_fd;
	fds[0].events = fds[1].events = fds[2].events = POLLIN;
	fds[0].revents = fds[1].revents = fds[2].revents = 0;
}

void FAST_FUNC px_child_handle(struct px_child *child, const struct pollfd *fds)
{
	int status;

	read_some(child, &child->message_fd, &fds[0], take_messages);
	read_some(child, &child->progress_fd, &fds[1], take_progress);
	read_some(child, &child->output_fd, &fds[2], take_output);
	if (child->message_fd < 0 && child->messages.partial_bytes)
		end_message(child);
	if (child->status >= 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	child->signal = WIFEXITED(status) ? 0 : WTERMSIG(status);
	child->status = child->signal ? 128 + child->signal : WEXITSTATUS(status);
}

int FAST_FUNC px_child_running(const struct px_child *child)
{
	return child->pid > 0
		&& (child->status < 0 || child->message_fd >= 0 || child->progress_fd >= 0 || child->output_fd >= 0);
}

void FAST_FUNC px_child_stop(struct px_child *child)
{
	if (child->pid > 0 && child->status < 0 && !child->stopped) {
		child->stopped = 1;
		kill(child->pid, SIGTERM);
	}
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void FAST_FUNC px_child_kill_group(struct px_child *child, int signal_number)
{
	if (child->pid > 0)
		kill(-child->pid, signal_number);
}

void FAST_FUNC px_child_close(struct px_child *child)
{
	close_fd(&child->message_fd);
	close_fd(&child->progress_fd);
	close_fd(&child->output_fd);
}

void FAST_FUNC px_child_free(struct px_child *child)
{
	if (child->pid <= 0)
		return;
	px_child_close(child);
	if (child->status < 0) {
		kill(child->pid, SIGTERM);
		safe_waitpid(child->pid, NULL, 0);
		child->status = 128 + SIGTERM;
	}
	free(child->output);
	child->output = NULL;
	child->pid = 0;
}

const char* FAST_FUNC px_child_message(const struct px_child *child, unsigned n)
{
	unsigned kept = child->messages.count < PX_CHILD_LINES ? child->messages.count : PX_CHILD_LINES;

	return n < kept ? child->messages.text[(child->messages.count - 1 - n) % PX_CHILD_LINES] : "";
}
