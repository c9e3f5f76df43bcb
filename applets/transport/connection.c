/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections, bare or by TLS. See connection.h.
 */
//kbuild:obj-$(CONFIG_PX_FETCH) += connection.o

#include "libbb.h"
#include "transport/connection.h"
#include "transport/tls.h"

static int is_secure(const struct px_url *url)
{
	return ENABLE_PX_TRANSPORT_HTTPS && strcmp(url->scheme, "https") == 0;
}

const char* FAST_FUNC px_connection_port(const struct px_url *url)
{
	return url->port ? url->port : strcmp(url->scheme, "https") == 0 ? "443" : "80";
}

static char *name_of(const struct px_url *url)
{
	return xasprintf("%s %s %s", url->scheme, url->host, px_connection_port(url));
}

struct px_connection* FAST_FUNC px_connection_open(struct px_transfer *xfer, struct px_stream *s,
		struct px_patience *patience, const struct px_url *url)
{
	struct px_connection *c = xzalloc(sizeof(*c));

	c->fd = -1;
	c->to = name_of(url);
	if (is_secure(url)) {
		c->tls = px_tls_open(xfer, s, url->host);
		if (!c->tls)
			goto failed;
	}
	c->fd = px_net_connect(xfer, s, url->host, px_connection_port(url));
	if (c->fd < 0 || (is_secure(url) && px_tls_shake(c->tls, xfer, s, patience, c->fd) < 0))
		goto failed;
	return c;
failed:
	px_connection_close(c);
	return NULL;
}

void FAST_FUNC px_connection_close(struct px_connection *c)
{
	if (!c)
		return;
	if (ENABLE_PX_TRANSPORT_HTTPS && c->tls)
		px_tls_close(c->tls);
	if (c->fd >= 0)
		close(c->fd);
	free(c->to);
	free(c);
}

ssize_t FAST_FUNC px_connection_receive(struct px_connection *c, struct px_transfer *xfer, struct px_stream *s,
		struct px_patience *patience, void *buf, size_t len_bytes)
{
	if (ENABLE_PX_TRANSPORT_HTTPS && c->tls)
		return px_tls_receive(c->tls, xfer, s, patience, buf, len_bytes);
	return px_net_receive(xfer, s, patience, c->fd, buf, len_bytes);
}

int FAST_FUNC px_connection_send(struct px_connection *c, const void *data, size_t len_bytes, int flags)
{
	const char *bytes = data;

	if (ENABLE_PX_TRANSPORT_HTTPS && c->tls)
		return px_tls_send(c->tls, data, len_bytes, flags);
	while (len_bytes) {
		ssize_t n = send(c->fd, bytes, len_bytes, MSG_NOSIGNAL | flags);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len_bytes -= n;
	}
	return 0;
}

/* A socket that has something may have only what TLS says to itself: that is taken in, and waiting goes on. */
int FAST_FUNC px_connection_ready(struct px_connection *c, int wait_ms)
{
	struct pollfd polled = { .fd = c->fd, .events = POLLIN };
	unsigned long long end_ms = monotonic_ms() + wait_ms;

	if (!ENABLE_PX_TRANSPORT_HTTPS || !c->tls)
		return poll(&polled, 1, wait_ms) > 0;
	while (!px_tls_ready(c->tls)) {
		long long left_ms = end_ms - monotonic_ms();

		if (poll(&polled, 1, MAX(left_ms, 0)) <= 0)
			return 0;
	}
	return 1;
}

int FAST_FUNC px_connection_cut(const struct px_connection *c)
{
	return ENABLE_PX_TRANSPORT_HTTPS && c->tls && px_tls_cut(c->tls);
}

void FAST_FUNC px_connection_drop(struct px_transfer *xfer)
{
	px_connection_close(xfer->kept);
	xfer->kept = NULL;
}

void FAST_FUNC px_connection_keep(struct px_transfer *xfer, struct px_connection *c)
{
	px_connection_drop(xfer);
	xfer->kept = c;
}

struct px_connection* FAST_FUNC px_connection_kept(struct px_transfer *xfer, const struct px_url *url)
{
	struct px_connection *c = xfer->kept;
	char *to = name_of(url);
	int same = c && strcmp(to, c->to) == 0;

	free(to);
	if (!same || px_connection_ready(c, 0)) {
		px_connection_drop(xfer);
		return NULL;
	}
	xfer->kept = NULL;
	return c;
}
