/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a program beside the menu. See child.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += child.o

#include <sys/prctl.h>
#include "libbb.h"
#include "lib/text.h"
#include "install/child.h"
#include "report/log.h"

enum { END_MS = 2000 }; /* how long px_child_free waits after a signal */

/* --- starting */

/* The pipes of one child, both ends of each; -1: not open. */
struct pipes {
	int messages[2], progress[2], output[2], word[2];
	int null_fd;
};

enum { PIPES_FDS = sizeof(struct pipes) / sizeof(int) };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_pipes(struct pipes *pipes)
{
	int *fd = pipes->messages;
	unsigned i;

	for (i = 0; i < PIPES_FDS; i++)
		close_fd(fd + i);
}

/* fd under a number that the child does not need for its own ones; fd itself is closed. -1: errno is set. */
static int raise_fd(int fd)
{
	int high, error;

	if (fd < 0)
		return -1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, PX_CHILD_ASK_FD + 1);
	error = errno;
	close(fd);
	errno = error;
	return high;
}

int FAST_FUNC px_child_pipe(int ends[2])
{
	int low[2], error;

	if (pipe2(low, O_CLOEXEC) != 0)
		return -1;
	ends[0] = raise_fd(low[0]);
	ends[1] = raise_fd(low[1]);
	if (ends[0] >= 0 && ends[1] >= 0)
		return 0;
	error = errno;
	close_fd(&ends[0]);
	close_fd(&ends[1]);
	errno = error;
	return -1;
}

static int open_pipes(struct pipes *pipes)
{
	int error;

	memset(pipes, 0xff, sizeof(*pipes));
	pipes->null_fd = raise_fd(open("/dev/null", O_RDWR | O_CLOEXEC));
	if (pipes->null_fd >= 0 && px_child_pipe(pipes->messages) == 0 && px_child_pipe(pipes->progress) == 0
	 && px_child_pipe(pipes->output) == 0 && px_child_pipe(pipes->word) == 0)
		return 0;
	error = errno;
	close_pipes(pipes);
	errno = error;
	return -1;
}

void FAST_FUNC px_exec(char **argv)
{
	execvp(argv[0], argv);
	if (errno == ENOENT)
		BB_EXECVP(argv[0], argv);
}

/* All descriptors that are handed in are above PX_CHILD_ASK_FD: raise_fd and px_child_pipe see to that. */
static void set_descriptors(const struct pipes *pipes, int in_fd, int out_fd, int ask_fd)
{
	if (out_fd < 0)
		out_fd = out_fd == PX_CHILD_COLLECT ? pipes->output[1]
			: out_fd == PX_CHILD_MERGE ? pipes->messages[1] : pipes->null_fd;
	xdup2(in_fd >= 0 ? in_fd : pipes->null_fd, STDIN_FILENO);
	xdup2(out_fd, STDOUT_FILENO);
	xdup2(pipes->messages[1], STDERR_FILENO);
	xdup2(pipes->progress[1], PX_CHILD_PROGRESS_FD);
	xdup2(pipes->word[0], PX_CHILD_WORD_FD);
	if (ask_fd >= 0)
		xdup2(ask_fd, PX_CHILD_ASK_FD);
}

/* In the child: ends with the menu, also when that ended before prctl was there to tell. */
static void become_child(pid_t menu_pid)
{
	setpgid(0, 0); /* the terminal's Ctrl-C is for the menu */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != menu_pid)
		_exit(128 + SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGWINCH, SIG_DFL);
}

static void prepare(struct px_child *child, const char *name, size_t output_max_bytes)
{
	memset(child, 0, sizeof(*child));
	child->name = name;
	child->status = 127;
	child->message_fd = child->progress_fd = child->output_fd = child->word_fd = -1;
	child->progress.differ_bytes = -1;
	child->progress.net_percent = child->progress.decode_percent = child->progress.disk_percent = -1;
	child->output_max_bytes = output_max_bytes;
}

