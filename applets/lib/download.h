/*
 * One stream out of a list of mirrors: tries with growing pauses, resume where it broke, then the next mirror. Who reads it
 * never notices; bytes once given are never given twice, and never mixed with those of another version of the file.
 */
#ifndef PX_DOWNLOAD_H
#define PX_DOWNLOAD_H 1

#include "transport/transport.h"

struct px_download_want {
	char *const *urls;        /* mirrors of one file, NULL at the end; they and job outlive the stream */
	unsigned tries;           /* each mirror; 0: for ever. A try that brought a MiB or more does not count. */
	off_t offset_bytes;       /* start there: what is before is at hand already */
	off_t size_bytes;         /* what the file must have; -1: any */
	smallint quiet;           /* only the last failure is printed */
};

/* The first bytes are fetched by the first read. A failure takes the status of the last try. */
struct px_stream *px_download_open(struct px_job *job, const struct px_download_want *want) FAST_FUNC;

#endif
