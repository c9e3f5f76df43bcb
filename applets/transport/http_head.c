/*
 * HTTP/1.x response heads and chunk lines. See http_head.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http_head.o

#include "libbb.h"
#include "transport/http_head.h"
#include "lib/text.h"

/* A piece of the buffer. */
struct span {
	const char *at;
	size_t len;
};

/* One line: sets line (without its CR LF or LF) and returns the bytes it takes; 0: not all there yet; -1: bad. */
static ssize_t next_line(struct span *line, const char *buf, size_t len, const char **why)
{
	const char *end = memchr(buf, '\n', len);
	size_t n = end ? (size_t)(end - buf) : len;

	if (memchr(buf, '\0', n)) {
		*why = "NUL in the head";
		return -1;
	}
	if (!end)
		return 0;
	line->at = buf;
	line->len = n > 0 && buf[n - 1] == '\r' ? n - 1 : n;
	if (memchr(buf, '\r', line->len)) {
		*why = "bare CR in the head";
		return -1;
	}
	return n + 1;
}

static struct span trim_blanks(struct span s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s.at++, s.len--;
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static int span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && strncasecmp(s.at, text, s.len) == 0;
}

/* Decimal digits, the whole span; -1: anything else or more than an off_t. */
static off_t span_number(struct span s)
{
	off_t value = 0;
	size_t i;

	if (s.len == 0 || s.len > 18) /* 18 digits always fit */
		return -1;
	for (i = 0; i < s.len; i++) {
		if (!isdigit((unsigned char)s.at[i]))
			return -1;
		value = value * 10 + (s.at[i] - '0');
	}
	return value;
}

/* Takes what stands before the first c off s; all of it when there is no c. */
static struct span cut(struct span *s, char c)
{
	const char *end = s->len ? memchr(s->at, c, s->len) : NULL;
	struct span head = { s->at, end ? (size_t)(end - s->at) : s->len };

	s->at += head.len + (end != NULL);
	s->len -= head.len + (end != NULL);
	return head;
}

/* HTTP/1.1 200 OK */
static const char *parse_status_line(struct px_http_head *head, struct span line)
{
	off_t code;

	if (line.len < 12 || strncmp(line.at, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)line.at[7])
			|| line.at[8] != ' ')
		return "no HTTP/1 status line";
	code = span_number((struct span){ line.at + 9, 3 });
	if (code < 100 || code > 599 || (line.len > 12 && line.at[12] != ' '))
		return "bad status code";
	head->code = code;
	head->closes = line.at[7] == '0';
	if (line.len > 13)
		px_text_copy(head->phrase, sizeof(head->phrase), line.at + 13, line.len - 13);
	return NULL;
}

/* Content-Length: 5; a list of equal numbers ("5, 5") is one number (RFC 9110, 8.6) */
static const char *parse_length(struct px_http_head *head, struct span value)
{
	do {
		off_t n = span_number(trim_blanks(cut(&value, ',')));
		if (n < 0)
			return "bad Content-Length";
		if (head->length_bytes >= 0 && head->length_bytes != n)
			return "two Content-Lengths that differ";
		head->length_bytes = n;
	} while (value.len);
	return NULL;
}

static const char *parse_transfer_encoding(struct px_http_head *head, struct span value)
{
	if (head->chunked || !span_is(value, "chunked"))
		return "a transfer coding other than chunked";
	head->chunked = 1;
	return NULL;
}

/* Content-Range: bytes 100-199/200, also with "*" for the total, or "bytes * /200" (without the blank) in a 416 */
static const char *parse_range(struct px_http_head *head, struct span value)
{
	struct span unit = cut(&value, ' '), range, first, total;

	if (head->range_start >= 0 || head->range_total >= 0)
		return "two Content-Ranges";
	if (!span_is(unit, "bytes"))
		return "bad Content-Range";
	value = trim_blanks(value);
	range = cut(&value, '/');
	total = value;
	if (!span_is(total, "*")) {
		head->range_total = span_number(total);
		if (head->range_total < 0)
			return "bad Content-Range";
	}
	if (span_is(range, "*"))
		return NULL;
	first = cut(&range, '-');
	head->range_start = span_number(first);
	head->range_last = span_number(range);
	if (head->range_start < 0 || head->range_last < head->range_start)
		return "bad Content-Range";
	if (head->range_total >= 0 && head->range_last >= head->range_total)
		return "bad Content-Range";
	return NULL;
}

