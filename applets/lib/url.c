/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs taken apart. See url.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += url.o

#include "libbb.h"
#include "lib/text.h"
#include "lib/url.h"

/* Length of "scheme:" at the start of text without the colon; 0: there is none. */
static size_t scheme_length(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

	return n > 0 && isalpha((unsigned char)text[0]) && text[n] == ':' ? n : 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Resolves %XX in place; -1 on %00 and on % without two digits. */
static int unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		char c = *text;
		if (c == '%') {
			int high = hex_value(text[1]), low = high < 0 ? -1 : hex_value(text[2]);
			if (low < 0 || (high | low) == 0)
				return -1;
			c = high << 4 | low;
			text += 2;
		}
		*out++ = c;
	}
	*out = '\0';
	return 0;
}

enum { SHOWN_HEAD_BYTES = 160, SHOWN_TAIL_BYTES = 60 };

/* Puts "scheme://host:port/path" together, without user and password. What is too long for a message loses its
 * middle. */
static char *make_shown(const struct px_url *url, const char *path)
{
	const char *bracket = strchr(url->host, ':') ? "[" : "";
	char *all = px_text_clean(xasprintf("%s://%s%s%s%s%s%s", url->scheme, bracket, url->host, *bracket ? "]" : "",
			url->port ? ":" : "", url->port ? url->port : "", path));
	size_t len = strlen(all);

	if (len > SHOWN_HEAD_BYTES + 3 + SHOWN_TAIL_BYTES) {
		memcpy(all + SHOWN_HEAD_BYTES, "...", 3);
		overlapping_strcpy(all + SHOWN_HEAD_BYTES + 3, all + len - SHOWN_TAIL_BYTES);
	}
	return all;
}

char* FAST_FUNC px_url_hide(const char *text)
{
	return px_url_hide_users(px_text_clean_copy(text));
}

static const char *split_port(struct px_url *url, char *port)
{
	unsigned long value;

	*port++ = '\0';
	if (!*port)
		return NULL; /* "host:/": the default */
	if (strlen(port) > 5 || port[strspn(port, "0123456789")])
		return "bad port";
	value = strtoul(port, NULL, 10);
	if (value < 1 || value > 65535)
		return "bad port";
	url->port = port;
	return NULL;
}

