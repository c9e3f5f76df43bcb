/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS 1.2 and 1.3 (RFC 5246, 8446) over one connected socket, by mbedTLS. transport/connection.c is who calls it.
 * Patience and silence are those of the socket: each byte counts, in the handshake too, whether it is ours or TLS's.
 */
#ifndef PX_TLS_H
#define PX_TLS_H 1

#include "transport/net.h"

struct px_tls;

/* Gets ready to talk to host (a name, or an address: then that must stand in the certificate), and reads the
 * certificates of xfer->ca_file, before anybody is talked to. NULL: s has failed with PX_AUTH. px_tls_close it. */
struct px_tls *px_tls_open(struct px_transfer *xfer, struct px_stream *s, const char *host) FAST_FUNC;

/* The handshake over fd, a socket of px_net_connect, which stays the caller's. Returns 0; -1: s has failed: PX_AUTH for
 * a certificate that proves nothing, PX_NETWORK (silence, reset, no version or cipher in common), PX_PROTOCOL. */
int px_tls_shake(struct px_tls *tls, struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience,
		int fd) FAST_FUNC;

/* As px_net_receive; 0: the peer has closed (px_tls_cut: it may not have been the peer). */
ssize_t px_tls_receive(struct px_tls *tls, struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience,
		void *buf, size_t len_bytes) FAST_FUNC;

/* Sends all of data; flags as for send(2). 0; -1: errno says why. */
int px_tls_send(struct px_tls *tls, const void *data, size_t len_bytes, int flags) FAST_FUNC;

/* Whether px_tls_receive would come back at once, with bytes, the end or a failure. What TLS says to itself, tickets
 * for one, is taken in here. Never waits. */
int px_tls_ready(struct px_tls *tls) FAST_FUNC;

/* Whether the end came without TLS's own word for it (close_notify, RFC 8446, 6.1): anybody can close a connection. */
int px_tls_cut(const struct px_tls *tls) FAST_FUNC;

/* Says goodbye, if that needs no waiting, and frees. The socket is left open. */
void px_tls_close(struct px_tls *tls) FAST_FUNC;

#endif
