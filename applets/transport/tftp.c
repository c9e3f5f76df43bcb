/*
 * TFTP (RFC 1350, 2347, 2348, 2349, 7440): the sockets and clocks around lib/tftp_state.c.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_TFTP) += tftp.o

#include "libbb.h"
#include <netinet/ip.h>
#include "lib/net.h"
#include "lib/tftp_state.h"

enum { REPEAT_FIRST_MS = 1000, REPEAT_MAX_MS = 8000, WINDOW_DEFAULT = 16, WRONG_PORT = 5 };

struct tftp_stream {
	struct px_stream s;
	struct px_job *job;
	struct px_tftp t;
	struct px_patience patience;
	int fd;
	struct sockaddr_storage peer;
	socklen_t peer_len;
	smallint peer_known;      /* its port is the transfer's, no longer 69 */
	const uint8_t *rest;      /* of the last block, not yet taken */
	size_t rest_bytes;
	unsigned last_len;        /* of last[]: what a time-out sends again */
	uint8_t last[PX_TFTP_REQUEST_BYTES];
	uint8_t packet[4 + PX_TFTP_BLKSIZE_MAX + 4];
};

static int tftp_send(struct tftp_stream *f, unsigned len)
{
	f->last_len = len;
	if (sendto(f->fd, f->last, len, 0, (struct sockaddr *)&f->peer, f->peer_len) >= 0)
		return 0;
	return px_job_fail(f->job, &f->s, PX_NETWORK, "cannot send: %s", strerror(errno));
}

static void tftp_complain(struct tftp_stream *f, const struct sockaddr *to, socklen_t to_len, unsigned code, const char *text)
{
	uint8_t packet[PX_TFTP_ERROR_BYTES];

	sendto(f->fd, packet, px_tftp_error(packet, code, text), 0, to, to_len);
}

/* Whether a packet comes from the server; the first one tells its port. */
static int tftp_is_peer(struct tftp_stream *f, const struct sockaddr_storage *from, socklen_t from_len)
{
	struct sockaddr_storage expected = f->peer;

	if (!f->peer_known) {
		if (from->ss_family == AF_INET)
			((struct sockaddr_in *)&expected)->sin_port = ((const struct sockaddr_in *)from)->sin_port;
		else
			((struct sockaddr_in6 *)&expected)->sin6_port = ((const struct sockaddr_in6 *)from)->sin6_port;
	}
	if (from_len != f->peer_len || memcmp(&expected, from, from_len) != 0)
		return 0;
	f->peer = expected;
	f->peer_known = 1;
	return 1;
}

/* One packet of the server's into f->packet. Returns its length, 0 when timeout_ms passed, -1. */
static ssize_t tftp_receive(struct tftp_stream *f, unsigned timeout_ms)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	struct pollfd p = { f->fd, POLLIN, 0 };
	ssize_t n;

	while (1) {
		n = recvfrom(f->fd, f->packet, sizeof(f->packet), MSG_DONTWAIT, (struct sockaddr *)&from,
				(from_len = sizeof(from), &from_len));
		if (n > 0) {
			if (tftp_is_peer(f, &from, from_len))
				return n;
			if (f->peer_known)
				tftp_complain(f, (struct sockaddr *)&from, from_len, WRONG_PORT, "Unknown transfer ID");
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return px_job_fail(f->job, &f->s, PX_NETWORK, "cannot receive: %s", strerror(errno));
		n = safe_poll(&p, 1, timeout_ms);
		if (n == 0)
			return 0;
	}
}

/* The next packet, the last one sent repeated as often as it takes. Returns flags of px_tftp_packet and sets *len; -1. */
static int tftp_next(struct tftp_stream *f, ssize_t *len)
{
	unsigned start_ms = monotonic_ms(), repeat_ms = REPEAT_FIRST_MS, waited_ms;
	unsigned flags;

	while (1) {
		*len = tftp_receive(f, repeat_ms);
		if (*len < 0)
			return -1;
		waited_ms = (unsigned)monotonic_ms() - start_ms;
		flags = *len > 0 ? px_tftp_packet(&f->t, f->packet, *len) : PX_TFTP_IGNORE;
		if (flags != PX_TFTP_IGNORE)
			break;
		if (waited_ms >= f->job->silence_ms)
			return px_job_fail(f->job, &f->s, PX_NETWORK, "silence for %u seconds", f->job->silence_ms / 1000);
		if (*len == 0) {
			if (tftp_send(f, f->last_len) < 0)
				return -1;
			repeat_ms = MIN(repeat_ms * 2, REPEAT_MAX_MS);
		}
	}
	if (px_patience_count(&f->patience, f->job, &f->s, waited_ms, *len) < 0)
		return -1;
	return flags;
}

