/*
 * Tries, resume, mirrors. See download.h.
 */
//kbuild:lib-$(CONFIG_PX_FETCH) += download.o

#include "libbb.h"
#include "fetch/download.h"
#include "transport/net.h"

enum { PAUSE_FIRST_MS = 1000, PAUSE_MAX_MS = 30000, PROGRESS_BYTES = 1024 * 1024, SKIP_BYTES = 64 * 1024 };

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
	sha256_ctx_t hash;           /* of what was given, if hashing */
};

/* Whether the rest alone may be asked for: the server's validator or the hash of the whole will tell whether it is of
 * the same file as what was given. */
static int may_join(struct download *d)
{
	return d->xfer->validator[0] || d->xfer->hashed_later;
}

/* Decided once, at the first byte: is a copy of the hash needed to recognize the file when it has to be read again? */
static void decide_hashing(struct download *d)
{
	int resumes = d->want.urls[1] || d->want.tries != 1;

	if (d->hashing >= 0)
		return;
	d->hashing = !d->xfer->hashed_later && resumes && (d->want.urls[1] || !d->xfer->validator[0]);
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
	d->xfer->renew = 0;
	d->source = t->open(&d->url, d->xfer, may_join(d) ? d->at_bytes : 0);
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
	int compare = !d->xfer->same && !d->xfer->hashed_later;
	sha256_ctx_t hash;
	char *buf;
	ssize_t n = 0;

	if (left_bytes == 0)
		return 0;
	if (compare && d->hashing <= 0)
		return px_transfer_fail(d->xfer, d->source, PX_DATA,
				"changed on the server since the first bytes came");
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
		return px_transfer_fail(d->xfer, d->source, PX_DATA, "not the file that the first bytes came from");
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

/* The file's size as this try tells it: the same as before, if it was known when the first bytes came. */
static int check_total(struct download *d, off_t before_bytes)
{
	off_t now_bytes = d->xfer->total_bytes = whole_total(d, before_bytes >= 0 ? before_bytes : d->want.size_bytes);

	if (d->at_bytes > 0 && before_bytes >= 0) {
		if (now_bytes >= 0 && now_bytes != before_bytes)
			return px_transfer_fail(d->xfer, d->source, PX_DATA,
					"changed on the server: %"OFF_FMT"u bytes, was %"OFF_FMT"u",
					now_bytes, before_bytes);
		d->xfer->total_bytes = before_bytes;
	}
	return check_size(d, d->xfer->total_bytes);
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
	if (check_total(d, before_bytes) < 0)
		return -1;
	decide_hashing(d);
	d->xfer->may_renew = d->hashing || d->xfer->hashed_later;
	return skip_given(d);
}

/* Counts what one read gave; n as from px_stream_read. buf: NULL when it went into a pipe. */
static ssize_t count(struct download *d, const void *buf, ssize_t n)
{
	if (n < 0)
		return n;
	if (n == 0) {
		if (d->xfer->total_bytes >= 0 && d->at_bytes != d->xfer->total_bytes)
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
	d->xfer->validator[0] = '\0';
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
		bb_error_msg("%s: %s; trying again in %u s", shown(d), d->xfer->reason, d->pause_ms / 1000);
		msleep(d->pause_ms);
		d->pause_ms = MIN(d->pause_ms * 2, PAUSE_MAX_MS);
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

static void FAST_FUNC download_close(struct px_stream *s)
{
	struct download *d = (struct download *)s;

	px_stream_close(d->source);
	px_net_drop(d->xfer);
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
	if (want->offset_bytes > 0)
		d->hashing = !xfer->hashed_later;
	xfer->total_bytes = -1;
	return &d->s;
}
