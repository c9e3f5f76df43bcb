/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receiving half of an HTTP exchange (RFC 9112, 6 and 7): what comes on the connection is read as a head, then as
 * the bytes of a body, whose end is proven. Who asks for what, and what the answer is worth, is http.c's.
 */
#ifndef PX_HTTP_ANSWER_H
#define PX_HTTP_ANSWER_H 1

#include "transport/connection.h"
#include "transport/http_head.h"

enum px_http_body { PX_BODY_LENGTH, PX_BODY_CHUNKED, PX_BODY_UNTIL_CLOSE };

struct px_http_stream {
	struct px_stream s;
	struct px_transfer *xfer;
	struct px_patience patience;
	struct px_connection *connection; /* NULL: none */
	enum px_http_body body;
	off_t left_bytes;       /* of the body or of the chunk at hand */
	smallint stored;        /* the answer at hand is the file as it lies there */
	smallint in_chunks;     /* a chunk has been read: its CR LF comes next */
	smallint stays;         /* the server lets the connection stay behind the body */
	size_t at, end;         /* what of buf is still unread */
	char buf[PX_HTTP_HEAD_BYTES];
};

/* Fails the stream with PX_PROTOCOL; why: what is malformed. Returns -1. */
int px_http_malformed(struct px_http_stream *h, const char *why) FAST_FUNC;

/* Receives more behind what is unread in buf. Returns 1; 0: s has failed. */
int px_http_more(struct px_http_stream *h) FAST_FUNC;

/* The head of the answer; interim ones (RFC 9110, 15.2) are skipped. Returns 0; -1: s has failed. */
int px_http_final_head(struct px_http_stream *h, struct px_http_head *head) FAST_FUNC;

/* px_stream's read (lib/stream.h) and px_transfer's splice (transport.h), of the body that is described by body and
 * left_bytes. */
ssize_t px_http_read(struct px_stream *s, void *buf, size_t len_bytes) FAST_FUNC;
ssize_t px_http_splice(struct px_stream *s, int pipe_fd, size_t len_bytes) FAST_FUNC;

#endif
