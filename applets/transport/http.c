/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1.1 GET (RFC 9110, 9112): Content-Length and chunked bodies, ranges, redirects, proxies. The connection stays
 * for the next request after an answer that is no file: a redirect, an error.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http.o

#include "libbb.h"
#include "transport/http_answer.h"
#include "transport/http_judge.h"
#include "transport/http_request.h"

enum { REDIRECTS_MAX = 10, DRAIN_MS = 500 };

static void http_hang_up(struct px_http_stream *h)
{
	px_connection_close(h->connection);
	h->connection = NULL;
}

/* Behind the last byte of a body the next request may go out on the same connection. */
static void FAST_FUNC http_close(struct px_stream *s)
{
	struct px_http_stream *h = (struct px_http_stream *)s;

	if (h->connection && h->stays && s->status == PX_OK && h->body == PX_BODY_LENGTH && h->left_bytes == 0
	 && h->at == h->end) {
		px_connection_keep(h->xfer, h->connection);
		h->connection = NULL;
	}
	http_hang_up(h);
}

static int http_send(struct px_http_stream *h, const char *text)
{
	if (px_connection_send(h->connection, text, strlen(text), 0) == 0)
		return 0;
	return px_transfer_fail(h->xfer, &h->s, PX_NETWORK, "cannot send the request: %s", strerror(errno));
}

/* Sends the request on the connection kept, if there is one and fresh is not set, or on a new one. Returns 1: kept;
 * 0: new; -1. */
static int http_send_to(struct px_http_stream *h, const struct px_url *to, const char *request, int fresh)
{
	int kept;

	h->at = h->end = 0;
	h->connection = fresh ? NULL : px_connection_kept(h->xfer, to);
	kept = h->connection != NULL;
	if (!kept)
		h->connection = px_connection_open(h->xfer, &h->s, &h->patience, to);
	if (!h->connection)
		return -1;
	return http_send(h, request) < 0 && !kept ? -1 : kept;
}

/* A server may close a kept connection just when it is used again: no answer at once is then no failure (RFC 9112,
 * 9.3.1). */
static int http_converse(struct px_http_stream *h, const struct px_url *to, const char *request,
		struct px_http_head *head)
{
	unsigned start_ms = monotonic_ms();
	int kept = http_send_to(h, to, request, 0);

	if (kept < 0)
		return -1;
	if (px_http_final_head(h, head) == 0)
		return 0;
	if (!kept || h->end > 0 || (unsigned)monotonic_ms() - start_ms >= h->xfer->silence_ms)
		return -1;
	http_hang_up(h);
	h->s.status = PX_OK;
	return http_send_to(h, to, request, 1) < 0 ? -1 : px_http_final_head(h, head);
}

/* When nothing but a short body is left of the answer, reads that and keeps the connection; else closes it. */
static void http_leave(struct px_http_stream *h, const struct px_http_head *head)
{
	off_t body_bytes = head->code == 204 || head->code == 304 ? 0 : head->length_bytes;

	if (!head->closes && body_bytes >= 0 && body_bytes < PX_HTTP_HEAD_BYTES) {
		while ((off_t)(h->end - h->at) < body_bytes && px_connection_ready(h->connection, DRAIN_MS)
		 && px_http_more(h))
			continue;
		h->s.status = PX_OK;
		if ((off_t)(h->end - h->at) == body_bytes) {
			px_connection_keep(h->xfer, h->connection);
			h->connection = NULL;
		}
	}
	http_hang_up(h);
}

/* Asks the server or its proxy. After an answer that is no file, the connection is kept or closed. */
static int http_ask(struct px_http_stream *h, const struct px_url *url, off_t offset_bytes, struct px_http_head *head)
{
	struct px_url proxy;
	int proxied = px_http_proxy(&proxy, url);
	const struct px_url *to = proxied ? &proxy : url;
	char *request;
	int result;

	if (proxied < 0)
		return px_transfer_fail(h->xfer, &h->s, PX_USAGE, "http_proxy in the environment is not an http: URL");
	request = px_http_request(url, proxied ? to : NULL, offset_bytes, h->xfer->part_bytes, h->xfer->validator.tag);
	result = http_converse(h, to, request, head);
	if (result == 0 && !px_http_is_file(head, offset_bytes))
		http_leave(h, head);
	else if (result == 0)
		h->stays = !head->closes;
	free(request);
	if (proxied)
		px_url_free(&proxy);
	return result;
}

