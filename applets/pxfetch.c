/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxfetch: gets one file from the first mirror that has it, and proves that it has all of it.
 */
//applet:IF_PX_FETCH(APPLET(pxfetch, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_FETCH) += pxfetch.o
//usage:#define pxfetch_trivial_usage
//usage:       "[-qcj] [-O FILE] [-t TRIES] [-T SEC] [-b BLKSIZE] [-w WINDOW]\n"
//usage:       "	[-s BYTES] [-H sha256:HEX] [-p FD]" IF_PX_FETCH_RANGES(" [-R FD]")
//usage:       IF_PX_TRANSPORT_HTTPS(" [-C CA]") " URL..."
//usage:#define pxfetch_full_usage "\n\n"
//usage:       "Get one file from the first mirror that has it, and prove that all of it came\n"
//usage:     "\n	-O FILE	Write to FILE, - is stdout (default: the URL's last part);"
//usage:     "\n		FILE.part until it is complete"
//usage:     "\n	-c	Continue FILE.part"
//usage:     "\n	-j	What reads me proves the whole: parts may be joined unproven"
//usage:     "\n	-t N	Tries for each mirror (default 5), inf: for ever; one that"
//usage:     "\n		brought 1 MiB does not count"
//usage:     "\n	-T SEC	A try fails after SEC of silence (default 20), or when less"
//usage:     "\n		than 1 KiB/s came in 3*SEC of waiting"
//usage:     "\n	-b N	TFTP block size (default: what fits the MTU)"
//usage:     "\n	-w N	TFTP window size in blocks (default 64)"
//usage:     "\n	-s SIZE	The file must have this size (suffixes k, M, G)"
//usage:     "\n	-H SUM	The file must have this SHA-256"
//usage:     "\n	-p FD	Write progress lines to FD; after a failure why=KEYWORD"
//usage:	IF_PX_FETCH_RANGES(
//usage:     "\n	-R FD	Deliver only what is asked for on FD: lines START-END, first and"
//usage:     "\n		last byte of the decoded image; the URL is a .zst with a seek table"
//usage:	)
//usage:	IF_PX_TRANSPORT_HTTPS(
//usage:     "\n	-C CA	Certificates that https is held against"
//usage:     "\n		(default /etc/px/ca.pem)"
//usage:	)
//usage:     "\n	-q	No progress on the terminal"
//usage:     "\n"
//usage:     "\nURL: tftp://HOST[:PORT]/NAME, http[s]://[USER:PASS@]HOST[:PORT]/PATH, file:PATH, PATH"
//usage:	IF_PX_TRANSPORT_UDPCAST(", udpcast://SERVER[:PORT] before others, with -H or -j")
//usage:     "\n"
//usage:     "\nExit status: 0 all there, 1 other, 2 usage, 3 local I/O, 4 network, 5 password or"
//usage:     "\ncertificate, 7 protocol, 8 the server said no, 9 wrong size or hash, or changed on the server"
#include "libbb.h"
#include "verify/check.h"
#include "fetch/download.h"
#include "fetch/output.h"
#include "fetch/ranges.h"
#include "lib/fd.h"
#include "lib/progress.h"
#include "lib/state.h"
#include "lib/text.h"

enum { BUFFER_BYTES = 256 * 1024, BEGIN_AGAIN_MAX = 3 };

struct globals {
	struct px_transfer xfer;
	struct px_download_want want;
	struct px_digest digest;
	struct px_progress progress;
	struct px_output output;
	struct px_stream *download;
	char **urls;                /* all mirrors; want.urls may begin with a later one */
	smallint output_failed;
	const char *file;           /* NULL: stdout */
	smallint go_on;             /* -c */
	int ranges_fd;              /* -R; -1: all of the file is wanted */
};
#define G (*ptr_to_globals)

static void NORETURN usage_error(const char *what, const char *why)
{
	bb_error_msg("%s: %s", what, why);
	xfunc_error_retval = PX_USAGE;
	xfunc_die();
}

