/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that the menu runs: its messages line by line, its progress lines (-p), what it prints (if wanted), its
 * exit.
 */
#ifndef PX_CHILD_H
#define PX_CHILD_H 1

#include "lib/state.h"

enum {
	PX_CHILD_LINES = 12,        /* last messages kept */
	PX_CHILD_LINE_BYTES = 300,
	PX_CHILD_PROGRESS_FD = 3,   /* what follows -p */
	PX_CHILD_WORD_FD = 4,       /* what follows pxwrite's -c: what px_child_say says can be read there */
	PX_CHILD_ASK_FD = 5,        /* what follows pxwrite's -u, pxfetch's -R */
	PX_CHILD_WHY_BYTES = 16,
};

struct px_lines {
	char text[PX_CHILD_LINES][PX_CHILD_LINE_BYTES];
	unsigned count;             /* ever */
	char partial[PX_CHILD_LINE_BYTES];
	unsigned partial_bytes;
};

struct px_child_progress {
	off_t bytes, total_bytes, rate_bytes;
	off_t kept_bytes, fetched_bytes, written_bytes; /* pxwrite -u: found on the disk, come for it, written; or 0 */
	off_t differ_bytes;         /* what the disk does not hold, once all of it has been looked at; -1: not said */
	char stage[12];             /* "" until the first line */
	char source[12];            /* how the bytes come, a keyword of pxfetch's; "": not said */
	int net_percent, decode_percent, disk_percent; /* -1: not said */
};

struct px_child {
	const char *name;
	pid_t pid;                  /* 0: not started */
	int status;                 /* -1: running; else exit status, or 128 + signal */
	int signal;                 /* that ended it; 0: none */
	smallint stopped;           /* by px_child_stop */
	unsigned long long ended_ms; /* when its end was seen */
	enum px_state state;        /* the last `state=`; PX_STATE_UNKNOWN until then */
	smallint state_said;
	char why[PX_CHILD_WHY_BYTES]; /* the keyword of `why=`, or "" */
	char proof[PX_CHILD_WHY_BYTES]; /* the keyword of `proof=` (write/proof.h), or "" */
	unsigned grown_partition;   /* `grown=`: the number of a partition that has become larger; 0: none */
	char warning[PX_CHILD_LINE_BYTES]; /* the words of the `warning=` that came last; "": none */
	off_t image_bytes, need_bytes; /* `size=`, `need=` of pxread; 0: not said */
	unsigned mirror;            /* pxfetch: which of its URLs the bytes come from, the first is 0 */
	smallint archive_whole;     /* `archive=whole`: what it delivered was a tar archive up to its end */
	int message_fd, progress_fd, output_fd, word_fd; /* -1: closed */
	struct px_lines messages;
	struct px_child_progress progress;
	char partial_progress[PX_CHILD_LINE_BYTES];
	unsigned partial_progress_bytes;
	char *output;               /* what it printed; owned, NUL behind */
	size_t output_bytes, output_max_bytes, output_room;
	smallint output_overflow;   /* it printed more than output holds, and was stopped */
};

enum { PX_CHILD_FDS = 3 };

/* Starts argv (searched in PATH), stdin from in_fd, stdout to out_fd (-1: /dev/null; PX_CHILD_MERGE: to its
 * messages; PX_CHILD_COLLECT: kept in output, at most output_max_bytes). It runs in a process group of its own and
 * dies with the menu. Returns 0; -1 when it could not be forked; a program that does not exist is one that exits
 * with 127. When it could not be forked nothing stays open, and errno is set. */
enum { PX_CHILD_COLLECT = -2, PX_CHILD_MERGE = -3 };
int px_child_start(struct px_child *child, const char *name, char **argv, int in_fd, int out_fd,
		size_t output_max_bytes) FAST_FUNC;

/* The same with ask_fd as PX_CHILD_ASK_FD. */
int px_child_start_asking(struct px_child *child, const char *name, char **argv, int in_fd, int out_fd, int ask_fd)
	FAST_FUNC;

/* As px_child_start, but runs work(arg) in the child instead of a program; what that returns is the exit status. */
typedef int FAST_FUNC (*px_child_work)(void *arg);
int px_child_call(struct px_child *child, const char *name, px_child_work work, void *arg) FAST_FUNC;

/* Lets the child read word from PX_CHILD_WORD_FD. Returns 0; -1: it is gone. */
int px_child_say(struct px_child *child, const char *word) FAST_FUNC;

/* The child reads the end of file there. */
void px_child_hush(struct px_child *child) FAST_FUNC;

/* A pipe to be handed to children: close-on-exec, and above the numbers that a child has for its own. 0, or -1
 * with errno. */
int px_child_pipe(int ends[2]) FAST_FUNC;

/* Fills in what to poll for (PX_CHILD_FDS entries; fd -1 where closed). */
void px_child_pollfds(const struct px_child *child, struct pollfd *fds) FAST_FUNC;

/* Reads what came, and sees whether it has ended; call it after poll and at least every 200 ms. */
void px_child_handle(struct px_child *child, const struct pollfd *fds) FAST_FUNC;

/* True until it has ended and all it said has been read. */
int px_child_running(const struct px_child *child) FAST_FUNC;

/* Sends SIGTERM (once). */
void px_child_stop(struct px_child *child) FAST_FUNC;

/* Sends a signal to it and to all that it has started; to these also when it has ended itself. */
void px_child_kill_group(struct px_child *child, int signal_number) FAST_FUNC;

/* It has ended, but something that it left behind keeps its pipes open: what it said is what was read. */
void px_child_close(struct px_child *child) FAST_FUNC;

/* It does not end, though SIGKILL was sent: it hangs in the kernel, on a disk that does not answer. It counts as ended
 * by that signal from now on, and ends when the kernel lets it. */
void px_child_abandon(struct px_child *child) FAST_FUNC;

/* Closes and frees. What still runs is ended (SIGTERM, then SIGKILL) and waited for; but not for long. */
void px_child_free(struct px_child *child) FAST_FUNC;

/* Becomes argv[0]: the program in PATH (a test's, too), else BusyBox's applet. Comes back only when there is none;
 * errno is set. */
void px_exec(char **argv) FAST_FUNC;

/* The last message but n, or "". */
const char *px_child_message(const struct px_child *child, unsigned n) FAST_FUNC;

#endif
