/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/* Transfer-Encoding: chunked. "identity" was in RFC 2616 (3.6), means nothing, and small servers send it beside a
 * length. */
static const char *parse_transfer_encoding(struct px_http_head *head, struct span value)
{
	do {
		struct span coding = trim_blanks(cut(&value, ','));
		if (span_is(coding, "identity"))
			continue;
		if (head->chunked || !span_is(coding, "chunked"))
			return "a transfer coding other than chunked";
		head->chunked = 1;
	} while (value.len);
	return NULL;
}

/* Content-Encoding: gzip. Two of them, one over the other, are no file's own format. */
static const char *parse_content_encoding(struct px_http_head *head, struct span value)
{
	while (value.len) {
		struct span coding = trim_blanks(cut(&value, ','));
		if (coding.len == 0 || span_is(coding, "identity"))
			continue;
		if (head->coding[0] || coding.len >= sizeof(head->coding))
			return "more than one Content-Encoding";
		px_text_copy(head->coding, sizeof(head->coding), coding.at, coding.len);
		str_tolower(head->coding);
	}
	return NULL;
}

/* Content-Type: application/gzip; charset=binary */
static const char *parse_type(struct px_http_head *head, struct span value)
{
	struct span type = trim_blanks(cut(&value, ';'));

	if (type.len < sizeof(head->type))
		px_text_copy(head->type, sizeof(head->type), type.at, type.len);
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

/* "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" (RFC 9110, 5.6.7).
 * Returns -1 for what is none of them. */
static time_t span_date(struct span value)
{
	static const char months[] ALIGN1 = "jan\0feb\0mar\0apr\0may\0jun\0jul\0aug\0sep\0oct\0nov\0dec\0";
	char text[48], month[4];
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	px_text_copy(text, sizeof(text), value.at, value.len);
	if (sscanf(text, "%*[A-Za-z], %2d%*1[ -]%3s%*1[ -]%4d %2d:%2d:%2d", &tm.tm_mday, month, &tm.tm_year,
			&tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6
	 && sscanf(text, "%*[A-Za-z] %3s %2d %2d:%2d:%2d %4d", month, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
			&tm.tm_year) != 6)
		return -1;
	str_tolower(month);
	tm.tm_mon = index_in_strings(months, month);
	if (tm.tm_mon < 0 || tm.tm_year < 0)
		return -1;
	tm.tm_year += tm.tm_year >= 1900 ? -1900 : tm.tm_year < 70 ? 100 : 0;
	return timegm(&tm);
}

/* Byte for byte as it came: it is compared, sent back, and never shown. */
static void keep_validator(struct px_http_head *head, struct span value)
{
	if (value.len >= sizeof(head->validator) || !is_visible(value))
		return;
	memcpy(head->validator, value.at, value.len);
	head->validator[value.len] = '\0';
}

/* An ETag wins over Last-Modified; a weak one cannot tell two versions apart. */
static const char *parse_etag(struct px_http_head *head, struct span value)
{
	if (value.len > 0 && value.at[0] == '"')
		keep_validator(head, value);
	return NULL;
}

static const char *parse_modified(struct px_http_head *head, struct span value)
{
	head->modified_s = span_date(value);
	if (head->validator[0] != '"')
		keep_validator(head, value);
	return NULL;
}

static const char *parse_date(struct px_http_head *head, struct span value)
{
	head->date_s = span_date(value);
	return NULL;
}

/* Retry-After: 120, or a date */
static const char *parse_retry(struct px_http_head *head, struct span value)
{
	head->retry_s = span_number(value);
	if (head->retry_s < 0)
		head->retry_at_s = span_date(value);
	return NULL;
}

/* Many servers leave blanks and bytes over 127 as they are; every browser asks for them as %XX. */
static const char *parse_location(struct px_http_head *head, struct span value)
{
	char *out = head->location;
	size_t i;

	*out = '\0';
	if (!is_visible(value))
		return NULL;
	for (i = 0; i < value.len; i++) {
		unsigned char c = value.at[i];
		if (out + 3 >= head->location + sizeof(head->location)) {
			head->location[0] = '\0'; /* too long */
			return NULL;
		}
		if (c > ' ' && c < 0x7f)
			*out++ = c;
		else
			out += sprintf(out, "%%%02X", c);
	}
	*out = '\0';
	return NULL;
}

/* The fields that are looked at. */
static const struct {
	const char *name;
	const char *(*parse)(struct px_http_head *head, struct span value);
} fields[] = {
	{ "Content-Length", parse_length },
	{ "Transfer-Encoding", parse_transfer_encoding },
	{ "Connection", parse_connection },
	{ "Content-Encoding", parse_content_encoding },
	{ "Content-Type", parse_type },
	{ "Content-Range", parse_range },
	{ "ETag", parse_etag },
	{ "Last-Modified", parse_modified },
	{ "Date", parse_date },
	{ "Retry-After", parse_retry },
	{ "Location", parse_location },
};

static const char *parse_field(struct px_http_head *head, struct span line)
{
	struct span value = line;
	struct span name = cut(&value, ':');
	unsigned i;

	if (name.len == line.len || name.len == 0)
		return "a head line without a colon";
	if (memchr(name.at, ' ', name.len) || memchr(name.at, '\t', name.len))
		return "a blank in a field name"; /* a folded line too */
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (span_is(name, fields[i].name))
			return fields[i].parse(head, trim_blanks(value));
	return NULL;
}

ssize_t FAST_FUNC px_http_head_parse(struct px_http_head *head, const char *buf, size_t len_bytes, const char **why)
{
	struct span line;
	size_t at = 0;
	ssize_t n;

	memset(head, 0, sizeof(*head));
	head->length_bytes = head->range_start = head->range_last = head->range_total = -1;
	head->date_s = head->modified_s = head->retry_s = head->retry_at_s = -1;
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
