/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries, resume, mirrors. See download.h.
 */
//kbuild:lib-$(CONFIG_PX_FETCH) += download.o

#include "libbb.h"
#include <sys/random.h>
#include "fetch/download.h"
#include "transport/connection.h"

enum { PAUSE_FIRST_MS = 1000, PAUSE_MAX_MS = 30000, PATIENCE_MAX_S = 60 };
enum { PROGRESS_BYTES = 1024 * 1024, SKIP_BYTES = 64 * 1024 };

struct download {
	struct px_stream s;
	struct px_transfer *xfer;
	struct px_download_want want;
	struct px_stream *source;    /* NULL: to be opened */
	struct px_url url;           /* of the mirror at hand; valid when url.scheme */
	unsigned mirror;
	unsigned failures;           /* of this mirror in a row */
	unsigned pause_ms;
	off_t at_bytes;              /* given so far, offset included */
	off_t try_bytes;             /* at_bytes when this try began */
	smallint hashing;            /* -1: not decided */
	smallint joined;             /* unproven: see px_download_joined */
	sha256_ctx_t hash;           /* of what was given, if hashing */
};

/* Whether the rest alone may be asked for: the server's validator or the hash of the whole will tell whether it is of
 * the same file as what was given. */
static int may_ask_for_rest(struct download *d)
{
	return d->xfer->validator.tag[0] || d->xfer->may_join;
}

/* Decided once, at the first byte: is a copy of the hash needed to recognize the file when it has to be read again? */
static void decide_hashing(struct download *d)
{
	int resumes = d->want.urls[1] || d->want.tries != 1;
	int elsewhere = d->want.urls[1] || d->xfer->redirected; /* where the validator means nothing */

	if (d->hashing >= 0)
		return;
	d->hashing = !d->xfer->may_join && resumes && (elsewhere || !d->xfer->found.tag[0]);
}

static off_t part_end(const struct download *d)
{
	return d->want.offset_bytes + d->want.part_bytes;
}

static int open_source(struct download *d)
{
	const struct px_transport *t;
	const char *why;

	d->try_bytes = d->at_bytes;
	if (!d->url.scheme) {
		why = px_url_parse(&d->url, d->want.urls[d->mirror]);
		if (why)
			return px_transfer_fail(d->xfer, &d->s, PX_USAGE, "not a URL: %s", why);
	}
	t = px_transport_find(d->url.scheme);
	if (!t)
		return px_transfer_fail(d->xfer, &d->s, PX_OTHER, "%s: is not compiled in", d->url.scheme);
	d->xfer->splice = NULL;
	d->xfer->same = 0;
	d->xfer->part_given = 0;
	d->xfer->others = d->want.urls + d->mirror + 1;
	d->xfer->part_bytes = d->want.part_bytes ? part_end(d) - d->at_bytes : 0;
	memset(&d->xfer->found, 0, sizeof(d->xfer->found));
	d->xfer->renew = 0;
	d->source = t->open(&d->url, d->xfer, may_ask_for_rest(d) ? d->at_bytes : 0);
	return d->source->status == PX_OK ? 0 : -1;
}

static int is_same_hash(struct download *d, sha256_ctx_t *other)
{
	sha256_ctx_t mine = d->hash; /* a copy: the hash goes on */
	uint8_t sums[2][32];

	sha256_end(&mine, sums[0]);
	sha256_end(other, sums[1]);
	return memcmp(sums[0], sums[1], 32) == 0;
}

/* Reads and drops what has been given already, and compares it. */
static int skip_given(struct download *d)
{
	off_t left_bytes = d->at_bytes - d->xfer->start_bytes;
	int compare = !d->xfer->same && !d->xfer->may_join;
	sha256_ctx_t hash;
	char *buf;
	ssize_t n = 0;

	if (left_bytes == 0)
		return 0;
	if (compare && d->hashing <= 0)
		return px_transfer_changed(d->xfer, d->source, "changed on the server since the first bytes came");
	buf = xmalloc(SKIP_BYTES);
	sha256_begin(&hash);
	while (left_bytes > 0 && (n = px_stream_read(d->source, buf, MIN(left_bytes, (off_t)SKIP_BYTES))) > 0) {
		left_bytes -= n;
		if (compare)
			sha256_hash(&hash, buf, n);
	}
	free(buf);
	if (n < 0)
		return -1;
	if (n == 0 || (compare && !is_same_hash(d, &hash)))
		return px_transfer_changed(d->xfer, d->source, "not the file that the first bytes came from");
	return 0;
}

static int check_size(struct download *d, off_t size_bytes)
{
	if (d->want.size_bytes < 0 || size_bytes < 0 || size_bytes == d->want.size_bytes)
		return 0;
	return px_transfer_fail(d->xfer, d->source, PX_DATA, "wrong size: %"OFF_FMT"u bytes, want %"OFF_FMT"u",
			size_bytes, d->want.size_bytes);
}