/* Handles one packet. Returns PX_TFTP_ flags, -1. */
static int tftp_step(struct tftp_stream *f)
{
	ssize_t len;
	int flags = tftp_next(f, &len);

	if (flags < 0)
		return -1;
	if (flags & PX_TFTP_FAIL) {
		if (f->t.error_code)
			tftp_complain(f, (struct sockaddr *)&f->peer, f->peer_len, f->t.error_code, f->t.reason);
		return px_job_fail(f->job, &f->s, f->t.status, "%s", f->t.reason);
	}
	if ((flags & PX_TFTP_ACK) && tftp_send(f, px_tftp_ack(&f->t, f->last)) < 0)
		return -1;
	if (flags & PX_TFTP_DATA) {
		f->rest = f->packet + 4;
		f->rest_bytes = len - 4;
	}
	return flags;
}

static ssize_t FAST_FUNC tftp_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct tftp_stream *f = (struct tftp_stream *)s;
	size_t n;

	while (f->rest_bytes == 0) {
		if (f->t.done)
			return 0;
		if (tftp_step(f) < 0)
			return -1;
	}
	n = MIN(len_bytes, f->rest_bytes);
	memcpy(buf, f->rest, n);
	f->rest += n;
	f->rest_bytes -= n;
	return n;
}

static void FAST_FUNC tftp_close(struct px_stream *s)
{
	struct tftp_stream *f = (struct tftp_stream *)s;

	if (f->peer_known && !f->t.done && s->status == PX_OK)
		tftp_complain(f, (struct sockaddr *)&f->peer, f->peer_len, 0, "Given up");
	if (f->fd >= 0)
		close(f->fd);
}

/* What fits one packet on the way to the server; the kernel knows the route's MTU once a socket is connected. */
static unsigned tftp_fitting_blksize(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int v6 = a->ai_family == AF_INET6;
	int mtu = 0;
	socklen_t len = sizeof(mtu);

	if (fd < 0)
		return 512;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0
	 || getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &len) < 0)
		mtu = 0;
	close(fd);
	mtu -= (v6 ? 40 : 20) + 8 + 4; /* IP, UDP, TFTP */
	return MAX(512, MIN(mtu, PX_TFTP_BLKSIZE_MAX));
}

/* Until the server has answered, so that total_bytes is known. */
static int tftp_begin(struct tftp_stream *f, const struct px_url *url, const struct addrinfo *a)
{
	f->fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (f->fd < 0)
		return px_job_fail(f->job, &f->s, PX_NETWORK, "cannot open a socket: %s", strerror(errno));
	setsockopt_SOL_SOCKET_int(f->fd, SO_RCVBUF, 1024 * 1024);
	memcpy(&f->peer, a->ai_addr, a->ai_addrlen);
	f->peer_len = a->ai_addrlen;
	f->t.ask_tsize = 1;
	f->t.ask_blksize_bytes = f->job->blksize_bytes ? f->job->blksize_bytes : tftp_fitting_blksize(a);
	f->t.ask_window_blocks = f->job->window_blocks ? f->job->window_blocks : WINDOW_DEFAULT;
	f->last_len = px_tftp_request(&f->t, f->last, url->path);
	if (f->last_len == 0)
		return px_job_fail(f->job, &f->s, PX_SERVER, "the name is too long for TFTP");
	if (tftp_send(f, f->last_len) < 0 || tftp_step(f) < 0)
		return -1;
	f->job->start_bytes = 0;
	f->job->total_bytes = f->t.tsize_bytes;
	return 0;
}

static struct px_stream* FAST_FUNC tftp_open(const struct px_url *url, struct px_job *job, off_t offset_bytes UNUSED_PARAM)
{
	struct tftp_stream *f = xzalloc(sizeof(*f));
	struct addrinfo *a;

	f->s.read = tftp_read;
	f->s.close = tftp_close;
	f->job = job;
	f->fd = -1;
	a = px_net_resolve(job, &f->s, url->host, url->port ? url->port : "69", SOCK_DGRAM);
	if (a) {
		tftp_begin(f, url, a);
		freeaddrinfo(a);
	}
	return &f->s;
}

PX_TRANSPORT(tftp) = { "tftp", tftp_open };