/* Every URL must be one before anything is done. Returns what to call the first: no password in it. */
static char *check_urls(char *const *urls)
{
	char *shown = NULL;
	smallint alone = 1;

	for (; *urls; urls++) {
		struct px_url url;
		const char *why = px_url_parse(&url, *urls);
		if (why)
			usage_error(strpbrk(*urls, "@%") ? "URL" : px_text_clean_copy(*urls), why);
		if (!shown)
			shown = xstrdup(url.shown);
		alone &= px_url_is_multicast(*urls);
		px_url_free(&url);
	}
	if (alone)
		usage_error(shown, "multicast is never the only mirror: name one by HTTP behind it");
	return shown;
}

/* The URL's last part, for when -O is missing. */
static char *default_name(const char *text)
{
	struct px_url url;
	char *name;

	px_url_parse(&url, text);
	name = xstrdup(url.path);
	if (is_prefixed_with(url.scheme, "http")) {
		*strchrnul(name, '?') = '\0';
		percent_decode_in_place(name, 0);
	}
	px_url_free(&url);
	name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	if (!name[0] || DOT_OR_DOTDOT(name))
		usage_error("the URL names no file", "use -O FILE");
	return name;
}

/* An option's value, which is never printed: where a value was forgotten it is the URL, maybe with a password in it. */
static unsigned long long number(const char *option, const char *text, unsigned long long least,
		unsigned long long most)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (LONE_CHAR(end, 'k') || LONE_CHAR(end, 'M') || LONE_CHAR(end, 'G')) {
		unsigned shift = *end == 'k' ? 10 : *end == 'M' ? 20 : 30;
		if (value > ULLONG_MAX >> shift)
			errno = ERANGE;
		value <<= shift;
		end++;
	}
	if (!isdigit((unsigned char)text[0]) || *end || errno || value < least || value > most)
		usage_error(option, xasprintf("not a number from %llu to %llu", least, most));
	return value;
}

/* What is asked for goes to whoever asked, piece by piece: there is no file that could be continued. */
static void parse_ranges(struct globals *f, const char *fd)
{
	f->ranges_fd = fd ? px_fd_parse(fd) : -1;
	if (fd && f->ranges_fd < 0)
		usage_error("-R", "not the number of an open file");
	if (!fd)
		return;
	if (f->go_on || (f->file && !LONE_DASH(f->file)))
		usage_error("-R", "what is asked for goes to standard output: neither -c nor -O");
	f->file = "-";
}

static void parse_options(struct globals *f, char **argv)
{
	const char *tries = "5", *silence = "20", *blksize = "0", *window = "0", *size = NULL, *hash = NULL, *fd = NULL;
	const char *ranges = NULL;
	unsigned flags = getopt32(argv, "^" "qcjO:t:T:b:w:s:H:p:C:" IF_PX_FETCH_RANGES("R:") "\0" "-1", &f->file,
			&tries, &silence, &blksize, &window, &size, &hash, &fd,
			&f->xfer.ca_file IF_PX_FETCH_RANGES(, &ranges));

	f->progress.fd = fd ? px_fd_parse(fd) : -1;
	if (fd && f->progress.fd < 0)
		usage_error("-p", xstrdup("not the number of an open file"));
	f->go_on = (flags & 2) != 0;
	f->want.urls = f->urls = argv + optind;
	f->want.tries = strcmp(tries, "inf") == 0 ? 0 : number("-t", tries, 1, INT_MAX);
	f->xfer.silence_ms = number("-T", silence, 1, 24 * 60 * 60) * 1000;
	f->xfer.blksize_bytes = LONE_CHAR(blksize, '0') ? 0 : number("-b", blksize, 8, 65464);
	f->xfer.window_blocks = LONE_CHAR(window, '0') ? 0 : number("-w", window, 1, 65535);
	f->want.size_bytes = size ? (off_t)number("-s", size, 0, LLONG_MAX) : -1;
	if (hash && px_digest_parse(&f->digest, hash) < 0)
		usage_error("-H: not a SHA-256", "want sha256: and 64 hex digits");
	f->xfer.proven_later = size || hash;
	f->xfer.may_join = hash || (flags & 4);
	parse_ranges(f, ranges);
	px_progress_init(&f->progress, "fetch", MAX(f->want.size_bytes, 0), f->progress.fd, flags & 1);
	f->progress.stages = 1;
}