/* Of a size that is told by its lower 32 bits, the others are those of the size known already. */
static off_t whole_total(struct download *d, off_t known_bytes)
{
	off_t total_bytes = d->xfer->total_bytes;

	if (d->xfer->total_low && known_bytes > total_bytes && (uint32_t)known_bytes == total_bytes)
		return known_bytes;
	return total_bytes;
}

static int resized(struct download *d, off_t now_bytes, off_t before_bytes)
{
	px_transfer_fail(d->xfer, d->source, PX_DATA, "changed on the server: %"OFF_FMT"u bytes, was %"OFF_FMT"u",
			now_bytes, before_bytes);
	d->xfer->changed = 1;
	return -1;
}

/* The file's size as this try tells it: the same as before, if it was known when the first bytes came. */
static int check_total(struct download *d, off_t before_bytes)
{
	off_t now_bytes = d->xfer->total_bytes = whole_total(d, before_bytes >= 0 ? before_bytes : d->want.size_bytes);

	if ((d->at_bytes > 0 || d->want.part_bytes) && before_bytes >= 0) {
		if (now_bytes >= 0 && now_bytes != before_bytes)
			return resized(d, now_bytes, before_bytes);
		d->xfer->total_bytes = before_bytes;
	}
	return check_size(d, d->xfer->total_bytes);
}

/* All of the file came where a part was wanted: it has changed (the server looked at If-Range), or the server does not
 * know of parts. */
static int refuse_whole(struct download *d)
{
	if (d->xfer->validator.tag[0] && !d->xfer->same)
		return px_transfer_changed(d->xfer, d->source, "changed on the server");
	d->xfer->no_parts = 1;
	return px_transfer_fail(d->xfer, d->source, PX_SERVER, "the server gives no part of a file (Range)");
}

static int begin_try(struct download *d)
{
	off_t before_bytes = d->xfer->total_bytes;

	d->xfer->total_bytes = -1;
	d->xfer->total_low = 0;
	if (open_source(d) < 0) {
		d->xfer->total_bytes = before_bytes;
		return -1;
	}
	if (d->want.part_bytes && !d->xfer->part_given)
		return refuse_whole(d);
	if (check_total(d, before_bytes) < 0)
		return -1;
	decide_hashing(d);
	d->xfer->may_renew = d->hashing || d->xfer->may_join;
	if (d->at_bytes > 0 && d->xfer->may_join && !d->xfer->same)
		d->joined = 1;
	if (skip_given(d) < 0)
		return -1;
	/* Not before: a comparison that broke off proves nothing. And always: of two servers in turn that hold two
	 * versions with the same start, the one that gave the bytes is not the one of the first validator. */
	d->xfer->validator = d->xfer->found;
	return 0;
}

/* Counts what one read gave; n as from px_stream_read. buf: NULL when it went into a pipe. */
static ssize_t count(struct download *d, const void *buf, ssize_t n)
{
	if (n < 0)
		return n;
	if (n == 0 && d->want.part_bytes && d->at_bytes == part_end(d))
		return 0;
	if (n == 0) {
		if (d->xfer->total_bytes >= 0 && (d->want.part_bytes || d->at_bytes != d->xfer->total_bytes))
			return px_transfer_fail(d->xfer, d->source, PX_PROTOCOL,
					"cut short: %"OFF_FMT"u bytes of %"OFF_FMT"u",
					d->at_bytes, d->xfer->total_bytes);
		return check_size(d, d->at_bytes);
	}
	if (d->want.size_bytes >= 0 && n > d->want.size_bytes - d->at_bytes)
		return px_transfer_fail(d->xfer, d->source, PX_DATA, "wrong size: more than %"OFF_FMT"u bytes",
				d->want.size_bytes);
	d->at_bytes += n;
	if (d->hashing && buf)
		sha256_hash(&d->hash, buf, n);
	return n;
}

/* What is said before the reason: never user and password. */
static const char *shown(struct download *d)
{
	return d->url.shown ? d->url.shown : "URL";
}

static void prepare_mirror(struct download *d)
{
	px_url_free(&d->url);
	d->mirror++;
	d->failures = 0;
	d->pause_ms = PAUSE_FIRST_MS;
	memset(&d->xfer->validator, 0, sizeof(d->xfer->validator));
	d->xfer->plain = 0;
}

/* Up to a half more than pause_ms, by chance: the machines of a room that one server has turned away, or lost, at once
 * must not come back at once. */
static unsigned spread_ms(unsigned pause_ms)
{
	unsigned chance;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = monotonic_us() ^ getpid(); /* too early after power-on */
	return pause_ms + chance % (pause_ms / 2 + 1);
}

