/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket of a TFTP transfer: packets to the server and from it, and from nobody else. What they mean is
 * tftp_state.h's, when they are sent tftp.c's.
 */
#ifndef PX_TFTP_SOCKET_H
#define PX_TFTP_SOCKET_H 1

#include "transport/net.h"

struct px_tftp_socket {
	int fd;                           /* -1: none */
	struct sockaddr_storage peer;
	socklen_t peer_len;
	smallint peer_known;              /* its port is the transfer's, no longer 69 */
	struct sockaddr_storage stranger; /* who answered instead of the server; ss_family 0: nobody */
	unsigned block_us;                /* private: the socket's receive time-out */
};

/* A new socket for one transfer with the server at a. 0 or -1 (errno); close it in both cases. */
int px_tftp_socket_open(struct px_tftp_socket *sock, const struct addrinfo *a) FAST_FUNC;
void px_tftp_socket_close(struct px_tftp_socket *sock) FAST_FUNC;

/* A packet that the kernel would not take is lost like any other, and to be repeated like any other; only a route that
 * is not there is an answer. 0; -1: that (errno). */
int px_tftp_socket_send(struct px_tftp_socket *sock, const void *packet, unsigned len) FAST_FUNC;

/* An ERROR packet for the server, once (RFC 1350: it is not acknowledged). */
void px_tftp_socket_error(struct px_tftp_socket *sock, unsigned code, const char *text) FAST_FUNC;

/* What is known of the next packet, to spare system calls. */
enum px_tftp_next {
	PX_TFTP_STEADY,      /* the time-out is about that of the last time */
	PX_TFTP_SOON,        /* it is short, for this once, and must not be late: blocks are missing */
};

/* One packet of the server's. Returns its length; 0: timeout_us passed, or it was not the server's; -1: an ICMP error
 * came for what was sent to the server (errno). The first packet tells the server's port; who else sends one after
 * that is told so (RFC 1350, 4), and before that is in sock->stranger. */
ssize_t px_tftp_socket_receive(struct px_tftp_socket *sock, void *packet, size_t packet_bytes, unsigned timeout_us,
		enum px_tftp_next next) FAST_FUNC;

/* The block size whose packets fit the way to the server at a. */
unsigned px_tftp_socket_blksize(const struct addrinfo *a) FAST_FUNC;

/* The window that the receive buffer can hold, in blocks of that size: at least 1. */
unsigned px_tftp_socket_window(const struct px_tftp_socket *sock, unsigned blksize_bytes) FAST_FUNC;

#endif
