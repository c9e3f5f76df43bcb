/*
 * One installation: pxfetch URL... | pxwrite DISK, with both exit statuses checked, and how it ended in words.
 */
#ifndef PX_JOB_H
#define PX_JOB_H 1

#include "lib/catalog.h"
#include "menu/child.h"

struct px_job {
	/* what is to be done: set by the caller, not owned */
	const struct px_catalog *catalog;
	const struct px_image *image;
	const char *disk;           /* /dev/sda */
	const char *root;           /* where /tmp is, for the bmap; "" */
	smallint force;
	/* kept by the functions below */
	struct px_child fetch, write;
	smallint phase;
	smallint aborted;           /* the user wanted it so */
	int write_ended_first;
	unsigned long long start_ms, end_ms;
	char *bmap_path;
	/* how it ended, once px_job_running says no */
	int status;                 /* enum px_status of the first cause */
	const char *step;           /* "bmap", "download", "write", "verify" */
	char reason[PX_CHILD_LINE_BYTES];      /* the first cause's message; "" when it went well */
	char consequence[PX_CHILD_LINE_BYTES]; /* pxwrite's, when pxfetch was the cause; or "" */
	const char *disk_state;     /* "disk untouched", "disk does not boot", "disk written and verified" */
};

enum { PX_JOB_FDS = 2 * PX_CHILD_FDS };

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

#endif
