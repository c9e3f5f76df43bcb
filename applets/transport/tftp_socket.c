/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket of a TFTP transfer. See tftp_socket.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_TFTP) += tftp_socket.o

#include "libbb.h"
#include <netinet/ip.h>
#include "transport/tftp_socket.h"
#include "transport/tftp_state.h"

enum {
	WINDOW_DEFAULT = 64,
	RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024,
	WRONG_PORT = 5,                  /* ERROR code (RFC 1350, appendix) */
};

struct from {
	struct sockaddr_storage address;
	socklen_t len;
};

int FAST_FUNC px_tftp_socket_open(struct px_tftp_socket *sock, const struct addrinfo *a)
{
	memset(sock, 0, sizeof(*sock));
	sock->fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock->fd < 0)
		return -1;
	if (setsockopt_SOL_SOCKET_int(sock->fd, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES) < 0)
		setsockopt_SOL_SOCKET_int(sock->fd, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
	/* ICMP errors come through although the socket is not connected */
	setsockopt_1(sock->fd, a->ai_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
			a->ai_family == AF_INET6 ? IPV6_RECVERR : IP_RECVERR);
	memcpy(&sock->peer, a->ai_addr, a->ai_addrlen);
	sock->peer_len = a->ai_addrlen;
	return 0;
}

void FAST_FUNC px_tftp_socket_close(struct px_tftp_socket *sock)
{
	if (sock->fd >= 0)
		close(sock->fd);
	sock->fd = -1;
}

int FAST_FUNC px_tftp_socket_send(struct px_tftp_socket *sock, const void *packet, unsigned len)
{
	if (sendto(sock->fd, packet, len, 0, (struct sockaddr *)&sock->peer, sock->peer_len) >= 0)
		return 0;
	/* a full queue, a filter: lost like any other; an old ICMP error: the next receive finds it too */
	return errno == ENETUNREACH || errno == EHOSTUNREACH || errno == EINVAL ? -1 : 0;
}

static void complain(const struct px_tftp_socket *sock, const struct sockaddr_storage *to, socklen_t to_len,
		unsigned code, const char *text)
{
	uint8_t packet[PX_TFTP_ERROR_BYTES];

	sendto(sock->fd, packet, px_tftp_error(packet, code, text), 0, (const struct sockaddr *)to, to_len);
}

void FAST_FUNC px_tftp_socket_error(struct px_tftp_socket *sock, unsigned code, const char *text)
{
	complain(sock, &sock->peer, sock->peer_len, code, text);
}

/* Whether a packet comes from the server; the first one tells its port. */
static int is_peer(struct px_tftp_socket *sock, const struct from *from)
{
	struct sockaddr_storage expected = sock->peer;

	if (!sock->peer_known) {
		if (from->address.ss_family == AF_INET)
			((struct sockaddr_in *)&expected)->sin_port
				= ((const struct sockaddr_in *)&from->address)->sin_port;
		else
			((struct sockaddr_in6 *)&expected)->sin6_port
				= ((const struct sockaddr_in6 *)&from->address)->sin6_port;
	}
	if (from->len != sock->peer_len || memcmp(&expected, &from->address, from->len) != 0)
		return 0;
	sock->peer = expected;
	sock->peer_known = 1;
	return 1;
}

/* A time-out for this once: the socket's own would have to be set before and after. poll waits, recvfrom takes. */
static void wait_for(const struct px_tftp_socket *sock, unsigned timeout_us)
{
	struct pollfd p = { sock->fd, POLLIN, 0 };
	struct timespec limit = { timeout_us / 1000000, timeout_us % 1000000 * 1000 };

	ppoll(&p, 1, &limit, NULL);
}

/* Else one system call waits for the packet and takes it. The socket's own time-out follows the one wanted only
 * roughly, to save calls. */
static int set_timeout(struct px_tftp_socket *sock, unsigned timeout_us)
{
	struct timeval limit = { timeout_us / 1000000, timeout_us % 1000000 };

	if (timeout_us <= sock->block_us && timeout_us >= sock->block_us / 2)
		return 0;
	sock->block_us = timeout_us;
	return setsockopt(sock->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

static ssize_t take(const struct px_tftp_socket *sock, struct from *from, void *packet, size_t packet_bytes, int flags)
{
	from->len = sizeof(from->address);
	return recvfrom(sock->fd, packet, packet_bytes, flags, (struct sockaddr *)&from->address, &from->len);
}

ssize_t FAST_FUNC px_tftp_socket_receive(struct px_tftp_socket *sock, void *packet, size_t packet_bytes,
		unsigned timeout_us, enum px_tftp_next next)
{
	struct from from;
	ssize_t n;
	int flags = 0;

	if (next == PX_TFTP_SOON || set_timeout(sock, timeout_us) != 0) {
		wait_for(sock, timeout_us);
		flags = MSG_DONTWAIT;
	}
	n = take(sock, &from, packet, packet_bytes, flags);
	if (n < 0) {
		int error = px_net_icmp(sock->fd, &sock->peer, sock->peer_len);

		errno = error;
		return error ? -1 : 0;
	}
	if (is_peer(sock, &from))
		return n;
	if (sock->peer_known)
		complain(sock, &from.address, from.len, WRONG_PORT, "Unknown transfer ID");
	else
		sock->stranger = from.address;
	return 0;
}

unsigned FAST_FUNC px_tftp_socket_blksize(const struct addrinfo *a)
{
	int rest = (int)px_net_mtu(a) - (a->ai_family == AF_INET6 ? 40 : 20) - 8 - 4; /* IP, UDP, TFTP */

	return MAX(512, MIN(rest, PX_TFTP_BLKSIZE_MAX));
}

/* The kernel counts what a packet takes, not what is in it. */
unsigned FAST_FUNC px_tftp_socket_window(const struct px_tftp_socket *sock, unsigned blksize_bytes)
{
	int buffer_bytes = 0;
	socklen_t len = sizeof(buffer_bytes);

	getsockopt(sock->fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, &len);
	return MAX(1, MIN((unsigned)buffer_bytes / (2 * (blksize_bytes + 2048)), WINDOW_DEFAULT));
}
