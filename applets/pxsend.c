/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pxsend: puts one file on an HTTP server, and proves that it is there, whole: the mirror image of pxfetch.
 *
 * The server's word is not taken for it: what it stored is read back, and its SHA-256 compared with that of what was
 * sent.
 */
//applet:IF_PX_SEND(APPLET(pxsend, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_SEND) += pxsend.o
//usage:#define pxsend_trivial_usage
//usage:       "[-qV] [-T SEC] [-p FD] [-c FD]" IF_PX_TRANSPORT_HTTPS(" [-C CA]") " [-i FILE] URL"
//usage:#define pxsend_full_usage "\n\n"
//usage:       "Put stdin on an HTTP server (PUT), read it back and compare\n"
//usage:     "\n	-i FILE		Send FILE instead of stdin; tried up to 5 times"
//usage:     "\n	-V		Do not read it back"
//usage:     "\n	-T SEC		Give up after SEC of silence (default 20)"
//usage:	IF_PX_TRANSPORT_HTTPS(
//usage:     "\n	-C CA		Certificates that https is held against"
//usage:     "\n			(default /etc/px/ca.pem)"
//usage:	)
//usage:     "\n	-c FD		Do not end the file before FD says: commit"
//usage:     "\n	-q		Quiet"
//usage:     "\n	-p FD		Write progress lines to FD"
//usage:     "\n"
//usage:     "\nExit status: 0 it is there, whole, 2 usage, 3 cannot read, 4 network, 5 password or"
//usage:     "\ncertificate, 7 protocol, 8 the server said no, 9 what is there is not what was sent"
#include "libbb.h"
#include "fetch/download.h"
#include "lib/fd.h"
#include "lib/progress.h"
#include "lib/state.h"
#include "lib/text.h"
#include "transport/http_put.h"
#include "verify/check.h"
#include "verify/sha256.h"
#include "write/commit.h"
#include "write/source.h"

enum { BUFFER_BYTES = 256 * 1024, TRIES = 5, PAUSE_MAX_S = 60 };

struct globals {
	unsigned silence_ms;
	const char *file;          /* NULL: standard input */
	const char *ca_file;       /* NULL: PX_CA_FILE */
	char *text;                /* of the URL */
	struct px_url url;
	struct px_progress progress;
	int progress_fd, commit_fd;
	smallint quiet, unread, distrusts;
	off_t sent_bytes;
	uint8_t sha256[32];
};
#define G (*ptr_to_globals)

/* BusyBox calls it at every end, the good one too. */
static void at_end(void)
{
	if (xfunc_error_retval != PX_OK)
		px_state_line(G.progress_fd, "why", px_transfer_why(xfunc_error_retval, G.distrusts));
}

static void parse_options(char **argv)
{
	char *silence = NULL, *fd = NULL, *commit = NULL;
	unsigned opts = getopt32(argv, "^qVT:p:i:C:c:" "\0" "=1", &silence, &fd, &G.file, &G.ca_file, &commit);
	const char *problem;

	G.quiet = opts & 1;
	G.unread = !!(opts & 2);
	G.silence_ms = (silence ? xatou_range(silence, 1, 24 * 60 * 60) : 20) * 1000;
	G.progress_fd = fd ? px_fd_parse(fd) : -1;
	if (fd && G.progress_fd < 0)
		bb_perror_msg_and_die("-p %s", fd);
	G.commit_fd = commit ? px_fd_parse(commit) : -1;
	if (commit && G.commit_fd < 0)
		bb_perror_msg_and_die("-c %s", commit);
	G.text = argv[optind];
	problem = px_url_parse(&G.url, G.text);
	if (problem)
		bb_error_msg_and_die("URL: %s", problem);
	if (!px_transport_find(G.url.scheme) || !is_prefixed_with(G.url.scheme, "http"))
		bb_error_msg_and_die("%s: only http:%s URLs are sent to", G.url.shown,
				ENABLE_PX_TRANSPORT_HTTPS ? " and https:" : "");
	if (is_suffixed_with(G.url.path, "/"))
		bb_error_msg_and_die("%s: names a folder, not a file", G.url.shown);
}

/* --- sending */

/* Everything that source has. An input that fails leaves the body without its end: the server keeps nothing. */
static enum px_status send_body(struct px_stream *put, struct px_stream *source)
{
	char *buf = xmalloc(BUFFER_BYTES);
	sha256_ctx_t hash;
	ssize_t n;

