/*
 * pxfetch: gets one file from the first mirror that has it, and proves that it has all of it.
 */
//applet:IF_PX_FETCH(APPLET(pxfetch, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_FETCH) += pxfetch.o
//usage:#define pxfetch_trivial_usage
//usage:       "[-qc] [-O FILE] [-t TRIES] [-T SEC] [-b BLKSIZE] [-w WINDOW]\n"
//usage:       "	[-s BYTES] [-H sha256:HEX] [-p FD] URL..."
//usage:#define pxfetch_full_usage "\n\n"
//usage:       "Get one file from the first mirror that has it, and prove that all of it came\n"
//usage:     "\n	-O FILE	Write to FILE, - is stdout (default: the URL's last part)"
//usage:     "\n	-c	Continue FILE.part"
//usage:     "\n	-t N	Tries for each mirror (default 5), inf: for ever"
//usage:     "\n	-T SEC	Give up a try after SEC of silence (default 20), or when less than"
//usage:     "\n		1 KiB/s came in 3*SEC"
//usage:     "\n	-b N	TFTP block size (default: what fits the MTU)"
//usage:     "\n	-w N	TFTP window size"
//usage:     "\n	-s SIZE	The file must have this size"
//usage:     "\n	-H SUM	The file must have this SHA-256"
//usage:     "\n	-p FD	Write progress lines to FD"
//usage:     "\n	-q	Quiet"
//usage:     "\nURL: tftp://HOST[:PORT]/NAME, http://[USER:PASS@]HOST[:PORT]/PATH, file:PATH, PATH"
//usage:     "\nExit: 0 all there, 1 other, 2 usage, 3 local I/O, 4 network, 5 authentication,"
//usage:     "\n7 protocol, 8 the server said no, 9 wrong size or hash"
#include "libbb.h"
#include "lib/check.h"
#include "lib/download.h"
#include "lib/progress.h"

enum { BUFFER_BYTES = 256 * 1024 };

struct fetch {
	struct px_job job;
	struct px_download_want want;
	struct px_digest digest;
	struct px_progress progress;
	const char *file;      /* NULL: stdout */
	char *part;            /* file.part */
	int fd;
	off_t done_bytes;
};

static void NORETURN usage_error(const char *what, const char *value)
{
	bb_error_msg("%s: %s", what, value);
	xfunc_error_retval = PX_USAGE;
	xfunc_die();
}

/* The URL's last part; for -O that is missing. */
static char *default_name(const char *text)
{
	struct px_url url;
	const char *why = px_url_parse(&url, text);
	char *name;

	if (why)
		usage_error("not a URL", why);
	name = xstrndup(url.path, strcspn(url.path, strcmp(url.scheme, "http") == 0 ? "?" : ""));
	px_url_free(&url);
	percent_decode_in_place(name, 0);
	name = bb_get_last_path_component_nostrip(name);
	if (!name[0] || LONE_CHAR(name, '.') || strcmp(name, "..") == 0)
		usage_error("the URL names no file", "use -O");
	return name;
}

static void parse_options(struct fetch *f, char **argv, int *progress_fd, int *quiet)
{
	const char *file = NULL, *tries = "5", *silence = "20", *blksize = NULL, *window = NULL, *size = NULL, *hash = NULL,
			*fd = NULL;
	unsigned flags = getopt32(argv, "^" "qcO:t:T:b:w:s:H:p:" "\0" "-1", &file, &tries, &silence, &blksize, &window, &size,
			&hash, &fd);

	*quiet = flags & 1;
	f->want.quiet = 0;
	f->want.urls = argv + optind;
	f->want.tries = strcmp(tries, "inf") == 0 ? 0 : xatou_range(tries, 1, INT_MAX);
	f->job.silence_ms = xatou_range(silence, 1, 24 * 60 * 60) * 1000;
	if (blksize)
		f->job.blksize_bytes = xatou_range(blksize, 8, 65464);
	if (window)
		f->job.window_blocks = xatou_range(window, 1, 65535);
	f->want.size_bytes = size ? (off_t)xatoull_range_sfx(size, 0, LLONG_MAX, kmg_i_suffixes) : -1;
	if (hash && px_digest_parse(&f->digest, hash) < 0)
		usage_error("not a SHA-256 (sha256: and 64 hex digits)", hash);
	f->job.proven_later = size || hash;
	*progress_fd = fd ? (int)xatou_range(fd, 0, INT_MAX) : -1;
	if (!file)
		file = default_name(f->want.urls[0]);
	f->file = LONE_DASH(file) ? NULL : file;
}

static void open_output(struct fetch *f)
{
	f->fd = STDOUT_FILENO;
	if (!f->file)
		return;
	f->part = xasprintf("%s.part", f->file);
	xfunc_error_retval = PX_IO;
	f->fd = xopen(f->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
}

static enum px_status finish_output(struct fetch *f)
{
	if (!f->file)
		return PX_OK;
	if (fsync(f->fd) < 0 || close(f->fd) < 0) {
		bb_perror_msg("%s", f->part);
		return PX_IO;
	}
	if (rename(f->part, f->file) < 0) {
		bb_perror_msg("cannot rename %s", f->part);
		return PX_IO;
	}
	return PX_OK;
}

static enum px_status drain(struct fetch *f, struct px_stream *s)
{
	char *buf = xmalloc(BUFFER_BYTES);
	ssize_t n;

	while ((n = px_stream_read(s, buf, BUFFER_BYTES)) > 0) {
		if (full_write(f->fd, buf, n) != n) {
			bb_perror_msg("cannot write %s", f->part ? f->part : "to stdout");
			return PX_IO;
		}
		f->done_bytes += n;
		f->progress.total_bytes = MAX(f->job.total_bytes, 0);
		f->progress.busy_ms[PX_BUSY_NET] += f->job.wait_ms;
		f->job.wait_ms = 0;
		px_progress_update(&f->progress, f->done_bytes);
	}
	return n < 0 ? s->status : PX_OK;
}

int pxfetch_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxfetch_main(int argc UNUSED_PARAM, char **argv)
{
	struct fetch *f = xzalloc(sizeof(*f));
	struct px_stream *s;
	enum px_status status;
	int progress_fd, quiet;

	xfunc_error_retval = PX_USAGE;
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is a message and a status */
	parse_options(f, argv, &progress_fd, &quiet);
	open_output(f);
	px_progress_init(&f->progress, "fetch", MAX(f->want.size_bytes, 0), progress_fd, quiet);
	f->progress.stages = 1;
	s = px_download_open(&f->job, &f->want);
	s = px_check_open(s, f->want.urls[0], f->want.size_bytes, &f->digest);
	status = drain(f, s);
	px_progress_end(&f->progress, f->done_bytes);
	px_stream_close(s);
	if (status == PX_OK)
		status = finish_output(f);
	return status;
}
