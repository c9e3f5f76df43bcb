/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TFTP (RFC 1350, 2347, 2348, 2349, 7440): the clocks around tftp_state.c, above tftp_socket.c.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_TFTP) += tftp.o

#include "libbb.h"
#include "transport/net.h"
#include "transport/tftp_pace.h"
#include "transport/tftp_socket.h"
#include "transport/tftp_state.h"
#include "transport/tftp_trip.h"

enum {
	GATHER_BYTES = 128 * 1024,
	AWAY_MIN_US = 1000 * 1000,
	QUIET_MIN_US = 1000,
	REPEAT_MAX_US = 8 * 1000 * 1000,
	LOSSES_MAX = 12,                 /* windows in a row that broke off at their start: this window is too large */
	NOT_FOUND = 1, ACCESS_VIOLATION = 2, /* ERROR codes (RFC 1350, appendix) */
};

struct tftp_stream {
	struct px_stream s;
	struct px_transfer *xfer;
	struct px_tftp t;
	struct px_patience patience;
	struct px_tftp_socket socket;
	smallint plain;           /* no options are asked for */
	smallint silent;          /* the last failure is that nothing came */
	smallint repeated;        /* since the last progress */
	unsigned long long sent_us; /* when last[] went out */
	unsigned long long first_us; /* when it did so the first time */
	unsigned long long heard_us; /* when the server was heard last */
	unsigned long long away_us; /* the longest time from then to when we listened again */
	struct px_tftp_trip trip;
	unsigned repeat_us;       /* when last[] is sent again */
	unsigned losses;          /* windows in a row */
	unsigned long long window_us; /* when the first block of this window came */
	struct px_tftp_pace pace;
	const uint8_t *rest;      /* of the last block, not yet taken */
	size_t rest_bytes;
	unsigned last_len;        /* of last[]: what a time-out sends again */
	uint8_t last[PX_TFTP_REQUEST_BYTES];
	uint8_t packet[4 + PX_TFTP_BLKSIZE_MAX + 4];
};

/* libbb's monotonic_us is a system call, this one is not: it is needed several times a block. */
static unsigned long long tftp_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/* Sends last[] and notes when: the time until its answer is the round trip. */
static int tftp_send(struct tftp_stream *f, unsigned len)
{
	f->last_len = len;
	f->sent_us = tftp_clock_us();
	if (!f->repeated)
		f->first_us = f->sent_us;
	if (px_tftp_socket_send(&f->socket, f->last, len) == 0)
		return 0;
	return px_transfer_fail(f->xfer, &f->s, PX_NETWORK, "cannot send: %s", strerror(errno));
}

/* One packet of the server's into f->packet. Returns its length, 0 when timeout_us passed or it was not the server's,
 * -1. */
static ssize_t tftp_receive(struct tftp_stream *f, unsigned timeout_us)
{
	enum px_tftp_next next = f->t.gap == PX_TFTP_GAP_SEEN ? PX_TFTP_SOON : PX_TFTP_STEADY;
	ssize_t n = px_tftp_socket_receive(&f->socket, f->packet, sizeof(f->packet), timeout_us, next);
	if (n < 0)
		px_transfer_fail(f->xfer, &f->s, PX_NETWORK, "cannot reach the server: %s", strerror(errno));
	return n;
}

/* Learns from the time between an ACK and the answer to it (RFC 6298, 2). Whether that answers a repeated ACK or the
 * one before is told by the time since then: about a round trip, the repetition was needed; far less, it came too
 * early (as in RFC 3522); else nobody knows, and the back-off stays. */
static void tftp_measure(struct tftp_stream *f)
{
	int since_us = MIN(f->heard_us - f->sent_us, REPEAT_MAX_US);

	if (f->repeated && since_us < f->trip.trip_us / 2)
		since_us = MIN(f->heard_us - f->first_us, REPEAT_MAX_US);
	else if (f->repeated && since_us > 2 * f->trip.trip_us)
		return;
	f->repeat_us = px_tftp_trip_learn(&f->trip, since_us);
}

/* A window broke. Returns 0; -1: the server slows down for that, and the file is long enough to start over with a
 * smaller one. */
