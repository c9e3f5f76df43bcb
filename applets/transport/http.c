/*
 * HTTP/1.1 GET (RFC 9110, 9112): Content-Length, chunked, ranges, redirects.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http.o

#include "libbb.h"
#include "lib/http_head.h"
#include "lib/net.h"

enum { REDIRECTS_MAX = 10 };

enum body { BODY_LENGTH, BODY_CHUNKED, BODY_UNTIL_CLOSE };

struct http_stream {
	struct px_stream s;
	struct px_job *job;
	struct px_patience patience;
	int fd;
	enum body body;
	off_t left_bytes;       /* of the body or of the chunk at hand */
	smallint in_chunks;     /* a chunk has been read: its CR LF comes next */
	size_t at, end;         /* what of buf is still unread */
	char buf[PX_HTTP_HEAD_BYTES];
};

static int http_fail_closed(struct http_stream *h)
{
	return px_job_fail(h->job, &h->s, PX_NETWORK, "the connection was closed in the middle");
}

/* Receives more behind what is unread in buf. Returns bytes, 0 when closed, -1. */
static ssize_t http_fill(struct http_stream *h)
{
	ssize_t n;

	if (h->at > 0) {
		memmove(h->buf, h->buf + h->at, h->end - h->at);
		h->end -= h->at;
		h->at = 0;
	}
	n = px_net_receive(h->job, &h->s, &h->patience, h->fd, h->buf + h->end, sizeof(h->buf) - h->end);
	if (n > 0)
		h->end += n;
	return n;
}

/* Body bytes, straight into the caller's buffer but for those that came with the head. */
static ssize_t http_take(struct http_stream *h, void *buf, size_t len_bytes)
{
	if (h->at < h->end) {
		size_t n = MIN(len_bytes, h->end - h->at);
		memcpy(buf, h->buf + h->at, n);
		h->at += n;
		return n;
	}
	return px_net_receive(h->job, &h->s, &h->patience, h->fd, buf, len_bytes);
}

/* parse: one of the parsers that want more (0), refuse (-1) or give what they took. Returns 1, or -1. */
#define HTTP_PARSE(h, call) http_parsed(h, ({ \
	ssize_t parsed; \
	while ((parsed = (call)) == 0) { \
		ssize_t filled = http_fill(h); \
		if (filled == 0) \
			http_fail_closed(h); \
		if (filled <= 0) { \
			parsed = -2; \
			break; \
		} \
	} \
	parsed; }), why)

static int http_parsed(struct http_stream *h, ssize_t parsed, const char *why)
{
	if (parsed == -2)
		return -1;
	if (parsed < 0)
		return px_job_fail(h->job, &h->s, PX_PROTOCOL, "malformed HTTP: %s", why);
	h->at += parsed;
	return 1;
}

/* Goes to the next chunk. Returns 1; 0 after the last chunk and its trailer; -1. */
static int http_next_chunk(struct http_stream *h)
{
	const char *why = NULL;

	if (h->in_chunks) {
		while (h->end - h->at < 2) {
			ssize_t n = http_fill(h);
			if (n <= 0)
				return n < 0 ? -1 : http_fail_closed(h);
		}
		if (h->buf[h->at] != '\r' || h->buf[h->at + 1] != '\n')
			return px_job_fail(h->job, &h->s, PX_PROTOCOL, "malformed HTTP: no line end after a chunk");
		h->at += 2;
	}
	h->in_chunks = 1;
	if (HTTP_PARSE(h, px_http_chunk_parse(&h->left_bytes, h->buf + h->at, h->end - h->at, &why)) < 0)
		return -1;
	if (h->left_bytes > 0)
		return 1;
	if (HTTP_PARSE(h, px_http_trailer_parse(h->buf + h->at, h->end - h->at, &why)) < 0)
		return -1;
	return 0;
}

