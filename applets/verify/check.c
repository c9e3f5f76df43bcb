/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Size and SHA-256 of a stream, checked as it passes. See check.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += check.o

#include "libbb.h"
#include "verify/check.h"

struct check_stream {
	struct px_stream s;
	const char *what;
	off_t size_bytes;
	off_t seen_bytes;
	struct px_digest digest;
	sha256_ctx_t hash;
};

int FAST_FUNC px_digest_parse(struct px_digest *digest, const char *text)
{
	const char *hex = is_prefixed_with(text, "sha256:");
	char *end;

	if (!hex)
		hex = text;
	if (strlen(hex) != 64 || strspn(hex, "0123456789abcdefABCDEF") != 64)
		return -1;
	end = hex2bin((char *)digest->sha256, hex, 32);
	if (!end)
		return -1;
	digest->known = 1;
	return 0;
}

int FAST_FUNC px_digest_check(const struct px_digest *digest, sha256_ctx_t *hash, const char *what)
{
	uint8_t sum[32];
	char got[65], want[65];

	if (!digest->known)
		return 0;
	sha256_end(hash, sum);
	if (memcmp(sum, digest->sha256, 32) == 0)
		return 0;
	*bin2hex(got, (char *)sum, 32) = '\0';
	*bin2hex(want, (char *)digest->sha256, 32) = '\0';
	bb_error_msg("%s: wrong SHA-256: got %s, want %s", what, got, want);
	return -1;
}

static int check_end(struct check_stream *c)
{
	if (c->size_bytes >= 0 && c->seen_bytes != c->size_bytes)
		return px_stream_fail(&c->s, PX_DATA, "%s: cut short: %"OFF_FMT"u bytes of %"OFF_FMT"u",
				c->what, c->seen_bytes, c->size_bytes);
	if (px_digest_check(&c->digest, &c->hash, c->what) == 0)
		return 0;
	c->s.status = PX_DATA;
	return -1;
}

static ssize_t FAST_FUNC check_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct check_stream *c = (struct check_stream *)s;
	ssize_t n = px_stream_pull(s, buf, len_bytes);

	if (n < 0)
		return -1;
	if (n == 0)
		return check_end(c);
	if (c->size_bytes >= 0 && n > c->size_bytes - c->seen_bytes)
		return px_stream_fail(s, PX_DATA, "%s: too long: more than %"OFF_FMT"u bytes", c->what, c->size_bytes);
	c->seen_bytes += n;
	if (c->digest.known)
		sha256_hash(&c->hash, buf, n);
	return n;
}

struct px_stream* FAST_FUNC px_check_open(struct px_stream *upstream, const char *what, off_t size_bytes,
		const struct px_digest *digest)
{
	return px_check_resume(upstream, what, size_bytes, digest, NULL);
}

struct px_stream* FAST_FUNC px_check_resume(struct px_stream *upstream, const char *what, off_t size_bytes,
		const struct px_digest *digest, const sha256_ctx_t *prefix)
{
	struct check_stream *c = xzalloc(sizeof(*c));

	c->s.read = check_read;
	c->s.upstream = upstream;
	c->what = what;
	c->size_bytes = size_bytes;
	c->digest = *digest;
	if (prefix)
		c->hash = *prefix;
	else
		sha256_begin(&c->hash);
	return &c->s;
}
