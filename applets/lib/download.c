/*
 * Tries, resume, mirrors. See download.h.
 */
//kbuild:lib-$(CONFIG_PX_FETCH) += download.o

#include "libbb.h"
#include "lib/download.h"

enum { PAUSE_FIRST_MS = 1000, PAUSE_MAX_MS = 30000, PROGRESS_BYTES = 1024 * 1024 };

struct download {
	struct px_stream s;
	struct px_job *job;
	struct px_download_want want;
	struct px_stream *source;    /* NULL: to be opened */
	struct px_url url;           /* of the mirror at hand; valid when url.scheme */
	char *const *mirror;
	unsigned failures;           /* of this mirror in a row */
	unsigned pause_ms;
	off_t at_bytes;              /* given so far, offset included */
	off_t try_bytes;             /* at_bytes when this try began */
};

/* Filled by PX_TRANSPORT; weak, because without any transport there is no such section. */
extern const struct px_transport *const __start_px_transports[] __attribute__ ((weak));
extern const struct px_transport *const __stop_px_transports[] __attribute__ ((weak));

static const struct px_transport *find_transport(const char *scheme)
{
	const struct px_transport *const *t;

	for (t = __start_px_transports; t < __stop_px_transports; t++)
		if (strcmp((*t)->scheme, scheme) == 0)
			return *t;
	return NULL;
}

/* Begins with the mirror at hand. Returns 0, -1. */
static int use_mirror(struct download *d)
{
	const char *why = px_url_parse(&d->url, *d->mirror);

	d->failures = 0;
	d->pause_ms = PAUSE_FIRST_MS;
	d->job->validator[0] = '\0';
	if (why)
		return px_job_fail(d->job, &d->s, PX_USAGE, "not a URL: %s", why);
	return 0;
}

static int open_source(struct download *d)
{
	const struct px_transport *t;

	if (!d->url.scheme && use_mirror(d) < 0)
		return -1;
	t = find_transport(d->url.scheme);
	if (!t)
		return px_job_fail(d->job, &d->s, PX_USAGE, "%s: is not compiled in", d->url.scheme);
	d->try_bytes = d->at_bytes;
	d->source = t->open(&d->url, d->job, d->at_bytes);
	return d->source->status == PX_OK ? 0 : -1;
}

/* Reads and drops what has been given already. */
static int skip(struct download *d, off_t len_bytes)
{
	char buf[4096];

	while (len_bytes > 0) {
		ssize_t n = px_stream_read(d->source, buf, MIN(len_bytes, (off_t)sizeof(buf)));
		if (n < 0)
			return -1;
		if (n == 0)
			return px_job_fail(d->job, d->source, PX_DATA, "shorter than what has been fetched already");
		len_bytes -= n;
	}
	return 0;
}

static int check_size(struct download *d)
{
	if (d->want.size_bytes >= 0 && d->job->total_bytes >= 0 && d->job->total_bytes != d->want.size_bytes)
		return px_job_fail(d->job, d->source, PX_DATA, "wrong size: %"OFF_FMT"u bytes, want %"OFF_FMT"u",
				d->job->total_bytes, d->want.size_bytes);
	return 0;
}

/* One read of one try. Returns as px_stream_read; after -1 the reason is in the job, nothing printed. */
static ssize_t read_once(struct download *d, void *buf, size_t len_bytes)
{
	ssize_t n;

	if (!d->source) {
		if (open_source(d) < 0 || check_size(d) < 0 || skip(d, d->at_bytes - d->job->start_bytes) < 0)
			return -1;
	}
	n = px_stream_read(d->source, buf, len_bytes);
	if (n > 0)
		d->at_bytes += n;
	if (n == 0 && d->job->total_bytes >= 0 && d->at_bytes != d->job->total_bytes)
		return px_job_fail(d->job, d->source, PX_PROTOCOL, "cut short: %"OFF_FMT"u bytes of %"OFF_FMT"u",
				d->at_bytes, d->job->total_bytes);
	return n;
}

static void say(struct download *d, const char *next)
{
	if (!d->want.quiet)
		bb_error_msg("%s: %s; %s", d->url.shown ? d->url.shown : "URL", d->job->reason, next);
}

/* After a failed try: waits for the next one. Returns 0; -1: there is none, the last line is printed. */
static int next_try(struct download *d)
{
	enum px_status status = d->source ? d->source->status : d->s.status;
	char next[64];

	px_stream_close(d->source);
	d->source = NULL;
	d->s.status = PX_OK;
	if (d->at_bytes - d->try_bytes >= PROGRESS_BYTES) {
		d->failures = 0;
		d->pause_ms = PAUSE_FIRST_MS;
	}
	d->failures++;
	if (d->job->again && (d->want.tries == 0 || d->failures < d->want.tries)) {
		sprintf(next, "trying again in %u s", d->pause_ms / 1000);
		say(d, next);
		msleep(d->pause_ms);
		d->pause_ms = MIN(d->pause_ms * 2, PAUSE_MAX_MS);
		return 0;
	}
	if (d->mirror[1]) {
		say(d, "trying the next mirror");
		px_url_free(&d->url);
		d->mirror++;
		return 0;
	}
	return px_stream_fail(&d->s, status, "%s: %s", d->url.shown ? d->url.shown : "URL", d->job->reason);
}

static ssize_t FAST_FUNC download_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct download *d = (struct download *)s;
	ssize_t n;

	while ((n = read_once(d, buf, len_bytes)) < 0)
		if (next_try(d) < 0)
			return -1;
	return n;
}

static void FAST_FUNC download_close(struct px_stream *s)
{
	struct download *d = (struct download *)s;

	px_stream_close(d->source);
	px_url_free(&d->url);
}

struct px_stream* FAST_FUNC px_download_open(struct px_job *job, const struct px_download_want *want)
{
	struct download *d = xzalloc(sizeof(*d));

	d->s.read = download_read;
	d->s.close = download_close;
	d->job = job;
	d->want = *want;
	d->mirror = want->urls;
	d->at_bytes = want->offset_bytes;
	job->total_bytes = -1;
	return &d->s;
}