/* 4xx, 5xx and what else is no file. */
static int http_refused(struct px_http_stream *h, const struct px_http_head *head)
{
	int auth = head->code == 401 || head->code == 407;

	px_transfer_fail(h->xfer, &h->s, auth ? PX_AUTH : PX_SERVER, "the server said: %u %s", head->code,
			head->phrase);
	h->xfer->again = head->code >= 500 || head->code == 408 || head->code == 429;
	if (h->xfer->again)
		h->xfer->pause_s = px_http_patience_s(head, time(NULL));
	return -1;
}

/* A body that the server has compressed by itself is another file than the one asked for. */
static int http_coded(struct px_http_stream *h, const struct px_http_head *head)
{
	return px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL, "the server compresses the file (Content-Encoding: %s): "
			"configure it to send the file as it is (no AddEncoding, no compression by the server)",
			head->coding);
}

/* Learns length and validator from an answer, and whether its file is the one that the bytes so far come from. */
static void http_learn(struct px_http_stream *h, off_t offset_bytes, off_t total_bytes)
{
	int known = offset_bytes > 0 || h->xfer->part_bytes > 0;

	h->xfer->same = known && px_http_same(&h->xfer->validator, &h->xfer->found);
	h->xfer->total_bytes = total_bytes;
}

static void http_begin_body(struct px_http_stream *h, const struct px_http_head *head, off_t start_bytes,
		off_t body_bytes)
{
	h->xfer->start_bytes = start_bytes;
	h->body = head->chunked ? PX_BODY_CHUNKED : body_bytes < 0 ? PX_BODY_UNTIL_CLOSE : PX_BODY_LENGTH;
	h->left_bytes = h->body == PX_BODY_LENGTH ? body_bytes : 0;
	h->xfer->splice = px_http_splice;
}

static int http_begin_whole(struct px_http_stream *h, const struct px_http_head *head, off_t offset_bytes)
{
	http_learn(h, offset_bytes, head->length_bytes);
	http_begin_body(h, head, 0, head->length_bytes);
	if (h->body == PX_BODY_UNTIL_CLOSE && !h->xfer->proven_later)
		return px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL,
				"the server does not say how long the file is: its end is no proof without -s or -H");
	return 0;
}

/* Whether a part may follow what was given. A server that looks at Range and not at If-Range sends a part of whatever
 * file there is now, so that only the validator in its answer counts (RFC 9110, 15.3.7, wants one there). Returns 0;
 * 1: it must be asked for all of the file, to compare; -1. */
static int http_join(struct px_http_stream *h, const struct px_http_head *head, off_t offset_bytes)
{
	struct px_transfer *xfer = h->xfer;
	int differs = xfer->validator.tag[0] && xfer->found.tag[0]
			&& strcmp(xfer->validator.place, xfer->found.place) == 0;

	http_learn(h, offset_bytes, head->range_total);
	if (xfer->same)
		return 0;
	if (xfer->may_join && !differs)
		return 0;
	if (xfer->may_renew && !xfer->may_join)
		return 1;
	return px_transfer_changed(xfer, &h->s, differs ? "changed on the server"
			: "the server does not say whether it is still the same file");
}

/* 206: exactly the part that was asked for, of the same file. Returns as http_join. */
static int http_begin_part(struct px_http_stream *h, const struct px_http_head *head, off_t offset_bytes)
{
	off_t body_bytes = head->range_last - head->range_start + 1, part_bytes = h->xfer->part_bytes;
	off_t end_bytes = head->range_total;
	int result;

	if (part_bytes > 0 && part_bytes < end_bytes - offset_bytes)
		end_bytes = offset_bytes + part_bytes;
	if ((offset_bytes == 0 && part_bytes == 0) || head->range_start != offset_bytes || head->range_total < 0
	 || head->range_last != end_bytes - 1
	 || (head->length_bytes >= 0 && head->length_bytes != body_bytes))
		return px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL, "the server sent another part than was asked for");
	result = http_join(h, head, offset_bytes);
	h->xfer->part_given = part_bytes > 0;
	if (result == 0)
		http_begin_body(h, head, offset_bytes, body_bytes);
	return result;
}

