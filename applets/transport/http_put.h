/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1.1 PUT (RFC 9110, 9.3.4): one body to one server, which is asked first whether it wants it (Expect:
 * 100-continue, 10.1.1). A server that refuses is understood at any time, also in the midst of the body.
 */
#ifndef PX_HTTP_PUT_H
#define PX_HTTP_PUT_H 1

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

#endif
