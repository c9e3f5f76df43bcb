/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to a server, by TCP, or by TLS over it: who talks HTTP need not know which.
 */
#ifndef PX_CONNECTION_H
#define PX_CONNECTION_H 1

#include "transport/net.h"

struct px_connection {
	int fd;
	struct px_tls *tls; /* NULL: bare TCP */
	char *to;           /* "SCHEME HOST PORT" */
};

/* The port that url means: decimal digits. */
const char *px_connection_port(const struct px_url *url) FAST_FUNC;

/* Connects to url's host and port, by TLS when its scheme is "https". NULL: s has failed as px_net_connect,
 * px_tls_open and px_tls_shake say it. px_connection_close it; NULL is fine there. */
struct px_connection *px_connection_open(struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience,
		const struct px_url *url) FAST_FUNC;
void px_connection_close(struct px_connection *c) FAST_FUNC;

/* As px_net_receive. */
ssize_t px_connection_receive(struct px_connection *c, struct px_transfer *xfer, struct px_stream *s,
		struct px_patience *patience, void *buf, size_t len_bytes) FAST_FUNC;

/* Sends all of data; flags: 0, MSG_MORE. 0; -1: errno says why, EAGAIN: the silence that px_net_connect was told. */
int px_connection_send(struct px_connection *c, const void *data, size_t len_bytes, int flags) FAST_FUNC;

/* Whether bytes, the end or a failure come within wait_ms. */
int px_connection_ready(struct px_connection *c, int wait_ms) FAST_FUNC;

/* After px_connection_receive gave 0: whether anybody on the way may have closed it, and not the server. Bare TCP
 * cannot tell: 0. */
int px_connection_cut(const struct px_connection *c) FAST_FUNC;

/* One idle connection may be kept from request to request, between tries and mirrors too. px_connection_keep takes c
 * over; px_connection_kept gives it back if it is to url's server and neither closed nor sending unasked, else NULL;
 * px_connection_drop closes it. */
void px_connection_keep(struct px_transfer *xfer, struct px_connection *c) FAST_FUNC;
struct px_connection *px_connection_kept(struct px_transfer *xfer, const struct px_url *url) FAST_FUNC;
void px_connection_drop(struct px_transfer *xfer) FAST_FUNC;

#endif
