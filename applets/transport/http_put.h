/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1.1 with a body: one to one server.
 *
 * PUT (RFC 9110, 9.3.4): the server is asked first whether it wants it (Expect: 100-continue, 10.1.1). One that
 * refuses is understood at any time, also in the midst of the body. POST (9.3.3): a short text, sent with the request.
 */
#ifndef PX_HTTP_PUT_H
#define PX_HTTP_PUT_H 1

#include "transport/http_head.h"
#include "transport/transport.h"

/* Connects and sends the head. body_bytes: how long the body is; -1: it goes in chunks. url and xfer must outlive what
 * comes back: never NULL, a stream that is only closed (px_stream_close) and whose status says how it stands; on
 * failure xfer->reason says why, as for a transport: PX_NETWORK, PX_AUTH, PX_SERVER, PX_PROTOCOL. Closed before
 * px_http_put_end, the server has only a part, and knows. */
struct px_stream *px_http_put_open(const struct px_url *url, struct px_transfer *xfer, off_t body_bytes) FAST_FUNC;

/* Sends the next bytes of the body. 0, or -1: failed, or refused by the server. */
int px_http_put_write(struct px_stream *put, const void *data, size_t len_bytes) FAST_FUNC;

/* Ends the body and waits for the answer. 0: the server says that it has stored all of it; or -1. */
int px_http_put_end(struct px_stream *put) FAST_FUNC;

/* Posts text, whose media type is type. 0: the server has answered, *head is what it said (or begins with code 0: that
 * is no HTTP); -1: it has not, xfer->reason says why, at the latest at xfer->deadline_ms (but a name may be looked up
 * for longer). */
int px_http_post(const struct px_url *url, struct px_transfer *xfer, const char *type, const char *text,
		struct px_http_head *head) FAST_FUNC;

#endif