/* Says why and how long, and sleeps. A server's own word (Retry-After) comes first, up to a limit. */
static void pause_before_try(struct download *d)
{
	unsigned asked_s = d->xfer->pause_s, pause_ms = MAX(d->pause_ms, MIN(asked_s, PATIENCE_MAX_S) * 1000);

	if (asked_s)
		bb_error_msg("%s: %s; the server asks for patience: %u s; trying again in %u s", shown(d),
				d->xfer->reason, asked_s, pause_ms / 1000);
	else
		bb_error_msg("%s: %s; trying again in %u s", shown(d), d->xfer->reason, pause_ms / 1000);
	msleep(spread_ms(pause_ms));
	d->pause_ms = MIN(d->pause_ms * 2, PAUSE_MAX_MS);
}

/* After a failed try: waits for the next one. Returns 0; -1: there is none, the last line is printed. */
static int next_try(struct download *d)
{
	enum px_status status = d->source ? d->source->status : d->s.status;

	px_stream_close(d->source);
	d->source = NULL;
	d->s.status = PX_OK;
	if (d->at_bytes - d->try_bytes >= PROGRESS_BYTES) {
		d->failures = 0;
		d->pause_ms = PAUSE_FIRST_MS;
	}
	if (d->xfer->renew) {
		bb_error_msg("%s: %s; starting over", shown(d), d->xfer->reason);
		return 0;
	}
	d->failures++;
	if (d->xfer->again && (d->want.tries == 0 || d->failures < d->want.tries)) {
		pause_before_try(d);
		return 0;
	}
	if (!d->want.urls[d->mirror + 1])
		return px_stream_fail(&d->s, status, "%s: %s", shown(d), d->xfer->reason);
	bb_error_msg("%s: %s; trying the next mirror", shown(d), d->xfer->reason);
	prepare_mirror(d);
	return 0;
}

static ssize_t FAST_FUNC download_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct download *d = (struct download *)s;

	while (1) {
		if (d->source || begin_try(d) == 0) {
			ssize_t n = count(d, buf, px_stream_read(d->source, buf, len_bytes));
			if (n >= 0)
				return n;
		}
		if (next_try(d) < 0)
			return -1;
	}
}

ssize_t FAST_FUNC px_download_splice(struct px_stream *s, int pipe_fd, size_t len_bytes)
{
	struct download *d = (struct download *)s;
	ssize_t n;

	if (s->status != PX_OK || s->ended || !d->source || !d->xfer->splice || d->hashing)
		return PX_SPLICE_NOT;
	if (d->want.size_bytes >= 0)
		len_bytes = MIN((off_t)len_bytes, d->want.size_bytes - d->at_bytes);
	if (len_bytes == 0)
		return PX_SPLICE_NOT; /* the end is told by a read */
	n = d->xfer->splice(d->source, pipe_fd, len_bytes);
	if (n > 0)
		return count(d, NULL, n);
	if (n == -1 && next_try(d) < 0)
		return -1;
	return PX_SPLICE_NOT;
}

unsigned FAST_FUNC px_download_mirror(struct px_stream *s)
{
	return ((struct download *)s)->mirror;
}

const char* FAST_FUNC px_download_source(struct px_stream *s)
{
	const char *scheme = ((struct download *)s)->url.scheme;

	if (!scheme)
		return NULL;
	if (strcmp(scheme, "udpcast") == 0)
		return "multicast";
	if (is_prefixed_with(scheme, "http"))
		return "http";
	return strcmp(scheme, "tftp") == 0 ? "tftp" : "file";
}

int FAST_FUNC px_download_joined(struct px_stream *s)
{
	return ((struct download *)s)->joined;
}

static void FAST_FUNC download_close(struct px_stream *s)
{
	struct download *d = (struct download *)s;

	px_stream_close(d->source);
	if (!d->want.part_bytes)
		px_connection_drop(d->xfer);
	px_url_free(&d->url);
}

struct px_stream* FAST_FUNC px_download_open(struct px_transfer *xfer, const struct px_download_want *want)
{
	struct download *d = xzalloc(sizeof(*d));

	d->s.read = download_read;
	d->s.close = download_close;
	d->xfer = xfer;
	d->want = *want;
	d->pause_ms = PAUSE_FIRST_MS;
	d->at_bytes = want->offset_bytes;
	d->hashing = -1;
	if (want->prefix)
		d->hash = *want->prefix;
	else
		sha256_begin(&d->hash);
	if (want->offset_bytes > 0) {
		d->hashing = !xfer->may_join;
		xfer->may_renew = 1;
	}
	if (!want->part_bytes)
		xfer->total_bytes = -1;
	return &d->s;
}
