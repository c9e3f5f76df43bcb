/*
 * Where pxfetch puts the bytes: stdout, or FILE.part that becomes FILE when it is complete.
 */
#ifndef PX_OUTPUT_H
#define PX_OUTPUT_H 1

enum { PX_OUTPUT_PIPE_BYTES = 1024 * 1024 };

struct px_output {
	off_t at_bytes;        /* the owner counts what went out; px_output_resume sets it to what was there */
	sha256_ctx_t prefix;   /* of what was there; valid when at_bytes > 0 after px_output_resume */
	int pipe_fd;           /* splice into this, then call px_output_piped; -1: cannot */
	/* private */
	const char *file;
	char *part;
	int fd, drain_fd;
	volatile smallint begun; /* something went out, or is about to */
	smallint remembered;
};

/* file: NULL is stdout; a device or a FIFO is written as it is, without FILE.part. Prints why and returns -1 when
 * FILE.part cannot be written. */
int px_output_open(struct px_output *o, const char *file) FAST_FUNC;

/* Keeps what FILE.part holds, if anything, and gives the validator that url had when it was written ("" when that is
 * not known). Returns 0; -1: it cannot be read, printed. For stdout nothing happens. */
int px_output_resume(struct px_output *o, const char *url, char *validator, size_t validator_bytes) FAST_FUNC;

/* Notes on FILE.part (in an extended attribute, where the file system has those) what px_output_resume wants to know.
 * Once. */
void px_output_remember(struct px_output *o, const char *url, const char *validator) FAST_FUNC;

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
