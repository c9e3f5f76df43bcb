/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress of long work: one line on a terminal, or one line a second to a file descriptor for programs (-p FD):
 *
 *	bytes=N total=N stage=write rate=N net=PCT decode=PCT disk=PCT
 *
 * With pxwrite -u also, before stage=, kept=N (bytes that the disk held already) fetched=N (that came, packed)
 * written=N (of these, unpacked).
 * bytes, total: bytes; total=0 when unknown. rate: bytes a second over the last seconds. net, decode, disk: percent
 * of the time since the last line in which that stage was busy; the highest is the brake. pxfetch gives net only, and
 * behind it source=multicast|http|tftp|file: how the bytes come at the moment.
 */
#ifndef PX_PROGRESS_H
#define PX_PROGRESS_H 1

enum { PX_BUSY_NET, PX_BUSY_DECODE, PX_BUSY_DISK, PX_BUSY_STAGES };

struct px_progress {
	const char *stage;        /* "fetch", "write", "verify": not copied */
	const char *source;       /* a keyword, not copied; NULL: not said */
	off_t total_bytes;        /* 0: unknown */
	int fd;                   /* -1: none */
	smallint terminal;        /* draw on stderr */
	unsigned busy_ms[PX_BUSY_STAGES]; /* added to by the owner of each stage since the last line */
	smallint in_parts;        /* the next ones are meant, too */
	off_t kept_bytes, fetched_bytes, written_bytes; /* found where they belong; come, as they came; written */
	smallint stages;          /* how many of busy_ms are meant: 0 (none) to PX_BUSY_STAGES */
	unsigned mirror;          /* px_progress_mirror */
	/* private */
	unsigned long long last_ms, start_ms;
	off_t last_bytes, rate_bytes, start_bytes;
	smallint drawn;
};

/* fd: -1 or where the lines go. quiet: nothing on stderr; else there only if it is a terminal. */
void px_progress_init(struct px_progress *p, const char *stage, off_t total_bytes, int fd, int quiet) FAST_FUNC;

/* Says that bytes have been done; cheap to call often: prints at most once a second. A reader that has gone away
 * (EPIPE) is no failure: fd is dropped. */
void px_progress_update(struct px_progress *p, off_t bytes) FAST_FUNC;

/* Says mirror=N on fd when it is another one than before (the first is 0): which of its URLs pxfetch reads from. */
void px_progress_mirror(struct px_progress *p, unsigned mirror) FAST_FUNC;

/* Prints the last state and ends the line; the next message starts on a line of its own. */
void px_progress_end(struct px_progress *p, off_t bytes) FAST_FUNC;

#endif