static int tftp_broken(struct tftp_stream *f)
{
	struct px_tftp *t = &f->t;

	if (!px_tftp_pace_broken(&f->pace, t->window_blocks, f->trip.trip_us) || !f->xfer->may_renew
			|| t->window_blocks == 1)
		return 0;
	if (t->tsize_bytes >= 0 && t->tsize_bytes - t->seen_bytes < t->seen_bytes)
		return 0;
	f->xfer->window_blocks = MAX(1, t->window_blocks / PX_TFTP_SMALLER);
	f->xfer->renew = 1;
	return px_transfer_fail(f->xfer, &f->s, PX_NETWORK,
			"blocks are lost and the server slows down: a window of %u is too large",
			t->window_blocks);
}

/* Is the last packet due to be sent again? Not as long as the server sends something, be it old: it would send all
 * that once more. Backs off, until a round trip has been measured: a server that is only slow must not be flooded
 * (RFC 6298, 5.5 to 5.7). Returns 0, -1. */
static int tftp_repeat(struct tftp_stream *f)
{
	if (tftp_clock_us() - MAX(f->sent_us, f->heard_us) < f->repeat_us)
		return 0;
	f->repeated = 1;
	if (f->t.unacked_blocks > 0 && tftp_broken(f) < 0)
		return -1;
	f->repeat_us = MIN(f->repeat_us * 2, REPEAT_MAX_US);
	/* what is in order by now is acknowledged, not what was when the window began */
	if (f->t.answered)
		px_tftp_ack(&f->t, f->last);
	return tftp_send(f, f->last_len);
}

/* Counts windows that broke off right at their start: random loss hits anywhere, a queue too short or packets that
 * always change places hit every time. Returns 0, -1. */
static int tftp_judge_window(struct tftp_stream *f, int broken)
{
	if (broken && tftp_broken(f) < 0)
		return -1;
	if (!broken || f->t.unacked_blocks > MAX(1, f->t.window_blocks / 8)) {
		f->losses = 0;
		return 0;
	}
	if (++f->losses < LOSSES_MAX || f->t.window_blocks == 1)
		return 0;
	f->xfer->window_blocks = f->t.window_blocks / 2;
	return px_transfer_fail(f->xfer, &f->s, PX_NETWORK, "too many blocks lost with a window of %u",
			f->t.window_blocks);
}

/* How long to wait for a packet: when blocks are missing, only until those behind them have stopped coming. */
static unsigned tftp_patience_us(struct tftp_stream *f)
{
	if (f->t.gap != PX_TFTP_GAP_SEEN)
		return f->repeat_us;
	return MIN(MAX((unsigned)MAX(f->trip.trip_us / 2, QUIET_MIN_US), 4 * f->pace.block_us), f->repeat_us);
}

/* Nothing came for a while. Returns 0, -1. */
static int tftp_quiet(struct tftp_stream *f)
{
	if (f->t.gap != PX_TFTP_GAP_SEEN)
		return tftp_repeat(f);
	if (tftp_judge_window(f, 1) < 0)
		return -1;
	return tftp_send(f, px_tftp_ack(&f->t, f->last));
}

/* Comes after a failure. Perhaps the server took us for dead: then the next try asks for more patience. */
static int tftp_gone(struct tftp_stream *f)
{
	if (f->away_us >= AWAY_MIN_US)
		f->xfer->away_s = MAX(f->xfer->away_s, f->away_us / 1000000 + 1);
	return -1;
}

/* Until the first block has come. */
static int tftp_is_beginning(struct tftp_stream *f)
{
	return f->t.seen_bytes == 0 && !f->t.done;
}

/* How long silence is borne. Of what there is for a first block, half is kept for a request without options. */
static unsigned tftp_limit_ms(struct tftp_stream *f)
{
	return !f->plain && tftp_is_beginning(f) ? f->xfer->silence_ms / 2 : f->xfer->silence_ms;
}

/* A server with several addresses may answer from another one than it was asked at. Who takes that takes it from
 * anybody, but the operator must know that the server is there. */
static int tftp_silence(struct tftp_stream *f)
{
	char *who = NULL;

	f->silent = 1;
	if (f->socket.stranger.ss_family)
		who = xmalloc_sockaddr2dotted_noport((struct sockaddr *)&f->socket.stranger);
	if (who)
		px_transfer_fail(f->xfer, &f->s, PX_NETWORK, "no answer from this address, but one from %s: "
				"use that address, or have the server answer from the one that it is asked at", who);
	else
		px_transfer_fail(f->xfer, &f->s, PX_NETWORK, "silence for %u seconds", f->xfer->silence_ms / 1000);
	free(who);
	return tftp_gone(f);
}

