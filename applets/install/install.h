/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One installation: pxfetch URL... | pxwrite DISK, or the scripts and the archive of a scripted image, with every exit
 * status checked, and how it ended.
 */
#ifndef PX_INSTALL_H
#define PX_INSTALL_H 1

#include "catalog/catalog.h"
#include "install/child.h"

struct px_capture;
struct px_flush;
struct px_plan;

struct px_install {
	/* what is to be done: set by the caller, not owned */
	const struct px_catalog *catalog;
	const struct px_image *image;
	const char *disk;           /* /dev/sda */
	const char *identity;       /* of the disk that was chosen (disk/identity.h); NULL: any disk of that name */
	const char *root;           /* before /dev, /tmp and /mnt; "" */
	smallint force;
	smallint boot_any;          /* nobody asks whether this machine can start from the image */
	smallint whole;             /* px.verify=whole: SHA256 of the image, too, whatever else proves it */
	smallint looked;            /* px_install_look has found nothing against it: no need to look again */
	smallint no_delta;          /* px.delta=no: all of the image, whatever the disk holds of it already */
	unsigned patience_s;        /* it fails when nothing was said and nothing moved for so long; 0: it never does */
	const char *server, *mac;   /* for the scripts; NULL: not known */
	const char *name, *room;    /* likewise: px.name=, px.room= */
	const struct px_plan *plan; /* what is done (install/step.h); NULL: image is installed */
	struct px_capture *capture; /* disk is saved (install/capture.h); image is only a name then; NULL: it is not */
	/* kept by the functions below */
	struct px_child fetch, write;
	struct px_child run;        /* what is neither: a script, tar, umount, clearing the disk */
	smallint at;                /* the step, see run.c */
	smallint over;
	smallint look_only;         /* see px_install_look */
	smallint looking;           /* pxfetch and pxwrite only look at the first MiBs */
	unsigned long long look_ms; /* since when */
	smallint again;             /* this step is to be started once more */
	smallint failed;            /* status, step and reason are set */
	smallint aborted;           /* the user wanted it so */
	unsigned long long aborted_ms; /* when */
	smallint told;              /* the log has how much of the image the disk held already */
	smallint committed;         /* pxwrite has been told that pxfetch had all of it */
	smallint touched;           /* the disk is not what it was */
	smallint written;           /* the raw image is there: neither pxfetch nor pxwrite failed */
	smallint post_begun;
	smallint compared;          /* what lies on the disk was compared with what came */
	unsigned long long lonely_ms; /* when those are stopped whose reader has failed; 0: not yet */
	unsigned long long stop_ms; /* when the children of this step were told to end; 0: they were not */
	smallint impatient;         /* because nothing happened: they are killed, and given up at last */
	smallint ending;            /* this step is done after a failure, too */
	const char *doing;          /* what this step is called when it fails because nothing happens */
	unsigned long long ended_ms; /* when the child ended whose pipes are still open */
	unsigned long long sign_of_life; /* changes with all that children say and do */
	unsigned long long alive_ms; /* when it last did */
	unsigned long long start_ms, end_ms;
	char **sources;             /* the mirrors of what is fetched, without users; owned, NULL behind; or NULL */
	char *bmap_path;
	char *init_path, *post_path; /* the scripts, here */
	char *target;               /* what the scripts mount on */
	unsigned mounts;            /* how many were left before the last umount */
	int warden_fd;              /* -1: no scripts, no warden */
	struct px_flush *flush;     /* NULL: nothing to be flushed */
	/* how it ended, once px_install_running says no */
	int status;                 /* enum px_status of the first cause */
	const char *step;           /* "bmap", "download", "write", "verify", "init", ... */
	char reason[PX_CHILD_LINE_BYTES];      /* the first cause's message; "" when it went well */
	char consequence[PX_CHILD_LINE_BYTES]; /* pxwrite's, when pxfetch was the cause; or "" */
	char *lines;                /* the last ones that a failed script said, '\n' between them; malloced, or NULL */
	char *warnings;             /* so far, '\n' between them; malloced, or NULL */
	enum px_state state;        /* of the disk */
	const char *disk_state;     /* the same in words; or that it could not be cleared, or that Post failed */
};

enum { PX_INSTALL_FDS = 3 * PX_CHILD_FDS };

/* Starts. Failures show as one that is not running and has a status. */
void px_install_start(struct px_install *install) FAST_FUNC;

/* Only looks at the first MiBs of a raw image, for a page that asks: whether this machine will start from it, whether
 * it fits the disk. It runs as an installation does; what it finds is in status, reason and warnings. */
void px_install_look(struct px_install *install) FAST_FUNC;

/* As px_child_pollfds, px_child_handle. */
void px_install_pollfds(const struct px_install *install, struct pollfd *fds) FAST_FUNC;
void px_install_handle(struct px_install *install, const struct pollfd *fds) FAST_FUNC;
int px_install_running(const struct px_install *install) FAST_FUNC;

/* The user does not want it any more. It goes on running until all children have ended. */
void px_install_abort(struct px_install *install) FAST_FUNC;

/* True when it was aborted a while ago and a child still does not end: it hangs in the kernel, on a disk that does not
 * answer. */
int px_install_hangs(const struct px_install *install) FAST_FUNC;

void px_install_free(struct px_install *install) FAST_FUNC;

/* The command lines, for -n: "pxfetch ... | pxwrite ..."; malloced. */
char *px_install_describe(const struct px_install *install) FAST_FUNC;

#endif
