/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel's ISA-L in the place of zlib's inflate, on processors that have the instructions: more than twice as fast, and
 * the same verdict. It stands in for zlib behind zlib's own z_stream, so that decode/gzip.c is the same for both.
 */
#ifndef PX_IGZIP_H
#define PX_IGZIP_H 1

#include <zlib.h>

struct px_igzip;

/* NULL: this processor has not what it takes (SSE4.2, PCLMUL), or memory_bytes is less than it takes: zlib then.
 * hashed: checksums of members are not compared (inflateValidate). Free with free(). */
struct px_igzip *px_igzip_open(size_t memory_bytes, int hashed) FAST_FUNC;

/* As inflateReset and inflateGetHeader: a member begins. Of header only extra, extra_max, extra_len and done are
 * used. */
void px_igzip_begin(struct px_igzip *igzip, z_stream *z, gz_header *header) FAST_FUNC;

/* As inflate(z, Z_NO_FLUSH), with the next_, avail_, total_ members and msg of z. */
int px_igzip_inflate(struct px_igzip *igzip, z_stream *z) FAST_FUNC;

#endif