/* How long to wait for a packet: never beyond the time at which silence is too long. */
static unsigned tftp_timeout_us(struct tftp_stream *f, unsigned waited_ms)
{
	unsigned limit_ms = tftp_limit_ms(f);

	return MIN(tftp_patience_us(f), (limit_ms > waited_ms ? limit_ms - waited_ms : 1) * 1000ULL);
}

/* The next packet that means something. Returns flags of px_tftp_packet and sets *len; -1. */
static int tftp_next(struct tftp_stream *f, ssize_t *len)
{
	unsigned long long start_us = tftp_clock_us(), now_us;
	unsigned waited_ms = 0, flags;

	if (f->heard_us)
		f->away_us = MAX(f->away_us, start_us - f->heard_us);
	while (1) {
		*len = tftp_receive(f, tftp_timeout_us(f, waited_ms));
		if (*len < 0)
			return tftp_gone(f);
		flags = *len > 0 ? px_tftp_packet(&f->t, f->packet, *len) : PX_TFTP_IGNORE;
		now_us = tftp_clock_us();
		if (*len > 0)
			f->heard_us = now_us;
		waited_ms = (now_us - start_us) / 1000;
		if (flags != PX_TFTP_IGNORE)
			break;
		if (waited_ms >= tftp_limit_ms(f))
			return tftp_silence(f);
		if ((*len == 0 ? tftp_quiet(f) : tftp_repeat(f)) < 0)
			return -1;
	}
	if (px_patience_count(&f->patience, f->xfer, &f->s, waited_ms, *len) < 0)
		return -1;
	return flags;
}

/* Handles one packet. Returns PX_TFTP_ flags, -1. */
static int tftp_step(struct tftp_stream *f)
{
	ssize_t len;
	int flags = tftp_next(f, &len);

	if (flags < 0)
		return -1;
	if (flags & PX_TFTP_FAIL) {
		if (f->t.error_code)
			px_tftp_socket_error(&f->socket, f->t.error_code, f->t.reason);
		return px_transfer_fail(f->xfer, &f->s, f->t.status, "%s", f->t.reason);
	}
	if ((flags & PX_TFTP_DATA) && f->t.unacked_blocks == 1) {
		f->window_us = f->heard_us;
		if (!f->repeated || f->trip.trip_us)
			tftp_measure(f);
	}
	f->repeated &= !(flags & PX_TFTP_DATA);
	if ((flags & PX_TFTP_DATA) && f->t.unacked_blocks == f->t.window_blocks)
		px_tftp_pace_whole(&f->pace, MIN(f->heard_us - f->window_us, REPEAT_MAX_US), f->t.window_blocks);
	if (flags & PX_TFTP_ACK) {
		if (f->t.seen_bytes > 0 && tftp_judge_window(f, !(flags & PX_TFTP_DATA)) < 0)
			return -1;
		if (tftp_send(f, px_tftp_ack(&f->t, f->last)) < 0)
			return -1;
	}
	if (flags & PX_TFTP_DATA) {
		f->xfer->total_bytes = MAX(f->xfer->total_bytes, f->t.tsize_bytes);
		f->rest = f->packet + 4;
		f->rest_bytes = len - 4;
	}
	return flags;
}

/* Blocks are gathered, so that the reader is not called for every one of them. What came before a failure is given
 * first: the status that it left makes the next read fail. */
static ssize_t FAST_FUNC tftp_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct tftp_stream *f = (struct tftp_stream *)s;
	size_t got = 0;

	len_bytes = MIN(len_bytes, GATHER_BYTES);
	while (got < len_bytes) {
		size_t n = MIN(len_bytes - got, f->rest_bytes);
		if (n == 0) {
			if (f->t.done)
				break;
			if (tftp_step(f) < 0)
				return got > 0 ? (ssize_t)got : -1;
			continue;
		}
		memcpy((char *)buf + got, f->rest, n);
		got += n;
		f->rest += n;
		f->rest_bytes -= n;
	}
	return got;
}