	sha256_begin(&hash);
	G.sent_bytes = 0;
	while (put->status == PX_OK && (n = px_stream_read(source, buf, BUFFER_BYTES)) > 0) {
		px_sha256_hash(&hash, buf, n);
		if (px_http_put_write(put, buf, n) == 0)
			G.sent_bytes += n;
		px_progress_update(&G.progress, G.sent_bytes);
	}
	sha256_end(&hash, G.sha256);
	free(buf);
	if (source->status == PX_OK && put->status == PX_OK && !G.sent_bytes && px_source_size_bytes(source) < 0) {
		bb_simple_error_msg("standard input: empty: whoever writes to it has failed");
		return PX_DATA;
	}
	if (source->status != PX_OK || put->status != PX_OK)
		return source->status != PX_OK ? source->status : put->status;
	if (G.commit_fd >= 0 && px_commit_wait(G.commit_fd) != 0) {
		bb_simple_error_msg("whoever made the file has not said that it is whole: nothing is stored");
		return PX_DATA;
	}
	px_http_put_end(put);
	return put->status;
}

/* One try. *again: the server may do better later, and so can we: a pipe cannot be read twice. */
static enum px_status send_once(int *again, unsigned *pause_s)
{
	struct px_transfer xfer = { .silence_ms = G.silence_ms, .total_bytes = -1, .ca_file = G.ca_file };
	struct px_stream *source = px_source_open(G.file, G.file ? G.file : "standard input");
	struct px_stream *put;
	enum px_status status;
	off_t body_bytes;

	*again = 0;
	if (!source)
		return PX_IO;
	body_bytes = px_source_size_bytes(source);
	px_progress_init(&G.progress, "send", MAX(body_bytes, 0), G.progress_fd, G.quiet);
	put = px_http_put_open(&G.url, &xfer, body_bytes);
	status = put->status == PX_OK ? send_body(put, source) : put->status;
	px_progress_end(&G.progress, G.sent_bytes);
	if (put->status != PX_OK) {
		bb_error_msg("%s: %s", G.url.shown, xfer.reason);
		G.distrusts = xfer.distrusts;
		*again = xfer.again && G.file && body_bytes >= 0;
		*pause_s = xfer.pause_s;
	}
	px_stream_close(put);
	px_stream_close(source);
	return status;
}

static enum px_status send_file(void)
{
	enum px_status status;
	unsigned tries = 0, pause_s;
	int again;

	while ((status = send_once(&again, &pause_s)) != PX_OK && again && ++tries < TRIES) {
		pause_s = MIN(MAX(pause_s, 1u << (tries - 1)), PAUSE_MAX_S);
		bb_error_msg("%s: again in %u s (try %u of %u)", G.url.shown, pause_s, tries + 1, TRIES);
		sleep(pause_s);
	}
	return status;
}

/* --- reading back */

static enum px_status read_back(void)
{
	struct px_transfer xfer = { .silence_ms = G.silence_ms, .total_bytes = -1, .proven_later = 1, .may_join = 1,
		.ca_file = G.ca_file };
	char *const urls[] = { G.text, NULL };
	struct px_download_want want = { .urls = urls, .tries = TRIES, .size_bytes = -1 };
	struct px_digest digest = { .known = 1 };
	struct px_stream *s;
	enum px_status status;
	char *buf = xmalloc(BUFFER_BYTES);
	off_t bytes = 0;
	ssize_t n;

	memcpy(digest.sha256, G.sha256, 32);
	s = px_check_open(px_download_open(&xfer, &want), "what the server has now", G.sent_bytes, &digest);
	px_progress_init(&G.progress, "verify", G.sent_bytes, G.progress_fd, G.quiet);
	while ((n = px_stream_read(s, buf, BUFFER_BYTES)) > 0)
		px_progress_update(&G.progress, bytes += n);
	px_progress_end(&G.progress, bytes);
	status = s->status;
	px_stream_close(s);
	free(buf);
	return status;
}

int pxsend_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxsend_main(int argc UNUSED_PARAM, char **argv)
{
	enum px_status status;

	SET_PTR_TO_GLOBALS(xzalloc(sizeof(G)));
	G.progress_fd = G.commit_fd = -1;
	px_fd_keep_standard();
	xfunc_error_retval = PX_USAGE;
	parse_options(argv);
	die_func = at_end;
	signal(SIGPIPE, SIG_IGN); /* of -p */
	status = send_file();
	if (status == PX_OK && !G.unread)
		status = read_back();
	if (status == PX_OK && !G.quiet)
		bb_error_msg("%s: %"OFF_FMT"u bytes %s", G.url.shown, G.sent_bytes, G.unread ? "stored, not read back"
				: "stored and read back");
	return status;
}
