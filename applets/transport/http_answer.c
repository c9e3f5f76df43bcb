/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an HTTP server answers, as it comes: heads, then a body by its length, in chunks or up to the end of the
 * connection. See http_answer.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http_answer.o

#include "libbb.h"
#include "transport/http_answer.h"

enum { INTERIM_MAX = 10 };

int FAST_FUNC px_http_malformed(struct px_http_stream *h, const char *why)
{
	return px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL, "malformed HTTP: %s", why);
}

static int http_cut_off(struct px_http_stream *h)
{
	return px_transfer_fail(h->xfer, &h->s, PX_NETWORK, "the connection was closed in the middle");
}

int FAST_FUNC px_http_more(struct px_http_stream *h)
{
	ssize_t n;

	memmove(h->buf, h->buf + h->at, h->end - h->at);
	h->end -= h->at;
	h->at = 0;
	n = px_connection_receive(h->connection, h->xfer, &h->s, &h->patience, h->buf + h->end,
			sizeof(h->buf) - h->end);
	if (n == 0)
		http_cut_off(h);
	if (n <= 0)
		return 0;
	h->end += n;
	return 1;
}

/* After a parser took n bytes, refused (-1), or wanted more that did not come (0). Returns 0, -1. */
static int http_parsed(struct px_http_stream *h, ssize_t n, const char *why)
{
	if (n < 0)
		return px_http_malformed(h, why);
	h->at += n;
	return n > 0 ? 0 : -1;
}

static int http_read_head(struct px_http_stream *h, struct px_http_head *head)
{
	const char *why = NULL;
	ssize_t n;

	do {
		n = px_http_head_parse(head, h->buf + h->at, h->end - h->at, &why);
	} while (n == 0 && px_http_more(h));
	return http_parsed(h, n, why);
}

int FAST_FUNC px_http_final_head(struct px_http_stream *h, struct px_http_head *head)
{
	int interim = 0;

	do {
		if (http_read_head(h, head) < 0)
			return -1;
		if (head->code == 101 || ++interim > INTERIM_MAX)
			return px_http_malformed(h, "an interim answer that was not asked for");
	} while (head->code < 200);
	return 0;
}

static int http_read_chunk_line(struct px_http_stream *h)
{
	const char *why = NULL;
	ssize_t n;

	do {
		n = px_http_chunk_parse(&h->left_bytes, h->buf + h->at, h->end - h->at, &why);
	} while (n == 0 && px_http_more(h));
	return http_parsed(h, n, why);
}

static int http_read_trailer(struct px_http_stream *h)
{
	const char *why = NULL;
	ssize_t n;

	do {
		n = px_http_trailer_parse(h->buf + h->at, h->end - h->at, &why);
	} while (n == 0 && px_http_more(h));
	return http_parsed(h, n, why);
}

/* Goes to the next chunk. Returns 1; 0 after the last chunk and its trailer; -1. */
static int http_next_chunk(struct px_http_stream *h)
{
	if (h->in_chunks) {
		while (h->end - h->at < 2)
			if (!px_http_more(h))
				return -1;
		if (h->buf[h->at] != '\r' || h->buf[h->at + 1] != '\n')
			return px_http_malformed(h, "no line end after a chunk");
		h->at += 2;
	}
	h->in_chunks = 1;
	if (http_read_chunk_line(h) < 0)
		return -1;
	if (h->left_bytes > 0)
		return 1;
	return http_read_trailer(h);
}

/* Goes to where body bytes are. Returns 1; 0 at the proven end; -1. */
static int http_to_body(struct px_http_stream *h)
{
	if (h->body == PX_BODY_UNTIL_CLOSE || h->left_bytes > 0)
		return 1;
	return h->body == PX_BODY_LENGTH ? 0 : http_next_chunk(h);
}

/* Counts n bytes of the body; n as px_connection_receive returns it. */
static ssize_t http_count(struct px_http_stream *h, ssize_t n)
{
	if (h->body == PX_BODY_UNTIL_CLOSE && n == 0 && px_connection_cut(h->connection))
		return px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL, "the server does not say how long the file is, "
				"and closed without TLS's close_notify: that is no end");
	if (h->body == PX_BODY_UNTIL_CLOSE)
		return n;
	if (n == 0)
		return http_cut_off(h);
	if (n > 0)
		h->left_bytes -= n;
	return n;
}

static size_t http_limit(struct px_http_stream *h, size_t len_bytes)
{
	return h->body == PX_BODY_UNTIL_CLOSE ? len_bytes : (size_t)MIN((off_t)len_bytes, h->left_bytes);
}

/* Body bytes go straight into the caller's buffer, but for those that came with a head or a chunk line. */
ssize_t FAST_FUNC px_http_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct px_http_stream *h = (struct px_http_stream *)s;
	ssize_t n = http_to_body(h);

	if (n <= 0)
		return n;
	n = http_limit(h, len_bytes);
	if (h->at == h->end)
		return http_count(h, px_connection_receive(h->connection, h->xfer, s, &h->patience, buf, n));
	n = MIN((size_t)n, h->end - h->at);
	memcpy(buf, h->buf + h->at, n);
	h->at += n;
	return http_count(h, n);
}

ssize_t FAST_FUNC px_http_splice(struct px_stream *s, int pipe_fd, size_t len_bytes)
{
	struct px_http_stream *h = (struct px_http_stream *)s;
	ssize_t n;

	if (h->at < h->end || h->body == PX_BODY_CHUNKED || h->connection->tls)
		return PX_SPLICE_NOT;
	n = http_to_body(h);
	if (n <= 0)
		return n;
	n = px_net_splice(h->xfer, s, &h->patience, h->connection->fd, pipe_fd, http_limit(h, len_bytes));
	return n == PX_SPLICE_NOT ? n : http_count(h, n);
}