/* Keeps the menu's ends in child and closes the others. Returns 0, or -1 when fork had failed. */
static int keep_ends(struct px_child *child, struct pipes *pipes)
{
	int error = errno;

	if (child->pid > 0) {
		setpgid(child->pid, child->pid); /* so that a signal for the group finds it from now on */
		child->status = -1;
		child->message_fd = pipes->messages[0];
		child->progress_fd = pipes->progress[0];
		child->output_fd = pipes->output[0];
		child->word_fd = pipes->word[1];
		pipes->messages[0] = pipes->progress[0] = pipes->output[0] = pipes->word[1] = -1;
	}
	close_pipes(pipes);
	errno = error;
	if (child->pid > 0)
		return 0;
	child->pid = 0;
	return -1;
}

static int start(struct px_child *child, const char *name, char **argv, int in_fd, int out_fd, int ask_fd,
		size_t output_max_bytes)
{
	pid_t menu_pid = getpid();
	struct pipes pipes;

	prepare(child, name, output_max_bytes);
	if (open_pipes(&pipes) != 0)
		return -1;
	child->pid = fork();
	if (child->pid == 0) {
		become_child(menu_pid);
		set_descriptors(&pipes, in_fd, out_fd, ask_fd);
		px_exec(argv);
		bb_simple_perror_msg(argv[0]);
		/* said in the place of a pxwrite that does not exist */
		px_state_line(PX_CHILD_PROGRESS_FD, "state", px_state_keyword(PX_STATE_UNTOUCHED));
		_exit(127);
	}
	return keep_ends(child, &pipes);
}

int FAST_FUNC px_child_start(struct px_child *child, const char *name, char **argv, int in_fd, int out_fd,
		size_t output_max_bytes)
{
	return start(child, name, argv, in_fd, out_fd, -1, output_max_bytes);
}

int FAST_FUNC px_child_start_asking(struct px_child *child, const char *name, char **argv, int in_fd, int out_fd,
		int ask_fd)
{
	return start(child, name, argv, in_fd, out_fd, ask_fd, 0);
}

int FAST_FUNC px_child_call(struct px_child *child, const char *name, px_child_work work, void *arg)
{
	pid_t menu_pid = getpid();
	struct pipes pipes;

	prepare(child, name, 0);
	if (open_pipes(&pipes) != 0)
		return -1;
	child->pid = fork();
	if (child->pid == 0) {
		become_child(menu_pid);
		set_descriptors(&pipes, -1, PX_CHILD_MERGE, -1);
		_exit(work(arg));
	}
	return keep_ends(child, &pipes);
}

int FAST_FUNC px_child_say(struct px_child *child, const char *word)
{
	size_t len_bytes = strlen(word);

	if (child->word_fd < 0)
		return -1;
	return full_write(child->word_fd, word, len_bytes) == (ssize_t)len_bytes ? 0 : -1;
}

