/*
 * One installation: pxfetch URL... | pxwrite DISK, with both exit statuses checked, and how it ended in words.
 */
#ifndef PX_JOB_H
#define PX_JOB_H 1

#include "catalog/catalog.h"
#include "install/child.h"

enum { PX_COMMAND_WORDS_MAX = PX_MIRRORS_MAX + 16 };

/* Options of both pxfetch and pxwrite come first, then "--": neither a URL nor a disk is ever taken for an option. */
struct px_command {
	char *argv[PX_COMMAND_WORDS_MAX];
	unsigned count;
};

struct px_classic;

struct px_job {
	/* what is to be done: set by the caller, not owned */
	const struct px_catalog *catalog;
	const struct px_image *image;
	const char *disk;           /* /dev/sda */
	const char *root;           /* where /tmp is, for the bmap; "" */
	smallint force;
	const char *server, *mac;   /* for the scripts of a classic image; NULL: not known */
	/* kept by the functions below */
	struct px_child fetch, write;
	struct px_child run;        /* classic image: a script, tar, umount; else: clearing the disk */
	struct px_classic *classic; /* NULL: a raw image */
	smallint phase;
	smallint aborted;           /* the user wanted it so */
	unsigned long long lonely_ms; /* when pxfetch is stopped, since pxwrite has ended; 0: not yet */
	unsigned long long start_ms, end_ms;
	char *bmap_path;
	/* how it ended, once px_job_running says no */
	int status;                 /* enum px_status of the first cause */
	const char *step;           /* "bmap", "download", "write", "verify" */
	char reason[PX_CHILD_LINE_BYTES];      /* the first cause's message; "" when it went well */
	char consequence[PX_CHILD_LINE_BYTES]; /* pxwrite's, when pxfetch was the cause; or "" */
	char *lines;                /* the last ones that a failed script said, '\n' between them; malloced, or NULL */
	const char *disk_state;     /* "disk untouched", "disk does not boot", "disk written and verified", or that it could
				     * not be cleared */
};

enum { PX_JOB_FDS = 3 * PX_CHILD_FDS };
enum { PX_JOB_BMAP, PX_JOB_IMAGE, PX_JOB_CLEAR, PX_JOB_CLASSIC, PX_JOB_OVER }; /* phase */

/* Starts. Failures show as a job that is not running and has a status. */
void px_job_start(struct px_job *job) FAST_FUNC;

/* As px_child_pollfds, px_child_handle. */
void px_job_pollfds(const struct px_job *job, struct pollfd *fds) FAST_FUNC;
void px_job_handle(struct px_job *job, const struct pollfd *fds) FAST_FUNC;
int px_job_running(const struct px_job *job) FAST_FUNC;

/* The user does not want it any more. It goes on running until both have ended. */
void px_job_abort(struct px_job *job) FAST_FUNC;

void px_job_free(struct px_job *job) FAST_FUNC;

/* The command lines, for -n: "pxfetch ... | pxwrite ..."; malloced. */
char *px_job_describe(const struct px_job *job) FAST_FUNC;

/* --- for classic.c and job.c */

void px_command_add(struct px_command *command, const char *word) FAST_FUNC;
void px_command_free(struct px_command *command) FAST_FUNC;

/* Starts pxfetch of urls (freed) | pxwrite to DISK ("-": to out_fd). Returns 0; -1: errno is set. */
int px_job_start_pipe(struct px_job *job, char **urls, const char *disk, int out_fd) FAST_FUNC;

/* pxfetch of one file that the image refers to, collected. Returns 0; -1: errno is set. */
int px_job_start_collect(struct px_job *job, const char *reference, size_t max_bytes) FAST_FUNC;

/* Of pxfetch and pxwrite, both ended: whose failure was the first; sets status and reason (and consequence). */
const struct px_child *px_job_blame(struct px_job *job) FAST_FUNC;

/* The last message that is not only the disk's state; or the exit status in words. reason: PX_CHILD_LINE_BYTES. */
void px_job_reason_of(const struct px_child *child, char *reason) FAST_FUNC;

#endif