/* Connection: close, or a list of other words */
static const char *parse_connection(struct px_http_head *head, struct span value)
{
	while (value.len)
		if (span_is(trim_blanks(cut(&value, ',')), "close"))
			head->closes = 1;
	return NULL;
}

static int is_visible(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return 0;
	return 1;
}

/* An ETag wins over Last-Modified; a weak one cannot tell two versions apart. */
static const char *parse_validator(struct px_http_head *head, struct span value, int is_etag)
{
	if (value.len == 0 || value.len >= sizeof(head->validator) || !is_visible(value))
		return NULL;
	if (is_etag ? (value.at[0] != '"') : (head->validator[0] == '"'))
		return NULL;
	px_text_copy(head->validator, sizeof(head->validator), value.at, value.len);
	return NULL;
}

static const char *parse_location(struct px_http_head *head, struct span value)
{
	if (value.len >= sizeof(head->location) || !is_visible(value) || memchr(value.at, ' ', value.len))
		return NULL;
	memcpy(head->location, value.at, value.len);
	head->location[value.len] = '\0';
	return NULL;
}

static const char *parse_field(struct px_http_head *head, struct span line)
{
	struct span value = line;
	struct span name = cut(&value, ':');

	if (name.len == line.len || name.len == 0)
		return "a head line without a colon";
	if (memchr(name.at, ' ', name.len) || memchr(name.at, '\t', name.len))
		return "a blank in a field name"; /* a folded line too */
	value = trim_blanks(value);
	if (span_is(name, "Content-Length"))
		return parse_length(head, value);
	if (span_is(name, "Transfer-Encoding"))
		return parse_transfer_encoding(head, value);
	if (span_is(name, "Connection"))
		return parse_connection(head, value);
	if (span_is(name, "Content-Encoding") && value.len && !span_is(value, "identity"))
		return "a content coding that was not asked for";
	if (span_is(name, "Content-Range"))
		return parse_range(head, value);
	if (span_is(name, "ETag"))
		return parse_validator(head, value, 1);
	if (span_is(name, "Last-Modified"))
		return parse_validator(head, value, 0);
	if (span_is(name, "Location"))
		return parse_location(head, value);
	return NULL;
}

ssize_t FAST_FUNC px_http_head_parse(struct px_http_head *head, const char *buf, size_t len_bytes, const char **why)
{
	struct span line;
	size_t at = 0;
	ssize_t n;

	memset(head, 0, sizeof(*head));
	head->length_bytes = head->range_start = head->range_last = head->range_total = -1;
	while (1) {
		n = next_line(&line, buf + at, len_bytes - at, why);
		if (n < 0)
			return -1;
		if (n == 0 || at + n > PX_HTTP_HEAD_BYTES)
			break;
		if (line.len == 0 && at > 0) {
			*why = head->chunked && head->length_bytes >= 0 ? "Content-Length beside Transfer-Encoding"
					: NULL;
			return *why ? -1 : (ssize_t)(at + n);
		}
		*why = at == 0 ? parse_status_line(head, line) : parse_field(head, line);
		if (*why)
			return -1;
		at += n;
	}
	*why = "a head longer than 64 KiB";
	return len_bytes >= PX_HTTP_HEAD_BYTES ? -1 : 0;
}

ssize_t FAST_FUNC px_http_chunk_parse(off_t *size_bytes, const char *buf, size_t len_bytes, const char **why)
{
	struct span line, digits;
	ssize_t n = next_line(&line, buf, len_bytes, why);
	off_t value = 0;
	size_t i;

	*why = "a bad chunk size";
	if (n < 0 || (n == 0 && len_bytes >= PX_HTTP_LINE_BYTES))
		return -1;
	if (n == 0)
		return 0;
	digits = trim_blanks(cut(&line, ';'));
	if (digits.len == 0 || digits.len > 15 || !isxdigit((unsigned char)digits.at[0]))
		return -1;
	for (i = 0; i < digits.len; i++) {
		unsigned char c = digits.at[i];
		if (!isxdigit(c))
			return -1;
		value = value * 16 + (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	*size_bytes = value;
	return n;
}

ssize_t FAST_FUNC px_http_trailer_parse(const char *buf, size_t len_bytes, const char **why)
{
	struct span line;
	size_t at = 0;
	ssize_t n;

	while ((n = next_line(&line, buf + at, len_bytes - at, why)) > 0) {
		at += n;
		if (line.len == 0)
			return at;
	}
	if (n == 0 && len_bytes < PX_HTTP_LINE_BYTES)
		return 0;
	*why = "a bad trailer";
	return -1;
}
