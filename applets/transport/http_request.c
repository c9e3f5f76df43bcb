/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP requests and the choice of a proxy. See http_request.h.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_HTTP) += http_request.o

#include "libbb.h"
#include "transport/http_request.h"

/* Whether host is what one entry of no_proxy (len bytes, maybe with a dot in front) means. */
static int host_matches(const char *host, const char *entry, size_t len)
{
	size_t host_len = strlen(host);

	if (len == 1 && entry[0] == '*')
		return 1;
	if (len > 0 && entry[0] == '.')
		entry++, len--;
	if (len == 0 || len > host_len || strncasecmp(host + host_len - len, entry, len) != 0)
		return 0;
	return len == host_len || host[host_len - len - 1] == '.';
}

static int is_excepted(const char *host)
{
	const char *list = getenv("no_proxy");

	while (list && *list) {
		size_t len = strcspn(list, ", ");
		if (host_matches(host, list, len))
			return 1;
		list += len;
		list += strspn(list, ", ");
	}
	return 0;
}

int FAST_FUNC px_http_proxy(struct px_url *proxy, const struct px_url *url)
{
	const char *text = getenv("http_proxy");
	char *with_scheme;
	const char *why;

	if (!text || !*text || strcmp(url->scheme, "http") != 0 || is_excepted(url->host))
		return 0;
	with_scheme = strstr(text, "://") ? xstrdup(text) : xasprintf("http://%s", text);
	why = px_url_parse(proxy, with_scheme);
	free(with_scheme);
	if (why)
		return -1;
	if (strcmp(proxy->scheme, "http") == 0)
		return 1;
	px_url_free(proxy);
	return -1;
}

/* "Authorization: Basic dTpw\r\n", or "" (RFC 7617); malloc'd */
static char *credentials(const char *field, const char *user)
{
	size_t len = user ? strlen(user) : 0;
	char *encoded, *line;

	if (!user)
		return xstrdup("");
	encoded = xzalloc(4 * ((len + 2) / 3) + 1);
	bb_uuencode(encoded, user, len, bb_uuenc_tbl_base64);
	line = xasprintf("%s: Basic %s\r\n", field, encoded);
	free(encoded);
	return line;
}

char* FAST_FUNC px_http_text(const struct px_url *url)
{
	char *host = px_url_authority(url);
	char *text = xasprintf("%s://%s%s", url->scheme, host, url->path);

	free(host);
	return text;
}

/* "Range: bytes=4096-\r\n" and the condition for it, or ""; malloc'd */
static char *range_fields(off_t offset_bytes, off_t part_bytes, const char *validator)
{
	char last[sizeof(off_t) * 3] = "";

	if (offset_bytes == 0 && part_bytes == 0)
		return xstrdup("");
	if (part_bytes > 0)
		sprintf(last, "%"OFF_FMT"u", offset_bytes + part_bytes - 1);
	return xasprintf("Range: bytes=%"OFF_FMT"u-%s\r\n%s%s%s", offset_bytes, last, *validator ? "If-Range: " : "",
			validator, *validator ? "\r\n" : "");
}

char* FAST_FUNC px_http_request(const struct px_url *url, const struct px_url *proxy, off_t offset_bytes,
		off_t part_bytes, const char *validator)
{
	char *host = px_url_authority(url);
	char *auth = credentials("Authorization", url->user);
	char *proxy_auth = credentials("Proxy-Authorization", proxy ? proxy->user : NULL);
	char *range = range_fields(offset_bytes, part_bytes, validator);
	char *request;

	request = xasprintf("GET %s%s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: pxfetch\r\nAccept: */*\r\n"
			"Accept-Encoding: identity\r\n%s%s%s\r\n",
			proxy ? "http://" : "", proxy ? host : "", url->path, host, auth, proxy_auth, range);
	free(host);
	free(auth);
	free(proxy_auth);
	free(range);
	return request;
}

/* A request with a body, the head's first part; what follows is fields. malloc'd */
static char *request_with_body(const char *method, const char *agent, const struct px_url *url,
		const struct px_url *proxy)
{
	char *host = px_url_authority(url);
	char *auth = credentials("Authorization", url->user);
	char *proxy_auth = credentials("Proxy-Authorization", proxy ? proxy->user : NULL);
	char *request = xasprintf("%s %s%s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n%s%s",
			method, proxy ? "http://" : "", proxy ? host : "", url->path, host, agent, auth, proxy_auth);

	free(host);
	free(auth);
	free(proxy_auth);
	return request;
}

char* FAST_FUNC px_http_put_request(const struct px_url *url, const struct px_url *proxy, off_t body_bytes)
{
	char *head = request_with_body("PUT", "pxsend", url, proxy);
	char *body = body_bytes < 0 ? xstrdup("Transfer-Encoding: chunked\r\n")
			: xasprintf("Content-Length: %"OFF_FMT"u\r\n", body_bytes);
	char *request = xasprintf("%sExpect: 100-continue\r\n%s\r\n", head, body);

	free(head);
	free(body);
	return request;
}

char* FAST_FUNC px_http_post_request(const struct px_url *url, const struct px_url *proxy, const char *type,
		const char *text)
{
	char *head = request_with_body("POST", "pximenu", url, proxy);
	char *request = xasprintf("%sContent-Type: %s\r\nContent-Length: %u\r\n\r\n%s", head, type,
			(unsigned)strlen(text), text);

	free(head);
	return request;
}
