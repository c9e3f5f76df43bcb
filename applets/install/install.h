/*
 * One installation: pxfetch URL... | pxwrite DISK, with both exit statuses checked, and how it ended in words.
 */
#ifndef PX_INSTALL_H
#define PX_INSTALL_H 1

#include "catalog/catalog.h"
#include "install/child.h"

struct px_scripted;

struct px_install {
	/* what is to be done: set by the caller, not owned */
	const struct px_catalog *catalog;
	const struct px_image *image;
	const char *disk;           /* /dev/sda */
	const char *root;           /* where /tmp is, for the bmap; "" */
	smallint force;
	const char *server, *mac;   /* for the scripts of a scripted image; NULL: not known */
	/* kept by the functions below */
	struct px_child fetch, write;
	struct px_child run;        /* scripted image: a script, tar, umount; else: clearing the disk */
	struct px_scripted *scripted; /* NULL: a raw image */
	smallint phase;
	smallint aborted;           /* the user wanted it so */
	unsigned long long lonely_ms; /* when pxfetch is stopped, since pxwrite has ended; 0: not yet */
	unsigned long long start_ms, end_ms;
	char *bmap_path;
	/* how it ended, once px_install_running says no */
	int status;                 /* enum px_status of the first cause */
	const char *step;           /* "bmap", "download", "write", "verify" */
	char reason[PX_CHILD_LINE_BYTES];      /* the first cause's message; "" when it went well */
	char consequence[PX_CHILD_LINE_BYTES]; /* pxwrite's, when pxfetch was the cause; or "" */
	char *lines;                /* the last ones that a failed script said, '\n' between them; malloced, or NULL */
	const char *disk_state;     /* "disk untouched", "disk does not boot", "disk written and verified", or that it
				     * could not be cleared */
};

enum { PX_INSTALL_FDS = 3 * PX_CHILD_FDS };
enum { PX_INSTALL_BMAP, PX_INSTALL_IMAGE, PX_INSTALL_CLEAR, PX_INSTALL_SCRIPTED, PX_INSTALL_OVER }; /* phase */

/* Starts. Failures show as one that is not running and has a status. */
void px_install_start(struct px_install *install) FAST_FUNC;

/* As px_child_pollfds, px_child_handle. */
void px_install_pollfds(const struct px_install *install, struct pollfd *fds) FAST_FUNC;
void px_install_handle(struct px_install *install, const struct pollfd *fds) FAST_FUNC;
int px_install_running(const struct px_install *install) FAST_FUNC;

/* The user does not want it any more. It goes on running until both have ended. */
void px_install_abort(struct px_install *install) FAST_FUNC;

void px_install_free(struct px_install *install) FAST_FUNC;

/* The command lines, for -n: "pxfetch ... | pxwrite ..."; malloced. */
char *px_install_describe(const struct px_install *install) FAST_FUNC;

#endif