static void FAST_FUNC tftp_close(struct px_stream *s)
{
	struct tftp_stream *f = (struct tftp_stream *)s;

	if (f->socket.peer_known && !f->t.done && s->status == PX_OK)
		px_tftp_socket_error(&f->socket, 0, "Given up");
	px_tftp_socket_close(&f->socket);
}

static void tftp_choose_options(struct tftp_stream *f, const struct addrinfo *a)
{
	struct px_tftp *t = &f->t;

	/* RFC 2349. Servers give up after 5 times that, atftpd after 25 s. Not asked for without need: a loss that
	 * our repeated ACK does not mend (tftpd-hpa and dnsmasq ignore it) is mended after that time, which is 1 s if
	 * we do not ask. */
	t->ask_timeout_s = MIN(f->xfer->away_s, 255);
	t->ask_tsize = 1;
	t->ask_blksize_bytes = f->xfer->blksize_bytes ? f->xfer->blksize_bytes : px_tftp_socket_blksize(a);
	t->ask_window_blocks = f->xfer->window_blocks ? f->xfer->window_blocks : px_tftp_socket_window(&f->socket,
			t->ask_blksize_bytes);
}

/* Asks one address and waits for its first block. */
static int tftp_ask(struct tftp_stream *f, const struct px_url *url, const struct addrinfo *a)
{
	struct px_tftp *t = &f->t;

	if (px_tftp_socket_open(&f->socket, a) < 0)
		return px_transfer_fail(f->xfer, &f->s, PX_NETWORK, "cannot open a socket: %s", strerror(errno));
	memset(t, 0, sizeof(*t));
	memset(&f->trip, 0, sizeof(f->trip));
	memset(&f->pace, 0, sizeof(f->pace));
	f->repeated = f->silent = 0;
	f->repeat_us = PX_TFTP_REPEAT_FIRST_US;
	if (!f->plain)
		tftp_choose_options(f, a);
	f->last_len = px_tftp_request(t, f->last, url->path);
	if (f->last_len == 0)
		return px_transfer_fail(f->xfer, &f->s, PX_SERVER, "the name is too long for TFTP");
	if (tftp_send(f, f->last_len) < 0)
		return -1;
	while (tftp_is_beginning(f))
		if (tftp_step(f) < 0)
			return -1;
	return 0;
}

/* Whether a server that did not get as far as the first block may do better when it is asked for no options: it
 * refuses them, it grants what was not asked for, it uses them without saying so, it does not answer at all. All of
 * these exist. Not when it says that there is no such file, or only to others. */
static int tftp_may_be_plain(struct tftp_stream *f)
{
	if (f->plain || !tftp_is_beginning(f))
		return 0;
	if (f->s.status == PX_SERVER)
		return f->t.server_code != NOT_FOUND && f->t.server_code != ACCESS_VIOLATION;
	return f->s.status == PX_PROTOCOL || f->silent;
}

/* Asks all addresses in turn until one answers, whatever it says. */
static void tftp_begin(struct tftp_stream *f, const struct px_url *url, const struct addrinfo *a)
{
	while (1) {
		f->s.status = PX_OK;
		if (tftp_ask(f, url, a) == 0)
			break;
		if (tftp_may_be_plain(f)) {
			f->plain = 1;
		} else if (f->s.status == PX_NETWORK && a->ai_next) {
			a = a->ai_next;
			f->plain = 0;
		} else {
			break;
		}
		px_tftp_socket_close(&f->socket);
	}
	f->xfer->plain = f->plain && f->s.status == PX_OK;
	f->xfer->start_bytes = 0;
	f->xfer->total_bytes = f->t.tsize_bytes;
	f->xfer->total_low = f->t.tsize_low;
}

static struct px_stream* FAST_FUNC tftp_open(const struct px_url *url, struct px_transfer *xfer,
		off_t offset_bytes UNUSED_PARAM)
{
	struct tftp_stream *f = xzalloc(sizeof(*f));
	struct addrinfo *all;

	f->s.read = tftp_read;
	f->s.close = tftp_close;
	f->xfer = xfer;
	f->socket.fd = -1;
	f->plain = xfer->plain;
	all = px_net_resolve(xfer, &f->s, url->host, url->port ? url->port : "69", SOCK_DGRAM);
	if (all) {
		tftp_begin(f, url, all);
		freeaddrinfo(all);
	}
	return &f->s;
}

PX_TRANSPORT(tftp) = { "tftp", tftp_open };
