/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of an HTTP/1.x response and the lines between chunks (RFC 9110, 9112), parsed as pure functions over a
 * buffer: no sockets here, so that a fuzzer can drive it. Strict: what could be read two ways is refused, because
 * whoever reads it the other way would see another body.
 */
#ifndef PX_HTTP_HEAD_H
#define PX_HTTP_HEAD_H 1

#include "lib/url.h"

enum {
	PX_HTTP_HEAD_BYTES = 64 * 1024, /* a longer head is refused */
	PX_HTTP_LINE_BYTES = 4096,      /* a longer chunk-size or trailer line, or more trailer than that, too */
};

struct px_http_head {
	unsigned code;             /* 100 to 599 */
	off_t length_bytes;        /* Content-Length; -1: none */
	smallint chunked;          /* Transfer-Encoding: chunked */
	smallint closes;           /* HTTP/1.0 or Connection: close: no other request on this connection */
	off_t range_start, range_last, range_total; /* Content-Range: bytes start-last/total; -1 each: none or "*" */
	char validator[160];       /* a strong ETag, else Last-Modified, else "" */
	time_t date_s, modified_s; /* Date and Last-Modified, since 1970; -1 each: none, or not to be read */
	time_t retry_s, retry_at_s; /* Retry-After as a number and as a date; -1 each: none */
	char coding[16];           /* Content-Encoding in lower case; "": none, or identity */
	char type[32];             /* Content-Type without its parameters; "": none, or a long one */
	char location[PX_URL_BYTES + 1]; /* blanks and bytes over 127 as %XX; "": none, too long, or not to be used */
	char phrase[64];           /* the reason phrase, control bytes replaced */
};

/* Parses the head at the start of buf. Returns its length with the empty line (> 0); 0 when more bytes are needed; -1
 * when it is malformed, *why then says how (a constant). Refused: two Content-Lengths that differ, Content-Length
 * beside chunks, a transfer coding other than chunked and identity, two content codings, bad numbers, folded lines, a
 * bare CR, NUL, blanks before the colon. */
ssize_t px_http_head_parse(struct px_http_head *head, const char *buf, size_t len_bytes, const char **why) FAST_FUNC;

/* Parses "1a2b;extension\r\n" into *size_bytes. Returns as px_http_head_parse. */
ssize_t px_http_chunk_parse(off_t *size_bytes, const char *buf, size_t len_bytes, const char **why) FAST_FUNC;

/* Parses the trailer after the last chunk: field lines, which are ignored, and an empty line. Returns as above. */
ssize_t px_http_trailer_parse(const char *buf, size_t len_bytes, const char **why) FAST_FUNC;

#endif
