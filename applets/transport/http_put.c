/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP PUT and POST. See http_put.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http_put.o

#include "libbb.h"
#include "transport/connection.h"
#include "transport/http_head.h"
#include "transport/http_judge.h"
#include "transport/http_put.h"
#include "transport/http_request.h"

enum {
	CONTINUE_MS = 1000,    /* a server that does not know Expect says nothing (RFC 9110, 10.1.1) */
	LAST_WORDS_MS = 2000,  /* of one that closes the connection */
	INTERIM_MAX = 10,
	ANSWER_READS = 64,     /* of what comes behind the head of an answer to POST */
};

struct put {
	struct px_stream s;
	struct px_transfer *xfer;
	struct px_patience patience;
	struct px_connection *connection; /* NULL: none */
	smallint chunked;
	size_t end;            /* bytes in buf */
	char buf[PX_HTTP_HEAD_BYTES];
};

static int put_fail(struct put *p, enum px_status status, const char *why)
{
	return px_transfer_fail(p->xfer, &p->s, status, "%s", why);
}

/* --- answers */

/* Receives a head. 0 or -1. */
static int read_head(struct put *p, struct px_http_head *head)
{
	const char *why = NULL;
	ssize_t n;

	while ((n = px_http_head_parse(head, p->buf, p->end, &why)) == 0) {
		ssize_t got = px_connection_receive(p->connection, p->xfer, &p->s, &p->patience,
				p->buf + p->end, sizeof(p->buf) - p->end);

		if (got == 0)
			return put_fail(p, PX_NETWORK, "the connection was closed before the server had answered");
		if (got < 0)
			return -1;
		p->end += got;
	}
	if (n < 0)
		return px_transfer_fail(p->xfer, &p->s, PX_PROTOCOL, "malformed HTTP: %s", why);
	p->end -= n;
	memmove(p->buf, p->buf + n, p->end);
	return 0;
}

/* The final answer; interim ones (RFC 9110, 15.2) are skipped. */
static int final_head(struct put *p, struct px_http_head *head)
{
	int interim = 0;

	do {
		if (read_head(p, head) < 0)
			return -1;
		if (head->code == 101 || ++interim > INTERIM_MAX)
			return put_fail(p, PX_PROTOCOL, "malformed HTTP: an interim answer that was not asked for");
	} while (head->code < 200);
	return 0;
}

static int refused(struct put *p, const struct px_http_head *head)
{
	struct px_transfer *xfer = p->xfer;

	if (head->code == 401 || head->code == 407)
		px_transfer_fail(xfer, &p->s, PX_AUTH, "the server said: %u %s", head->code, head->phrase);
	else if (head->code >= 300 && head->code < 400)
		px_transfer_fail(xfer, &p->s, PX_SERVER, "the server said: %u %s: give the URL that it is sent to",
				head->code, head->phrase);
	else if (head->code < 300)
		px_transfer_fail(xfer, &p->s, PX_PROTOCOL, "the server said %u %s before it had all", head->code,
				head->phrase);
	else
		px_transfer_fail(xfer, &p->s, PX_SERVER, "the server said: %u %s", head->code, head->phrase);
	/* a full disk (507) and what the server cannot do (501) do not mend themselves */
	xfer->again = head->code == 408 || head->code == 429
			|| (head->code >= 500 && head->code != 501 && head->code != 507);
	if (xfer->again)
		xfer->pause_s = px_http_patience_s(head, time(NULL));
	return -1;
}

/* The server speaks before it has all of the body: it refuses, or has gone. */
static int interrupted(struct put *p)
{
	struct px_http_head head;

	return final_head(p, &head) < 0 ? -1 : refused(p, &head);
}

static int is_speaking(struct put *p, int wait_ms)
{
	return p->end || px_connection_ready(p->connection, wait_ms);
}

/* --- sending */

/* A connection that breaks here has mostly been closed by a server that had said why. */
static int send_failed(struct put *p, int error)
{
	if (error == EAGAIN)
		return px_transfer_fail(p->xfer, &p->s, PX_NETWORK, "the server takes nothing for %u seconds",
				p->xfer->silence_ms / 1000);
	if (is_speaking(p, LAST_WORDS_MS) && interrupted(p) < 0 && p->s.status != PX_NETWORK)
		return -1;
	return px_transfer_fail(p->xfer, &p->s, PX_NETWORK, "cannot send: %s", strerror(error));
}

