/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pxfetch puts the bytes: stdout, or FILE.part that becomes FILE when it is complete.
 */
#ifndef PX_OUTPUT_H
#define PX_OUTPUT_H 1

#include "transport/transport.h"

enum { PX_OUTPUT_PIPE_BYTES = 1024 * 1024 };

struct px_output {
	off_t at_bytes;        /* the owner counts what went out; px_output_resume sets it to what was there */
	sha256_ctx_t prefix;   /* of what was there; valid when at_bytes > 0 after px_output_resume */
	int pipe_fd;           /* splice into this, then call px_output_piped; -1: cannot */
	/* private */
	const char *file;      /* NULL: stdout */
	char *shown;           /* for messages: -O may have got what was meant as a URL */
	char *part;
	int fd, drain_fd;
	volatile smallint begun; /* something went out, or is about to */
	const char *noted_url; /* what FILE.part's note says; NULL: nothing */
	struct px_validator noted;
};

/* file: NULL is stdout; a device or a FIFO is written as it is, without FILE.part. Prints why and returns -1 when
 * FILE.part cannot be written, or another process writes it. */
int px_output_open(struct px_output *o, const char *file) FAST_FUNC;

/* Keeps what FILE.part holds, if anything, and gives the validator that it has if it is known to be url's (else
 * without a tag). Returns 0; -1: it cannot be read, printed. For stdout nothing happens. */
int px_output_resume(struct px_output *o, const char *url, struct px_validator *validator) FAST_FUNC;

/* Notes on FILE.part (in an extended attribute, where the file system has those) what px_output_resume wants to know.
 * To be called before each write: the note must never be of another version than the bytes, not even after a power
 * cut. validator: NULL when nothing has proven that all bytes are of one version. url must outlive o. Returns 0, -1
 * (printed). */
int px_output_remember(struct px_output *o, const char *url, const struct px_validator *validator) FAST_FUNC;

/* Drops all that was written to FILE.part. */
void px_output_reset(struct px_output *o) FAST_FUNC;

/* Each returns 0; -1: a write failed (a pipe whose reader has gone, too), printed. */
int px_output_write(struct px_output *o, const char *buf, size_t len_bytes) FAST_FUNC;
int px_output_piped(struct px_output *o, size_t len_bytes) FAST_FUNC;

/* When the file will not be complete, and no more of it is written: leaves the mark (verify/failmark.h) at the end of a
 * pipe that something went into. For a signal handler, too. */
void px_output_spoil(const struct px_output *o) FAST_FUNC;

/* complete: fsync, rename to FILE, fsync of its folder. Else FILE.part stays for -c, unless it is empty, and a pipe is
 * spoilt. Returns 0, -1
 * (printed). */
int px_output_close(struct px_output *o, int complete) FAST_FUNC;

#endif