/* 416: with "bytes * /N" (without the blank) for N = offset there is nothing left to send. Returns as http_join. */
static int http_begin_nothing(struct px_http_stream *h, const struct px_http_head *head, off_t offset_bytes)
{
	int result;

	if (head->range_total != offset_bytes)
		return px_transfer_changed(h->xfer, &h->s,
				"changed on the server: not as long as what has been fetched already");
	result = http_join(h, head, offset_bytes);
	if (result == 0) {
		h->xfer->start_bytes = offset_bytes;
		h->body = PX_BODY_LENGTH;
		h->left_bytes = 0;
	}
	return result;
}

/* Why a redirect from one scheme to another is not followed: a server cannot make us read local files, nor give up
 * TLS. NULL: it is. */
static const char *http_not_to(const char *from, const char *to)
{
	if (strcmp(to, "https") == 0)
		return ENABLE_PX_TRANSPORT_HTTPS ? NULL : "only http: is followed, https is not compiled in";
	if (strcmp(from, "https") == 0)
		return "from https only https: is followed";
	return strcmp(to, "http") == 0 ? NULL : "only http: is followed";
}

/* Makes *next out of Location. */
static int http_follow(struct px_http_stream *h, const struct px_url *url, const struct px_http_head *head,
		struct px_url *next)
{
	const char *why;
	char *base, *target;

	if (!head->location[0])
		return px_http_malformed(h, "a redirect without a usable Location");
	base = px_http_text(url);
	target = px_url_resolve(base, head->location);
	why = px_url_parse(next, target);
	free(base);
	free(target);
	if (why)
		return px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL, "redirected to what is not a URL: %s", why);
	why = http_not_to(url->scheme, next->scheme);
	if (!why)
		return 0;
	px_transfer_fail(h->xfer, &h->s, PX_OTHER, "redirected to %s: %s", next->shown, why);
	px_url_free(next);
	return -1;
}

/* Asks where it is until the answer is no redirect. User and password go to the server that they were given for and
 * to no other. */
static int http_ask_around(struct px_http_stream *h, const struct px_url *url, off_t offset_bytes,
		struct px_http_head *head)
{
	const struct px_url *asked = url;
	struct px_url here, next;
	int redirects = 0, result;

	memset(&here, 0, sizeof(here));
	while ((result = http_ask(h, url, offset_bytes, head)) == 0 && px_http_is_redirect(head)) {
		if (++redirects > REDIRECTS_MAX)
			result = px_transfer_fail(h->xfer, &h->s, PX_PROTOCOL, "more than %u redirects", REDIRECTS_MAX);
		else
			result = http_follow(h, url, head, &next);
		if (result < 0)
			break;
		px_url_free(&here);
		here = next;
		if (!here.user && px_http_is_same_server(&here, asked))
			here.user = asked->user;
		url = &here;
	}
	if (result == 0) {
		h->xfer->redirected = redirects > 0;
		px_http_validator(&h->xfer->found, head, url, time(NULL));
		h->stored = px_http_is_stored(head, url->path) || px_http_is_stored(head, asked->path);
	}
	px_url_free(&here);
	return result;
}

/* Returns 0; 1: to be asked once more, from the start; -1. */
static int http_try(struct px_http_stream *h, const struct px_url *url, off_t offset_bytes)
{
	struct px_http_head *head = xmalloc(sizeof(*head));
	int result = http_ask_around(h, url, offset_bytes, head);

	if (result < 0)
		; /* said already */
	else if (px_http_is_file(head, offset_bytes) && !h->stored)
		result = http_coded(h, head);
	else if (head->code == 200)
		result = http_begin_whole(h, head, offset_bytes);
	else if (head->code == 206)
		result = http_begin_part(h, head, offset_bytes);
	else if (px_http_is_file(head, offset_bytes))
		result = http_begin_nothing(h, head, offset_bytes);
	else
		result = http_refused(h, head);
	free(head);
	return result;
}

static void http_begin(struct px_http_stream *h, const struct px_url *url, off_t offset_bytes)
{
	if (http_try(h, url, offset_bytes) <= 0)
		return;
	http_hang_up(h);
	http_try(h, url, 0);
}

static struct px_stream* FAST_FUNC http_open(const struct px_url *url, struct px_transfer *xfer, off_t offset_bytes)
{
	struct px_http_stream *h = xzalloc(sizeof(*h));

	h->s.read = px_http_read;
	h->s.close = http_close;
	h->xfer = xfer;
	http_begin(h, url, offset_bytes);
	return &h->s;
}

PX_TRANSPORT(http) = { "http", http_open };
#if ENABLE_PX_TRANSPORT_HTTPS
PX_TRANSPORT(https) = { "https", http_open };
#endif