/* Counts n bytes that went out. */
static void account(struct globals *f, ssize_t n)
{
	f->output.at_bytes += n;
	f->progress.total_bytes = MAX(f->xfer.total_bytes, 0);
	f->progress.busy_ms[PX_BUSY_NET] += f->xfer.wait_ms;
	f->xfer.wait_ms = 0;
	f->progress.source = px_download_source(f->download);
	px_progress_mirror(&f->progress, f->want.urls - f->urls + px_download_mirror(f->download));
	px_progress_update(&f->progress, f->output.at_bytes);
}

/* What FILE.part is of from here on: the mirror that gives the bytes now, if all of them are known to be its. */
static int remember(struct globals *f)
{
	return px_output_remember(&f->output, f->want.urls[px_download_mirror(f->download)],
			px_download_joined(f->download) ? NULL : &f->xfer.validator);
}

/* n: as from a px_output_ function. */
static int put(struct globals *f, int n)
{
	f->output_failed |= n < 0;
	return n;
}

/* Some bytes from the stream to the output, by way of a pipe where the transport can (and no hash wants to see them).
 * Returns as px_stream_read; -1 with PX_OK in s->status: the output failed. */
static ssize_t pass(struct globals *f, struct px_stream *s, char *buf)
{
	ssize_t n = PX_SPLICE_NOT;

	if (s == f->download && f->output.pipe_fd >= 0)
		n = px_download_splice(s, f->output.pipe_fd, PX_OUTPUT_PIPE_BYTES);
	if (n > 0)
		return put(f, remember(f)) < 0 || put(f, px_output_piped(&f->output, n)) < 0 ? -1 : n;
	if (n != PX_SPLICE_NOT)
		return n;
	n = px_stream_read(s, buf, BUFFER_BYTES);
	if (n > 0 && (put(f, remember(f)) < 0 || put(f, px_output_write(&f->output, buf, n)) < 0))
		return -1;
	return n;
}

static enum px_status drain(struct globals *f, struct px_stream *s)
{
	char *buf = xmalloc(BUFFER_BYTES);
	ssize_t n;

	while ((n = pass(f, s, buf)) > 0)
		account(f, n);
	free(buf);
	if (n == 0)
		return PX_OK;
	return s->status != PX_OK ? s->status : PX_IO;
}

/* One download of the whole file, or of what is missing of it. Sets *mirror to the one that gave the last bytes, and
 * *joined when parts are in it that nothing had proven to be of one file. */
static enum px_status fetch_once(struct globals *f, const char *name, unsigned *mirror, int *joined)
{
	struct px_stream *s;
	enum px_status status;

	f->want.offset_bytes = f->output.at_bytes;
	f->want.prefix = f->output.at_bytes > 0 ? &f->output.prefix : NULL;
	s = f->download = px_download_open(&f->xfer, &f->want);
	if (f->digest.known)
		s = px_check_resume(s, name, -1, &f->digest, f->want.prefix);
	status = drain(f, s);
	*mirror = px_download_mirror(f->download);
	*joined = px_download_joined(f->download);
	px_stream_close(s);
	return status;
}

/* A file with wrong bytes in it, or one that changed on the server, can be begun again: from the same mirror if that
 * has not given all of it by itself, else from the next ones. */
static enum px_status fetch(struct globals *f, const char *name)
{
	enum px_status status;
	unsigned mirror, again = 0;
	int joined;