/* authority: "user:password@host:port", NUL-terminated */
static const char *split_authority(struct px_url *url, char *authority)
{
	char *at = strrchr(authority, '@');
	char *end;

	url->host = authority;
	if (at) {
		*at = '\0';
		url->user = authority;
		url->host = at + 1;
		if (unescape(url->user) < 0)
			return "bad escape in the user name";
	}
	if (url->host[0] == '[') {
		url->host++;
		end = strchr(url->host, ']');
		if (!end || (end[1] && end[1] != ':'))
			return "bad IPv6 address";
		*end++ = '\0';
		if (url->host[strspn(url->host, "0123456789abcdefABCDEF:.%") ] && !strchr(url->host, '%'))
			return "bad IPv6 address";
	} else {
		end = strchrnul(url->host, ':');
	}
	if (*end) {
		const char *why = split_port(url, end);
		if (why)
			return why;
	}
	if (!url->host[0])
		return "no host";
	if (url->host[strspn(url->host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:%")])
		return "bad host";
	return NULL;
}

static const char *parse_path(struct px_url *url, const char *path)
{
	url->scheme = (char *)"file";
	url->host = (char *)"";
	url->storage = url->path = xstrdup(path);
	url->shown = px_url_hide(path);
	return NULL;
}

/* file:PATH, file:///PATH, file://localhost/PATH */
static const char *parse_file(struct px_url *url, char *rest)
{
	if (rest[0] == '/' && rest[1] == '/') {
		char *path = strchr(rest + 2, '/');
		if (!path)
			return "no path";
		*path = '\0';
		if (rest[2] && strcmp(rest + 2, "localhost") != 0)
			return "file: on another host";
		*path = '/';
		rest = path;
	}
	if (unescape(rest) < 0)
		return "bad escape";
	url->host = (char *)"";
	url->path = rest;
	url->shown = px_url_hide(rest);
	return rest[0] ? NULL : "no path";
}

static const char *parse_host(struct px_url *url, char *rest)
{
	char *path, *tail;
	const char *why;

	if (rest[0] != '/' || rest[1] != '/')
		return "no // after the scheme";
	rest += 2;
	path = rest + strcspn(rest, "/?#");
	path[strcspn(path, "#")] = '\0';
	tail = *path == '/' ? xstrdup(path) : xasprintf("/%s", path);
	*path = '\0';
	why = split_authority(url, rest);
	url->path = url->own_path = tail;
	if (why)
		return why;
	url->shown = make_shown(url, tail);
	if (strcmp(url->scheme, "tftp") == 0) {
		if (unescape(tail) < 0)
			return "bad escape";
		overlapping_strcpy(tail, tail + 1);
		if (!*tail)
			return "no file name";
	}
	return NULL;
}

const char* FAST_FUNC px_url_parse(struct px_url *url, const char *text)
{
	size_t scheme = scheme_length(text);
	const char *why;
	char *c;

	memset(url, 0, sizeof(*url));
	if (strlen(text) > PX_URL_BYTES)
		return "too long";
	if (!*text)
		return "empty";
	if (!scheme)
		return parse_path(url, text);
	for (c = (char *)text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return "control character or blank";
	url->storage = url->scheme = xstrdup(text);
	url->scheme[scheme] = '\0';
	str_tolower(url->scheme);
	c = url->scheme + scheme + 1;
	why = strcmp(url->scheme, "file") == 0 ? parse_file(url, c) : parse_host(url, c);
	if (why)
		px_url_free(url);
	return why;
}

void FAST_FUNC px_url_free(struct px_url *url)
{
	free(url->own_path);
	free(url->shown);
	free(url->storage);
	memset(url, 0, sizeof(*url));
}

char* FAST_FUNC px_url_authority(const struct px_url *url)
{
	int v6 = strchr(url->host, ':') != NULL;

	return xasprintf("%s%s%s%s%s", v6 ? "[" : "", url->host, v6 ? "]" : "", url->port ? ":" : "",
			url->port ? url->port : "");
}

int FAST_FUNC px_url_is_multicast(const char *text)
{
	return strncasecmp(text, "udpcast:", 8) == 0;
}

/* Takes "." and ".." out of an absolute path, query left alone (RFC 3986, 5.2.4). */
static void remove_dots(char *path)
{
	char *in = path, *out = path;
	size_t len;

	while (*in && *in != '?') {
		len = 1 + strcspn(in + 1, "/?");
		if (len == 2 && in[1] == '.') {
			if (in[2] != '/')
				*out++ = '/';
		} else if (len == 3 && in[1] == '.' && in[2] == '.') {
			while (out > path && *--out != '/')
				continue;
			if (in[3] != '/')
				*out++ = '/';
		} else {
			memmove(out, in, len);
			out += len;
		}
		in += len;
	}
	overlapping_strcpy(out, in);
}

char* FAST_FUNC px_url_resolve(const char *base, const char *reference)
{
	size_t scheme = scheme_length(base);
	const char *root = base, *end;
	char *url;

	if (scheme_length(reference))
		return xstrdup(reference);
	if (scheme) {
		root += scheme + 1;
		if (reference[0] == '/' && reference[1] == '/')
			return xasprintf("%.*s%s", (int)(root - base), base, reference);
		if (root[0] == '/' && root[1] == '/')
			root += 2 + strcspn(root + 2, "/?#");
	}
	end = root + strcspn(root, "?#");
	if (reference[0] == '/')
		end = root;
	else if (reference[0] != '?' && reference[0] != '#' && reference[0])
		while (end > root && end[-1] != '/')
			end--;
	else if (reference[0] != '?')
		end = root + strcspn(root, "#");
	url = xasprintf("%.*s%s%s", (int)(end - base), base,
			end == root && scheme && reference[0] != '/' ? "/" : "", reference);
	root = url + (root - base);
	if (*root == '/')
		remove_dots((char *)root);
	return url;
}

/* The '@' behind user and password of the authority at s, or NULL. A password with a '/' in it makes no URL, but it
 * is somebody's password all the same: what stands behind the ':' is no port then. */
static char *end_of_user(char *s)
{
	size_t word = strcspn(s, " \t\r\n\"<>");
	size_t len = MIN(strcspn(s, "/?#"), word);
	char *at = memrchr(s, '@', len);
	char *colon = memchr(s, ':', len);

	if (!at && colon && s[0] != '[' && colon[1 + strspn(colon + 1, "0123456789")] != s[len])
		at = memrchr(s, '@', word);
	return at;
}

char* FAST_FUNC px_url_hide_users(char *text)
{
	char *s = text;

	/* not "://": a scheme, or its colon, is forgotten as easily as it is mistyped */
	while ((s = strstr(s, "//")) != NULL) {
		char *at;

		s += 2;
		at = end_of_user(s);
		if (at)
			overlapping_strcpy(s, at + 1);
	}
	return text;
}
