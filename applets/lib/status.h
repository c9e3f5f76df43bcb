/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit status of pxfetch, pxwrite and pximenu, and of every px_stream (docs: README, "Exit status of all"; 0 to 8 as
 * in wget).
 */
#ifndef PX_STATUS_H
#define PX_STATUS_H 1

enum px_status {
	PX_OK = 0,        /* done and verified */
	PX_OTHER = 1,
	PX_USAGE = 2,     /* nothing was touched */
	PX_IO = 3,        /* local: open, write, fsync, read-back */
	PX_NETWORK = 4,   /* connect, silence, reset, too slow, after all tries */
	PX_AUTH = 5,      /* signature, certificate, password */
	PX_PROTOCOL = 7,  /* malformed HTTP, TFTP, catalog */
	PX_SERVER = 8,    /* the server said no: 404, TFTP ERROR */
	PX_DATA = 9,      /* decoder error, wrong size or hash, trailing garbage */
	PX_TARGET = 10,   /* target refused: nothing was touched */
	PX_RESOURCE = 11, /* the decoder wants more memory than -m */
	PX_ABORTED = 130, /* by the user */
};

#endif
