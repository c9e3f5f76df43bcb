/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of an image instead of all of it: pxfetch -R FD. Who wants them writes lines to FD; each is a range of the
 * decoded image, its first and its last byte:
 *
 *	0-524287            these bytes
 *	bad 2 0-524287      they came from mirror 2 and were wrong: once more, alone, from another mirror
 *	all                 all of the image
 *	parts               whether parts can be had: a head without a piece says so, or that all of it follows
 *
 * The seek table at the end of the file (decode/seektable.h) says which frames hold them; neighbours are asked for in
 * one request, and all requests go over one connection. What is delivered stands behind a head that says what it is
 * (decode/piece.h). When FD ends and all has been delivered, it is done.
 */
#ifndef PX_RANGES_H
#define PX_RANGES_H 1

#include "decode/seektable.h"
#include "fetch/asks.h"
#include "fetch/output.h"
#include "lib/progress.h"

struct px_ranges {
	/* set by the caller, not owned */
	struct px_asks asks;           /* only its fd */
	char *const *urls;             /* mirrors of one file, NULL at the end */
	unsigned tries;                /* as in struct px_download_want */
	struct px_transfer *xfer;
	struct px_output *output;
	struct px_progress *progress;
	/* what became of it */
	const char *whole;             /* "asked", "ranges", "table", "most": why all of the file follows; or NULL */
	smallint output_failed;
	off_t out_bytes;               /* that went out */
	/* private */
	struct px_seektable table;
	off_t file_bytes;
	char **rest;                   /* the mirrors that have not been left out; NULL at the end */
	unsigned *number;              /* which of urls each of them is */
	smallint delivered;            /* at least one piece */
	uint8_t *buf;                  /* a piece: its head, then its frames */
};

/* Delivers what is asked for. PX_OK: all of it, or r->whole is set, a head that says so has been written, and all of
 * the file is to follow. Else why not, printed: PX_DATA when no mirror gives what is right, or the file changed;
 * PX_USAGE for a line that is none. */
enum px_status px_ranges_deliver(struct px_ranges *r) FAST_FUNC;

#endif