static int send_all(struct put *p, const void *data, size_t len_bytes, int flags)
{
	return px_connection_send(p->connection, data, len_bytes, flags) == 0 ? 0 : send_failed(p, errno);
}

/* Whether the server wants the body. 0 or -1. */
static int ask(struct put *p)
{
	struct px_http_head head;

	if (!is_speaking(p, CONTINUE_MS))
		return 0;
	if (read_head(p, &head) < 0)
		return -1;
	return head.code == 100 ? 0 : refused(p, &head);
}

int FAST_FUNC px_http_put_write(struct px_stream *put, const void *data, size_t len_bytes)
{
	struct put *p = (struct put *)put;
	char line[20];

	if (put->status != PX_OK)
		return -1;
	if (is_speaking(p, 0))
		return interrupted(p);
	if (!p->chunked)
		return send_all(p, data, len_bytes, 0);
	if (send_all(p, line, sprintf(line, "%x\r\n", (unsigned)len_bytes), MSG_MORE) < 0
	 || send_all(p, data, len_bytes, MSG_MORE) < 0)
		return -1;
	return send_all(p, "\r\n", 2, 0);
}

int FAST_FUNC px_http_put_end(struct px_stream *put)
{
	struct put *p = (struct put *)put;
	struct px_http_head head;

	if (put->status != PX_OK || (p->chunked && send_all(p, "0\r\n\r\n", 5, 0) < 0) || final_head(p, &head) < 0)
		return -1;
	if (head.code == 200 || head.code == 201 || head.code == 204)
		return 0;
	return refused(p, &head);
}

/* --- opening */

static void FAST_FUNC put_close(struct px_stream *s)
{
	struct put *p = (struct put *)s;

	px_connection_close(p->connection);
}

static struct put *new_put(struct px_transfer *xfer)
{
	struct put *p = xzalloc(sizeof(*p));

	p->s.close = put_close;
	p->xfer = xfer;
	return p;
}

/* Connects and sends the request: of a POST with type and text, or the head of a PUT. 0 or -1. */
static int begin(struct put *p, const struct px_url *url, off_t body_bytes, const char *type, const char *text)
{
	struct px_url proxy;
	int proxied = px_http_proxy(&proxy, url), rc = -1;
	const struct px_url *via = proxied > 0 ? &proxy : NULL;
	char *request;

	if (proxied < 0)
		return put_fail(p, PX_USAGE, "http_proxy in the environment is not an http: URL");
	p->connection = px_connection_open(p->xfer, &p->s, &p->patience, via ? via : url);
	if (p->connection) {
		request = text ? px_http_post_request(url, via, type, text) : px_http_put_request(url, via, body_bytes);
		rc = send_all(p, request, strlen(request), 0);
		free(request);
	}
	if (via)
		px_url_free(&proxy);
	return rc;
}

struct px_stream* FAST_FUNC px_http_put_open(const struct px_url *url, struct px_transfer *xfer, off_t body_bytes)
{
	struct put *p = new_put(xfer);

	p->chunked = body_bytes < 0;
	if (begin(p, url, body_bytes, NULL, NULL) == 0)
		ask(p);
	return &p->s;
}

/* --- POST */

/* Some of what comes behind the head, so that the server is not cut off in the middle of its own work. */
static void read_rest(struct put *p, const struct px_http_head *head)
{
	int i;

	if (head->code == 204 || head->length_bytes == 0)
		return;
	for (i = 0; i < ANSWER_READS; i++)
		if (px_connection_receive(p->connection, p->xfer, &p->s, &p->patience, p->buf, sizeof(p->buf)) <= 0)
			break;
}

int FAST_FUNC px_http_post(const struct px_url *url, struct px_transfer *xfer, const char *type, const char *text,
		struct px_http_head *head)
{
	struct put *p = new_put(xfer);
	int rc = begin(p, url, -1, type, text);

	memset(head, 0, sizeof(*head));
	if (rc == 0) {
		rc = final_head(p, head);
		if (rc == 0)
			read_rest(p, head);
		else if (p->s.status == PX_PROTOCOL) { /* that is no HTTP, but somebody speaks there */
			memset(head, 0, sizeof(*head));
			rc = 0;
		}
	}
	px_stream_close(&p->s);
	return rc;
}