static ssize_t FAST_FUNC http_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct http_stream *h = (struct http_stream *)s;
	ssize_t n;

	if (h->body == BODY_UNTIL_CLOSE)
		return http_take(h, buf, len_bytes);
	if (h->left_bytes == 0) {
		if (h->body == BODY_LENGTH)
			return 0;
		n = http_next_chunk(h);
		if (n <= 0)
			return n;
	}
	n = http_take(h, buf, MIN((off_t)len_bytes, h->left_bytes));
	if (n == 0)
		return http_fail_closed(h);
	if (n > 0)
		h->left_bytes -= n;
	return n;
}

static void FAST_FUNC http_close(struct px_stream *s)
{
	struct http_stream *h = (struct http_stream *)s;

	if (h->fd >= 0)
		close(h->fd);
}

static int http_send(struct http_stream *h, const char *text)
{
	size_t len = strlen(text);

	if (send(h->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len)
		return 0;
	return px_job_fail(h->job, &h->s, PX_NETWORK, "cannot send the request: %s", strerror(errno));
}

static char *http_request(const struct px_url *url, struct px_job *job, off_t offset_bytes)
{
	const char *bracket = strchr(url->host, ':') ? "[" : "";
	char *range = NULL, *request;

	if (offset_bytes > 0)
		range = xasprintf("Range: bytes=%"OFF_FMT"u-\r\n%s%s%s", offset_bytes, job->validator[0] ? "If-Range: " : "",
				job->validator, job->validator[0] ? "\r\n" : "");
	request = xasprintf("GET %s HTTP/1.1\r\nHost: %s%s%s%s%s\r\nUser-Agent: pxfetch\r\nAccept: */*\r\n"
			"Accept-Encoding: identity\r\nConnection: close\r\n%s\r\n",
			url->path, bracket, url->host, *bracket ? "]" : "", url->port ? ":" : "", url->port ? url->port : "",
			range ? range : "");
	free(range);
	return request;
}

/* Connects, asks, and reads the head of the answer (interim ones skipped). */
static int http_ask(struct http_stream *h, const struct px_url *url, off_t offset_bytes, struct px_http_head *head)
{
	const char *why = NULL;
	char *request;
	int result, interim = 0;

	h->at = h->end = 0;
	h->fd = px_net_connect(h->job, &h->s, url->host, url->port ? url->port : "80");
	if (h->fd < 0)
		return -1;
	request = http_request(url, h->job, offset_bytes);
	result = http_send(h, request);
	free(request);
	if (result < 0)
		return -1;
	do {
		if (HTTP_PARSE(h, px_http_head_parse(head, h->buf + h->at, h->end - h->at, &why)) < 0)
			return -1;
		if (++interim > 10)
			return px_job_fail(h->job, &h->s, PX_PROTOCOL, "malformed HTTP: too many interim answers");
	} while (head->code < 200 && head->code != 101);
	return 0;
}

/* 4xx, 5xx and what else is no file. */
static int http_refused(struct http_stream *h, const struct px_http_head *head)
{
	int auth = head->code == 401 || head->code == 407;

	px_job_fail(h->job, &h->s, auth ? PX_AUTH : PX_SERVER, "the server said: %u %s", head->code, head->phrase);
	h->job->again = head->code >= 500 || head->code == 408 || head->code == 429;
	return -1;
}

/* Is this answer the file that we began with? Learns length and validator at the first byte. */
static int http_match(struct http_stream *h, const struct px_http_head *head, off_t offset_bytes, off_t total_bytes)
{
	struct px_job *job = h->job;

	if (offset_bytes > 0 && job->total_bytes >= 0 && total_bytes >= 0 && total_bytes != job->total_bytes)
		return px_job_fail(job, &h->s, PX_DATA, "changed on the server: now %"OFF_FMT"u bytes, was %"OFF_FMT"u",
				total_bytes, job->total_bytes);
	if (offset_bytes > 0 && job->validator[0] && head->validator[0] && strcmp(job->validator, head->validator) != 0)
		return px_job_fail(job, &h->s, PX_DATA, "changed on the server");
	if (offset_bytes == 0)
		safe_strncpy(job->validator, head->validator, sizeof(job->validator));
	if (total_bytes >= 0)
		job->total_bytes = total_bytes;
	return 0;
}

static int http_begin_whole(struct http_stream *h, const struct px_http_head *head, off_t offset_bytes)
{
	if (http_match(h, head, offset_bytes, head->length_bytes) < 0)
		return -1;
	h->job->start_bytes = 0;
	h->left_bytes = head->length_bytes;
	h->body = BODY_LENGTH;
	if (head->chunked) {
		h->body = BODY_CHUNKED;
		h->left_bytes = 0;
	} else if (head->length_bytes < 0) {
		h->body = BODY_UNTIL_CLOSE;
		if (!h->job->proven_later)
			return px_job_fail(h->job, &h->s, PX_PROTOCOL,
					"the server does not say how long the file is: its end would prove nothing without -s or -H");
	}
	return 0;
}

static int http_begin_part(struct http_stream *h, const struct px_http_head *head, off_t offset_bytes)
{
	off_t body_bytes = head->range_last - head->range_start + 1;

	if (offset_bytes == 0 || head->range_start != offset_bytes || head->range_total < 0
	 || head->range_last != head->range_total - 1
	 || (head->length_bytes >= 0 && head->length_bytes != body_bytes))
		return px_job_fail(h->job, &h->s, PX_PROTOCOL, "the server sent another part than was asked for");
	if (http_match(h, head, offset_bytes, head->range_total) < 0)
		return -1;
	h->job->start_bytes = offset_bytes;
	h->left_bytes = body_bytes;
	h->body = BODY_LENGTH;
	if (head->chunked) {
		h->body = BODY_CHUNKED;
		h->left_bytes = 0;
	}
	return 0;
}

static int http_is_redirect(const struct px_http_head *head)
{
	return head->code == 301 || head->code == 302 || head->code == 303 || head->code == 307 || head->code == 308;
}

/* Makes *next out of Location. */
static int http_follow(struct http_stream *h, const struct px_url *url, const struct px_http_head *head, struct px_url *next)
{
	const char *why;
	char *target;

	if (!head->location[0])
		return px_job_fail(h->job, &h->s, PX_PROTOCOL, "a redirect without a usable Location");
	target = px_url_resolve(url->shown, head->location);
	why = px_url_parse(next, target);
	if (why) {
		px_job_fail(h->job, &h->s, PX_PROTOCOL, "redirected to %s: %s", target, why);
		free(target);
		return -1;
	}
	free(target);
	if (strcmp(next->scheme, "http") == 0)
		return 0;
	px_job_fail(h->job, &h->s, PX_PROTOCOL, "redirected to %s: only http: is followed%s", next->shown,
			strcmp(next->scheme, "https") == 0 ? "; https is not compiled in" : "");
	px_url_free(next);
	return -1;
}

static int http_start(struct http_stream *h, const struct px_url *url, off_t offset_bytes, struct px_http_head *head)
{
	struct px_url here, next;
	int redirects = 0, result;

	memset(&here, 0, sizeof(here));
	while ((result = http_ask(h, url, offset_bytes, head)) == 0 && http_is_redirect(head)) {
		close(h->fd);
		h->fd = -1;
		result = ++redirects > REDIRECTS_MAX
			? px_job_fail(h->job, &h->s, PX_PROTOCOL, "more than %u redirects", REDIRECTS_MAX)
			: http_follow(h, url, head, &next);
		if (result < 0)
			break;
		px_url_free(&here);
		here = next;
		url = &here;
	}
	px_url_free(&here);
	if (result < 0)
		return -1;
	if (head->code == 200)
		return http_begin_whole(h, head, offset_bytes);
	if (head->code == 206)
		return http_begin_part(h, head, offset_bytes);
	return http_refused(h, head);
}

static struct px_stream* FAST_FUNC http_open(const struct px_url *url, struct px_job *job, off_t offset_bytes)
{
	struct http_stream *h = xzalloc(sizeof(*h));
	struct px_http_head *head = xmalloc(sizeof(*head));

	h->s.read = http_read;
	h->s.close = http_close;
	h->job = job;
	h->fd = -1;
	http_start(h, url, offset_bytes, head);
	free(head);
	return &h->s;
}

PX_TRANSPORT(http) = { "http", http_open };
