/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading side of TFTP (RFC 1350) with options (2347), blksize (2348), timeout and tsize (2349) and windowsize
 * (7440), as a state and functions that take and make packets: no sockets, no clock, so that a fuzzer can drive it.
 */
#ifndef PX_TFTP_STATE_H
#define PX_TFTP_STATE_H 1

#include "lib/status.h"

enum {
	PX_TFTP_BLKSIZE_MIN = 8,
	PX_TFTP_BLKSIZE_MAX = 65464,
	PX_TFTP_WINDOW_MAX = 65535,
	PX_TFTP_REQUEST_BYTES = 512, /* RFC 2347: a request must fit */
	PX_TFTP_ERROR_BYTES = 64,
	PX_TFTP_REFUSED_OPTION = 8, /* ERROR code of RFC 2347 */
};

/* What px_tftp_packet found: an or of */
enum {
	PX_TFTP_IGNORE = 0, /* old, doubled, ahead, or nonsense */
	PX_TFTP_DATA = 1,   /* the next block: packet + 4, len - 4 bytes (may be 0) */
	PX_TFTP_ACK = 2,    /* send px_tftp_ack now */
	PX_TFTP_FAIL = 4,   /* over: status and reason say why; send px_tftp_error when error_code is not 0 */
};

/* More than a tsize of 4 GiB or over is refused at once. A smaller one may be the lower 32 bits of the size (atftpd
 * and dnsmasq say no more), so that what comes beyond is told from a lie by its end only. Who must not take any
 * number of bytes knows the size (-s). */

/* A gap is acknowledged when the last block of its window has come, which is what px_tftp_packet sees, or when no
 * more blocks come, which the caller sees. Not at once: atftpd, told in the middle of a window, sends only as many
 * more as the window had left. */
enum { PX_TFTP_GAP_NONE, PX_TFTP_GAP_SEEN, PX_TFTP_GAP_TOLD };

struct px_tftp {
	/* asked for: set before px_tftp_request; 0: do not ask */
	unsigned ask_blksize_bytes, ask_window_blocks, ask_timeout_s;
	smallint ask_tsize;
	/* in force */
	unsigned blksize_bytes, window_blocks;
	off_t tsize_bytes;        /* -1: not said; grows by 4 GiB when more comes than was said (tsize_low) */
	smallint tsize_low;       /* less than 4 GiB: of a larger file it may be only the lower 32 bits */
	/* where it is */
	off_t seen_bytes;         /* in order */
	uint16_t block;           /* number of the last block in order, as on the wire */
	unsigned unacked_blocks;  /* in order, since the last ACK */
	smallint answered;        /* OACK or first block has come */
	smallint done;            /* the short block has come */
	smallint gap;             /* PX_TFTP_GAP_: blocks are missing in front of ones that came */
	/* of PX_TFTP_FAIL */
	enum px_status status;
	uint16_t error_code;      /* to send; 0: none */
	uint16_t server_code;     /* of an ERROR packet */
	char reason[160];         /* no control bytes */
	/* private */
	unsigned wrap_hints;      /* after how many ACKs of 65535 block 1 came first */
	smallint wrap_hinted;     /* since the last ACK */
	smallint wraps_to_zero, wraps_to_one; /* what this server does; known for the rest of the transfer */
};

/* Writes the read request for name into packet (PX_TFTP_REQUEST_BYTES). Returns its length; 0: name is too long. */
size_t px_tftp_request(struct px_tftp *t, uint8_t *packet, const char *name) FAST_FUNC;

/* Takes one packet from the server. Returns PX_TFTP_ flags. */
unsigned px_tftp_packet(struct px_tftp *t, const uint8_t *packet, size_t len_bytes) FAST_FUNC;

/* Writes the ACK of all that is here in order (4 bytes), also to be repeated on a time-out. Returns its length. */
size_t px_tftp_ack(struct px_tftp *t, uint8_t *packet) FAST_FUNC;

/* Writes an ERROR packet with text (cut to PX_TFTP_ERROR_BYTES in all). Returns its length. */
size_t px_tftp_error(uint8_t *packet, unsigned code, const char *text) FAST_FUNC;

#endif
