/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets with a patience: names to addresses, a connection, waiting.
 */
#ifndef PX_NET_H
#define PX_NET_H 1

#include "transport/transport.h"

struct addrinfo;

/* All addresses of host (a name or an IPv4 or IPv6 address); socktype SOCK_STREAM or SOCK_DGRAM; port: decimal digits.
 * The caller frees it with freeaddrinfo. NULL: none, s has failed with PX_NETWORK. */
struct addrinfo *px_net_resolve(struct px_transfer *xfer, struct px_stream *s, const char *host, const char *port,
		int socktype) FAST_FUNC;

/* Connects to the first address that answers within xfer->silence_ms. Returns the socket, blocking, with a
 * receive time-out of PX_NET_TICK_MS; -1: s has failed with PX_NETWORK. */
int px_net_connect(struct px_transfer *xfer, struct px_stream *s, const char *host, const char *port) FAST_FUNC;

/* The route's MTU in bytes: the kernel knows it once a (datagram) socket is connected. 0: unknown. */
unsigned px_net_mtu(const struct addrinfo *a) FAST_FUNC;

/* The oldest ICMP error in the queue of a datagram socket with IP_RECVERR (ip(7)): its errno if it quotes a packet to
 * this peer, 0 when it does not, or there is none. */
int px_net_icmp(int fd, const struct sockaddr_storage *peer, socklen_t peer_len) FAST_FUNC;

/* How long a connection has been silent and how slow. Only time spent waiting for the network counts: a slow disk
 * behind the pipe never makes a server look slow. Starts as zeros. */
struct px_patience {
	unsigned slow_ms;        /* waited in this stretch */
	off_t slow_bytes;        /* got in this stretch */
};

enum { PX_NET_FLOOR_BYTES = 1024 }; /* a second, on average over 3 silence time-outs: less is a failure */

/* Adds to patience what one wait of waited_ms gave. Returns 0; -1: too slow, s has failed with PX_NETWORK. */
int px_patience_count(struct px_patience *patience, struct px_transfer *xfer, struct px_stream *s, unsigned waited_ms,
		size_t got_bytes) FAST_FUNC;

/* Receives up to len_bytes from a socket of px_net_connect. Returns bytes, 0 when the peer closed, -1: s has failed
 * with PX_NETWORK (silence, too slow, reset). */
ssize_t px_net_receive(struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience, int fd, void *buf,
		size_t len_bytes) FAST_FUNC;

/* The same into a pipe, without copying (splice). Waiting for room in the pipe does not count as silence. Also
 * PX_SPLICE_NOT: the kernel cannot, or the pipe's reader has gone (writing to it will tell). */
ssize_t px_net_splice(struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience, int fd, int pipe_fd,
		size_t len_bytes) FAST_FUNC;

enum { PX_NET_TICK_MS = 1000 }; /* a receive comes back at least that often */

#endif
