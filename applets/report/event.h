/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an event says (px.report=), filled by who knows it: report/ reads neither menu nor installation.
 */
#ifndef PX_EVENT_H
#define PX_EVENT_H 1

enum { PX_EVENT_VERSION = 1 };

/* Who speaks, and to whom; strings are copied or used at once. NULL: not known, not wanted. */
struct px_reporter {
	const char *root;           /* before /sys/class/dmi/id and /etc/px/ca.pem; "" */
	const char *mac, *ip;
	const char *name, *room;    /* px.name=, px.room=: what people call this machine, and where it stands */
	const char *token;          /* px.token=: what the room's server believes the end of a plan for */
	const char *log_url;        /* udp://HOST[:PORT] */
	const char *report_url;     /* http[s]://[USER:PASSWORD@]HOST[:PORT][/PATH] */
};

/* All zero: nothing to say about that. Strings are not owned, and may be anything: they are made fit for JSON. */
struct px_event {
	const char *image, *disk;   /* the image's id, the disk's path */
	const char *catalog_key;    /* that signed the catalog, as ssh-keygen -l prints it; NULL: nobody did */
	unsigned catalog_serial;    /* its Serial; 0: it has none */
	const char *stage;          /* progress: a keyword of pxwrite's -p */
	off_t bytes, total_bytes, rate_bytes; /* progress; rate: a second */
	off_t fetched_bytes;        /* progress: what came over the network, as it came */
	const char *limit;          /* progress: the brake, a keyword: network, decoder, disk; NULL: not known */
	const char *mirror;         /* whence the bytes come, a URL without user and password; NULL: not known */
	const char *source;         /* progress: how the bytes come, a keyword of pxfetch's -p; "": not said */
	unsigned seconds;           /* done: how long it took */
	const char *step;           /* failed: a keyword */
	int status;                 /* failed: enum px_status */
	const char *reason;         /* failed */
	const char *disk_state;     /* failed: words for people */
	const char *state;          /* done, failed: the same, a keyword of lib/state.h; NULL: not known */
	const char *proof;          /* done: what has proven the image, a keyword (pxwrite's proof=); "": not said */
	const char *warnings;       /* done, failed: what did not stop it, '\n' between them */
};

/* The object of one event, {"v":1,"event":NAME,IDENTITY,...MORE}, at most max_bytes with its NUL: the log's last lines
 * have what room is left; identity: members without braces; ip: NULL, or the address of this machine; malloced. */
char *px_event_json(const char *name, const char *identity, const char *ip, const struct px_event *event,
		unsigned max_bytes) FAST_FUNC;

/* The first max_bytes of text as printable ASCII, a backslash before each character of special; malloced. */
char *px_event_escape(const char *text, const char *special, unsigned max_bytes) FAST_FUNC;

#endif
