/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets with a patience. See net.h.
 */
//kbuild:obj-$(CONFIG_PX_FETCH) += net.o

#include "libbb.h"
#include <linux/errqueue.h>
#include <netinet/ip.h>
#include "transport/net.h"

struct addrinfo* FAST_FUNC px_net_resolve(struct px_transfer *xfer, struct px_stream *s, const char *host,
		const char *port,
		int socktype)
{
	struct addrinfo hint, *found = NULL;
	int error;

	memset(&hint, 0, sizeof(hint));
	hint.ai_family = AF_UNSPEC;
	hint.ai_socktype = socktype;
	hint.ai_flags = AI_NUMERICSERV;
	error = getaddrinfo(host, port, &hint, &found);
	if (!error && found)
		return found;
	px_transfer_fail(xfer, s, PX_NETWORK, "cannot find the address of %s: %s", host, gai_strerror(error));
	return NULL;
}

/* One address. Returns the socket; -1 with errno. */
static int connect_address(const struct addrinfo *a, unsigned timeout_ms)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval send_limit = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	struct timeval tick = { PX_NET_TICK_MS / 1000, 0 };

	if (fd < 0)
		return -1;
	/* a send time-out bounds connect() too */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof(send_limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return fd;
	if (errno == EINPROGRESS || errno == EAGAIN)
		errno = ETIMEDOUT;
	close(fd);
	return -1;
}

/* How long one more wait may take; 0: the deadline is over. */
static unsigned patience_ms(const struct px_transfer *xfer)
{
	unsigned long long now_ms = monotonic_ms();

	if (!xfer->deadline_ms)
		return xfer->silence_ms;
	return now_ms < xfer->deadline_ms ? MIN(xfer->deadline_ms - now_ms, xfer->silence_ms) : 0;
}

int FAST_FUNC px_net_connect(struct px_transfer *xfer, struct px_stream *s, const char *host, const char *port)
{
	struct addrinfo *all = px_net_resolve(xfer, s, host, port, SOCK_STREAM);
	struct addrinfo *a;
	unsigned start_ms = monotonic_ms(), left_ms;
	int fd = -1;

	if (!all)
		return -1;
	errno = ETIMEDOUT;
	for (a = all; a && fd < 0 && (left_ms = patience_ms(xfer)) > 0; a = a->ai_next)
		fd = connect_address(a, left_ms);
	freeaddrinfo(all);
	xfer->wait_ms += (unsigned)monotonic_ms() - start_ms;
	if (fd < 0)
		return px_transfer_fail(xfer, s, PX_NETWORK, "cannot connect to %s port %s: %s", host, port,
				strerror(errno));
	return fd;
}

unsigned FAST_FUNC px_net_mtu(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int v6 = a->ai_family == AF_INET6;
	int mtu = 0;
	socklen_t len = sizeof(mtu);

	if (fd < 0)
		return 0;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0
	 || getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &len) < 0)
		mtu = 0;
	close(fd);
	return MAX(0, mtu);
}

int FAST_FUNC px_patience_count(struct px_patience *patience, struct px_transfer *xfer, struct px_stream *s,
		unsigned waited_ms,
		size_t got_bytes)
{
	unsigned stretch_ms = 3 * xfer->silence_ms;
	off_t floor_bytes = (off_t)stretch_ms * PX_NET_FLOOR_BYTES / 1000;

	xfer->wait_ms += waited_ms;
	patience->slow_ms += waited_ms;
	patience->slow_bytes += got_bytes;
	if (patience->slow_bytes < floor_bytes && patience->slow_ms > stretch_ms)
		return px_transfer_fail(xfer, s, PX_NETWORK, "too slow: %u bytes in %u seconds",
				(unsigned)patience->slow_bytes, patience->slow_ms / 1000);
	if (patience->slow_bytes >= floor_bytes) {
		patience->slow_ms = 0;
		patience->slow_bytes = 0;
	}
	return 0;
}

/* Where there is a deadline the socket's own time-out is too coarse. 0; -1: s has failed. */
static int wait_before_deadline(struct px_transfer *xfer, struct px_stream *s, int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	if (!xfer->deadline_ms || safe_poll(&p, 1, patience_ms(xfer)) > 0)
		return 0;
	return px_transfer_fail(xfer, s, PX_NETWORK, "no answer in time");
}

ssize_t FAST_FUNC px_net_receive(struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience, int fd,
		void *buf,
		size_t len_bytes)
{
	unsigned start_ms = monotonic_ms(), waited_ms;
	ssize_t n;

	if (wait_before_deadline(xfer, s, fd) < 0)
		return -1;
	while (1) {
		n = recv(fd, buf, len_bytes, 0);
		waited_ms = (unsigned)monotonic_ms() - start_ms;
		if (n >= 0)
			break;
		if (errno != EAGAIN && errno != EINTR)
			return px_transfer_fail(xfer, s, PX_NETWORK, "cannot receive: %s", strerror(errno));
		if (waited_ms >= xfer->silence_ms)
			return px_transfer_fail(xfer, s, PX_NETWORK, "silence for %u seconds", xfer->silence_ms / 1000);
	}
	if (n > 0 && px_patience_count(patience, xfer, s, waited_ms, n) < 0)
		return -1;
	return n;
}

/* Until the socket has something. Returns 0, -1 after the silence. */
static int wait_readable(struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience, int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	unsigned start_ms;
	int ready = poll(&p, 1, 0);

	if (ready > 0)
		return 0;
	start_ms = monotonic_ms();
	ready = safe_poll(&p, 1, xfer->silence_ms);
	if (ready <= 0)
		return px_transfer_fail(xfer, s, PX_NETWORK, "silence for %u seconds", xfer->silence_ms / 1000);
	return px_patience_count(patience, xfer, s, (unsigned)monotonic_ms() - start_ms, 0);
}

ssize_t FAST_FUNC px_net_splice(struct px_transfer *xfer, struct px_stream *s, struct px_patience *patience, int fd,
		int pipe_fd,
		size_t len_bytes)
{
	ssize_t n;

	do {
		if (wait_readable(xfer, s, patience, fd) < 0)
			return -1;
		n = splice(fd, NULL, pipe_fd, NULL, len_bytes, SPLICE_F_MOVE);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	if (n > 0)
		return px_patience_count(patience, xfer, s, 0, n) < 0 ? -1 : n;
	if (n == 0)
		return 0;
	if (errno == EINVAL || errno == ENOSYS || errno == EPIPE)
		return PX_SPLICE_NOT;
	return px_transfer_fail(xfer, s, PX_NETWORK, "cannot receive: %s", strerror(errno));
}

int FAST_FUNC px_net_icmp(int fd, const struct sockaddr_storage *peer, socklen_t peer_len)
{
	struct sockaddr_storage to;
	char control[256] ALIGNED(sizeof(long));
	struct msghdr m;
	struct cmsghdr *c;

	memset(&m, 0, sizeof(m));
	m.msg_name = &to;
	m.msg_namelen = sizeof(to);
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return 0;
	c = CMSG_FIRSTHDR(&m);
	if (!c || m.msg_namelen != peer_len || memcmp(&to, peer, peer_len) != 0)
		return 0;
	return ((struct sock_extended_err *)CMSG_DATA(c))->ee_errno;
}