	while (1) {
		smallint continued = f->output.at_bytes > 0;
		status = fetch_once(f, name, &mirror, &joined);
		if (status != PX_DATA || !f->output.part)
			return status;
		px_output_reset(&f->output);
		memset(&f->xfer.validator, 0, sizeof(f->xfer.validator));
		if (again++ < BEGIN_AGAIN_MAX && (continued || joined || f->xfer.changed)) {
			bb_error_msg("%s: beginning again without what was there", name);
			f->want.urls += mirror;
			continue;
		}
		f->want.urls += mirror + 1;
		if (!f->want.urls[0])
			return status;
		bb_error_msg("%s: beginning again with the next mirror", name);
	}
}

/* -R: what is asked for; or all of the file instead, and why in whole= of -p. */
static enum px_status fetch_ranges(struct globals *f, const char *name)
{
	struct px_ranges r;
	enum px_status status;

	memset(&r, 0, sizeof(r));
	r.asks.fd = f->ranges_fd;
	r.urls = f->want.urls;
	r.tries = f->want.tries;
	r.xfer = &f->xfer;
	r.output = &f->output;
	r.progress = &f->progress;
	status = px_ranges_deliver(&r);
	f->output_failed |= r.output_failed;
	if (status != PX_OK || !r.whole) {
		f->output.at_bytes = r.out_bytes;
		return status;
	}
	px_state_line(f->progress.fd, "whole", r.whole);
	return fetch(f, name);
}

/* What -p says of a failure. A reader that has gone has a reason of its own, which counts more for who started both. */
static const char *why(void)
{
	if (G.output_failed)
		return "output";
	if (xfunc_error_retval == PX_DATA && G.xfer.changed)
		return "changed";
	return px_transfer_why(xfunc_error_retval, G.xfer.distrusts);
}

/* BusyBox calls it at every end, the good one too. */
static void say_end(void)
{
	if (xfunc_error_retval != PX_OK)
		px_state_line(G.progress.fd, "why", why());
}

/* Whoever reads from us must not take what has come for all of it. A second signal ends us even if nobody reads. */
static void on_signal(int sig)
{
	signal(sig, SIG_DFL);
	sig_unblock(sig);
	px_output_spoil(&G.output);
	px_state_line(G.progress.fd, "why", "aborted");
	kill_myself_with_sig(sig);
}

static void catch_signals(void)
{
	static const uint8_t deadly[] ALIGN1 = { SIGHUP, SIGINT, SIGTERM };
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(deadly); i++)
		if (signal(deadly[i], on_signal) == SIG_IGN)
			signal(deadly[i], SIG_IGN); /* nohup */
}

int pxfetch_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxfetch_main(int argc UNUSED_PARAM, char **argv)
{
	struct globals *f = xzalloc(sizeof(*f));
	enum px_status status;
	char *name;

	SET_PTR_TO_GLOBALS(f);
	px_fd_keep_standard();
	f->progress.fd = -1;
	die_func = say_end;
	xfunc_error_retval = PX_USAGE;
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is a message and a status */
	parse_options(f, argv);
	name = check_urls(f->want.urls);
	if (!f->file)
		f->file = default_name(f->want.urls[0]);
	if (LONE_DASH(f->file))
		f->file = NULL;
	if (put(f, px_output_open(&f->output, f->file)) < 0)
		return PX_IO;
	catch_signals();
	if (f->go_on && put(f, px_output_resume(&f->output, f->want.urls[0], &f->xfer.validator)) < 0)
		return PX_IO;
	status = ENABLE_PX_FETCH_RANGES && f->ranges_fd >= 0 ? fetch_ranges(f, name) : fetch(f, name);
	px_progress_end(&f->progress, f->output.at_bytes);
	if (px_output_close(&f->output, status == PX_OK) < 0 && status == PX_OK) {
		f->output_failed = 1;
		status = PX_IO;
	}
	return status;
}
