/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fields of an HTTP answer are worth: whether its validator can tell two versions of a file apart, whether a
 * coding is only the name of the file's own format, how long a busy server is to be left alone. No sockets, no clock.
 */
#ifndef PX_HTTP_JUDGE_H
#define PX_HTTP_JUDGE_H 1

#include "transport/http_head.h"
#include "transport/transport.h"

/* Whether an answer has (the rest of) a file in it: 200, 206, and 416 when offset_bytes may be the file's end. */
int px_http_is_file(const struct px_http_head *head, off_t offset_bytes) FAST_FUNC;

/* Whether it says that the file is elsewhere, for every method: 301, 302, 303, 307, 308. */
int px_http_is_redirect(const struct px_http_head *head) FAST_FUNC;

/* Whether two URLs lead to the same port of the same host. */
int px_http_is_same_server(const struct px_url *a, const struct px_url *b) FAST_FUNC;

/* Makes validator out of an answer of url (the last one of its redirects). A strong ETag is one as it stands. A
 * Last-Modified is one only if the answer was made a second later or more, as its Date says: before, the file may
 * change again under the same date (RFC 9110, 8.8.2.2). Without a Date now_s is taken instead (6.6.1), and a minute,
 * as the two clocks differ. Its place covers the content coding, too: another coding is another sequence of bytes. */
void px_http_validator(struct px_validator *validator, const struct px_http_head *head, const struct px_url *url,
		time_t now_s) FAST_FUNC;

/* Whether a and b are the same tag of the same place; two without a tag never are. */
int px_http_same(const struct px_validator *a, const struct px_validator *b) FAST_FUNC;

/* Whether an answer's bytes are the file as it lies on the server: it has no content coding, or one that only repeats
 * the file's format: r.img.gz as "gzip" (Apache's AddEncoding), told by the end of path (a URL's, query and all) or by
 * the answer's Content-Type. */
int px_http_is_stored(const struct px_http_head *head, const char *path) FAST_FUNC;

/* Seconds from now that Retry-After (RFC 9110, 10.2.3) asks for; 0: it does not, or the time is over. A date in it is
 * taken relative to the answer's own Date, or to now_s. */
unsigned px_http_patience_s(const struct px_http_head *head, time_t now_s) FAST_FUNC;

#endif