void FAST_FUNC px_child_hush(struct px_child *child)
{
	close_fd(&child->word_fd);
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

/* 0 for what is none */
static off_t off_of(const char *value)
{
	unsigned long long n = strtoull(value, NULL, 10);

	return n > LLONG_MAX ? 0 : n;
}

static void take_number(struct px_child *child, int name, const char *value)
{
	struct px_child_progress *progress = &child->progress;
	off_t *const numbers[] = {
		&progress->bytes, &progress->total_bytes, &progress->rate_bytes, &progress->kept_bytes,
		&progress->fetched_bytes, &progress->written_bytes, &progress->differ_bytes,
	};
	int *const percents[] = { &progress->net_percent, &progress->decode_percent, &progress->disk_percent };

	if (name >= (int)ARRAY_SIZE(numbers))
		*percents[name - ARRAY_SIZE(numbers)] = MIN(strtoul(value, NULL, 10), 100);
	else
		*numbers[name] = off_of(value);
}

static void take_value(struct px_child *child, const char *word, const char *value)
{
	static const char words[] ALIGN1 = "stage\0why\0state\0archive\0grown\0proof\0size\0need\0source\0mirror\0";
	static const char numbers[] ALIGN1 = "bytes\0total\0rate\0kept\0fetched\0written\0differs\0net\0decode\0disk\0";
	int number = index_in_strings(numbers, word);

	if (number >= 0) {
		take_number(child, number, value);
		return;
	}
	switch (index_in_strings(words, word)) {
	case 0:
		px_ascii(safe_strncpy(child->progress.stage, value, sizeof(child->progress.stage)), 0);
		break;
	case 1:
		px_ascii(safe_strncpy(child->why, value, sizeof(child->why)), 0);
		break;
	case 2:
		child->state = px_state_of(value);
		child->state_said = 1;
		break;
	case 3:
		child->archive_whole = strcmp(value, "whole") == 0;
		break;
	case 4:
		child->grown_partition = strtoul(value, NULL, 10);
		break;
	case 5:
		px_ascii(safe_strncpy(child->proof, value, sizeof(child->proof)), 0);
		break;
	case 6:
		child->image_bytes = off_of(value);
		break;
	case 7:
		child->need_bytes = off_of(value);
		break;
	case 8:
		px_ascii(safe_strncpy(child->progress.source, value, sizeof(child->progress.source)), 0);
		break;
	case 9:
		child->mirror = strtoul(value, NULL, 10);
		break;
	}
}

/* A keyword, a blank, words for people up to the end of the line. That a partition has grown is what was asked for. */
static void take_warning(struct px_child *child, char *keyword)
{
	char *words = skip_non_whitespace(keyword);

	if (*words)
		*words++ = '\0';
	px_ascii(words, 0);
	if (strcmp(keyword, "grown") == 0)
		px_log_add("%s: %s", child->name, words);
	else
		safe_strncpy(child->warning, words, sizeof(child->warning));
}

static void end_progress(struct px_child *child)
{
	char *rest = child->partial_progress;
	char *word;

	rest[child->partial_progress_bytes] = '\0';
	child->partial_progress_bytes = 0;
	word = is_prefixed_with(rest, "warning=");
	if (word) {
		take_warning(child, word);
		return;
	}
	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = '\0';
		take_value(child, word, value);
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
	size_t room_bytes = child->output_max_bytes - child->output_bytes;

	if (len_bytes > room_bytes) {
		child->output_overflow = 1;
		px_child_stop(child);
		len_bytes = room_bytes;
	}
	if (child->output_bytes + len_bytes >= child->output_room) {
		child->output_room = (child->output_bytes + len_bytes) * 2 + 1;
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
	child->ended_ms = monotonic_ms();
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
	close_fd(&child->word_fd);
}

void FAST_FUNC px_child_abandon(struct px_child *child)
{
	px_child_close(child);
	if (child->pid <= 0 || child->status >= 0)
		return;
	px_log_add("px: %s (process %d) does not end: it hangs in the kernel, and is left behind", child->name,
			(int)child->pid);
	child->ended_ms = monotonic_ms();
	child->signal = SIGKILL;
	child->status = 128 + SIGKILL;
}

/* Sends the signal and waits for the child's end for END_MS. True when it has ended. */
static int ends_by(const struct px_child *child, int signal_number)
{
	unsigned long long end_ms = monotonic_ms() + END_MS;

	kill(child->pid, signal_number);
	while (waitpid(child->pid, NULL, WNOHANG) == 0) {
		if (monotonic_ms() > end_ms)
			return 0;
		usleep(5 * 1000);
	}
	return 1;
}

void FAST_FUNC px_child_free(struct px_child *child)
{
	if (child->pid <= 0)
		return;
	px_child_close(child);
	if (child->status < 0 && (ends_by(child, SIGTERM) || ends_by(child, SIGKILL)))
		child->status = 128 + SIGTERM;
	px_child_abandon(child);
	free(child->output);
	child->output = NULL;
	child->pid = 0;
}

const char* FAST_FUNC px_child_message(const struct px_child *child, unsigned n)
{
	unsigned kept = child->messages.count < PX_CHILD_LINES ? child->messages.count : PX_CHILD_LINES;

	return n < kept ? child->messages.text[(child->messages.count - 1 - n) % PX_CHILD_LINES] : "";
}
