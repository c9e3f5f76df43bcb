/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs (RFC 3986): what scheme://user:password@host:port/path?query#fragment means to a transport.
 *
 * Nothing here looks names up or talks to anybody.
 */
#ifndef PX_URL_H
#define PX_URL_H 1

enum { PX_URL_BYTES = 16 * 1024 }; /* longer ones are refused */

struct px_url {
	char *scheme;   /* lower case; "file" for a plain path */
	char *user;     /* "user:password" with its %XX resolved, or NULL */
	char *host;     /* without the brackets of an IPv6 address; "" for file */
	char *port;     /* decimal digits, 1 to 65535; NULL when not given */
	char *path;     /* http: from '/' on, with query, escaped as it goes on the wire, no fragment;
	                 * tftp and file: a name with its %XX resolved, tftp without the first '/' */
	char *shown;    /* for messages: no user and password, control bytes replaced, a long one without its middle */
	char *storage, *own_path; /* private: what the others point into */
};

/* Takes text apart. Returns NULL when it did, else why not (a constant); url needs px_url_free only after success.
 * Refused: control bytes and blanks, %00, an empty host, a port out of range, user names for file:. */
const char *px_url_parse(struct px_url *url, const char *text) FAST_FUNC;

/* Whether text, a URL or not, is udpcast:..., which sends a file to all that listen, and only from its start. */
int px_url_is_multicast(const char *text) FAST_FUNC;

/* text, which may be a URL that px_url_parse refuses, or not one at all, for messages: without what may be a user and a
 * password, control bytes replaced. malloc'd. */
char *px_url_hide(const char *text) FAST_FUNC;

/* HOST[:PORT] as it stands in a URL, an IPv6 address in brackets. malloc'd. */
char *px_url_authority(const struct px_url *url) FAST_FUNC;

void px_url_free(struct px_url *url) FAST_FUNC;

/* Takes user and password out of everything in text that looks like a URL, in place: for logs, screens and reports,
 * whatever program said it. Returns text. */
char *px_url_hide_users(char *text) FAST_FUNC;

/* What reference means when it stands in base (RFC 3986, 5.2): a malloc'd URL. */
char *px_url_resolve(const char *base, const char *reference) FAST_FUNC;

#endif
