/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is sent to an HTTP server: the request as text, and whether it goes through a proxy. No sockets here.
 */
#ifndef PX_HTTP_REQUEST_H
#define PX_HTTP_REQUEST_H 1

#include "lib/url.h"

/* The proxy that the environment names for url: http_proxy for http: (https: goes to its server itself), unless
 * no_proxy holds its host, a domain it is in (".example" or "example"), or "*". Returns 1 and fills proxy (px_url_free
 * it); 0: none; -1: http_proxy is no http: URL. */
int px_http_proxy(struct px_url *proxy, const struct px_url *url) FAST_FUNC;

/* url as text again, with neither user and password nor anything replaced: what a Location is relative to. malloc'd. */
char *px_http_text(const struct px_url *url) FAST_FUNC;

/* A malloc'd GET request. proxy: NULL, or the one it is sent to. offset_bytes > 0: for the rest from there on (RFC
 * 9110, 14.2); part_bytes > 0: for so many bytes of it; both only if validator ("": whatever it is) still holds
 * (13.1.5). */
char *px_http_request(const struct px_url *url, const struct px_url *proxy, off_t offset_bytes, off_t part_bytes,
		const char *validator) FAST_FUNC;

/* A malloc'd head of a PUT, with body_bytes behind it, -1: in chunks. */
char *px_http_put_request(const struct px_url *url, const struct px_url *proxy, off_t body_bytes) FAST_FUNC;

/* A malloc'd POST of text, whose media type is type, with its body. */
char *px_http_post_request(const struct px_url *url, const struct px_url *proxy, const char *type,
		const char *text) FAST_FUNC;

#endif
