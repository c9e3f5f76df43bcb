/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a transport is: one file in this folder, one registered entry.
 *
 *	PX_TRANSPORT(http) = { "http", http_open };
 *
 * The entry is found through the linker section px_transports, so the file must be linked as obj-y (see Kbuild.src);
 * a new transport touches no other file but Config.in. Who calls it: fetch/download.c, which adds tries, resume and
 * mirrors.
 */
#ifndef PX_TRANSPORT_H
#define PX_TRANSPORT_H 1

#include "lib/stream.h"
#include "lib/url.h"

enum { PX_SPLICE_NOT = -2 };

#define PX_CA_FILE "/etc/px/ca.pem"

/* What tells one version of a file from the next, and whose it is. A tag means something for one address only: another
 * server, or the same one after another redirect, may give the same tag to another file (RFC 9110, 8.8.3). */
struct px_validator {
	char tag[160];              /* strong ETag, or a Last-Modified that is as good, as the server wrote it; "" */
	char place[65];             /* SHA-256 of the address that gave it, in hex; "" when tag is */
};

/* One file on its way, over all tries and mirrors. */
struct px_transfer {
	/* what the caller wants */
	unsigned silence_ms;        /* connect and silence time-out */
	unsigned long long deadline_ms; /* of monotonic_ms(): HTTP waits for nothing any longer; 0: none */
	unsigned blksize_bytes;     /* TFTP; 0: what fits the MTU */
	unsigned window_blocks;     /* TFTP; 0: default; TFTP halves it when a try lost too many blocks */
	smallint proven_later;      /* -s or -H: an end that only a closed connection marks is good enough */
	smallint may_join;          /* -H, -j: a part may be joined unproven: the hash or the reader of all tells */
	smallint may_renew;         /* what has been read can be read again */
	off_t part_bytes;           /* > 0: only so many bytes from offset_bytes on; 0: all up to the end */
	const char *ca_file;        /* certificates that TLS believes, in PEM; NULL: PX_CA_FILE */
	char *const *others;        /* the mirrors behind this one, NULL at the end; set by fetch/download.c */
	/* what a transport learns; kept from try to try on one mirror */
	off_t total_bytes;          /* the whole file; -1: unknown; may grow when total_low */
	smallint total_low;         /* it may be only the lower 32 bits (TFTP) */
	smallint plain;             /* TFTP: the server does only without options */
	unsigned away_s;            /* TFTP: so long a slow reader kept us from the server, before it was gone */
	struct px_validator validator; /* of the file that all bytes given so far are of; set by fetch/download.c */
	smallint redirected;        /* HTTP: the next try may be sent to another address than this one */
	/* what the open function says of this try */
	struct px_validator found;  /* of the file it begins to give; becomes validator once that is compared */
	off_t start_bytes;          /* where its stream starts: offset_bytes, or 0: the caller skips what it has */
	smallint same;              /* the validator says that it is the file of the bytes given: no comparison */
	smallint part_given;        /* its stream ends after part_bytes; without, it goes on to the file's end */
	/* NULL, or moves up to len_bytes of the stream into a pipe without copying them. Returns as px_stream_read, or
	 * PX_SPLICE_NOT: this time px_stream_read must do it. */
	ssize_t FAST_FUNC (*splice)(struct px_stream *s, int pipe_fd, size_t len_bytes);
	/* what a failed stream says instead of printing (the caller prints one line with what it does next) */
	char reason[320];           /* no control bytes; without the URL */
	smallint again;             /* the same mirror may do better later */
	smallint no_parts;          /* set by fetch/download.c: a server gave all of a file where a part was wanted */
	smallint changed;           /* PX_DATA: not the file that the bytes before came from; all anew may help */
	smallint distrusts;         /* PX_AUTH: for the server's certificate, or for want of one to hold it against */
	smallint renew;             /* no failure: the transport wants to start over in another way (if may_renew) */
	unsigned pause_s;           /* with again: how long the server asks to be left alone; 0: it does not say */
	unsigned wait_ms;           /* added to: time spent waiting for the network */
	/* a connection that is left open for the next try or mirror (transport/connection.h); NULL: none */
	struct px_connection *kept;
};

struct px_transport {
	const char *scheme;
	/* Opens url for reading from offset_bytes on, or from 0 when it cannot. Never NULL: a file that cannot be had
	 * is a stream that has failed already. Statuses: PX_NETWORK (again), PX_SERVER (8, said no), PX_PROTOCOL,
	 * PX_AUTH, PX_DATA (xfer->validator or total_bytes no longer hold though offset_bytes > 0), PX_IO. url
	 * and xfer must outlive it. */
	struct px_stream* FAST_FUNC (*open)(const struct px_url *url, struct px_transfer *xfer, off_t offset_bytes);
};

#define PX_TRANSPORT(name) \
	static const struct px_transport px_transport_##name; \
	static const struct px_transport *const px_transport_entry_##name \
		__attribute__ ((used, section("px_transports"))) = &px_transport_##name; \
	static const struct px_transport px_transport_##name

/* The transport for a URL's scheme (lower case); NULL: it is not compiled in. */
const struct px_transport *px_transport_find(const char *scheme) FAST_FUNC;

/* For transports: keeps the reason (printf, control bytes replaced) in xfer for the caller to print; sets
 * s->status, and xfer->again for PX_NETWORK. Returns -1. */
int px_transfer_fail(struct px_transfer *xfer, struct px_stream *s, enum px_status status, const char *fmt, ...)
	__attribute__ ((format (printf, 4, 5))) FAST_FUNC;

/* The same with PX_DATA for bytes that are not, or not surely, of the file that those before came from. Returns -1. */
int px_transfer_changed(struct px_transfer *xfer, struct px_stream *s, const char *why) FAST_FUNC;

/* The keyword that pxfetch and pxsend give for status in why= of -p; never NULL. distrusts: as in px_transfer. */
const char *px_transfer_why(enum px_status status, int distrusts) FAST_FUNC;

#endif
