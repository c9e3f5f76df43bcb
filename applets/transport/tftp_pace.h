/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a TFTP server slows down because windows break.
 *
 * Some (atftpd) send slower with each window that was not acknowledged whole, by 10 us a block, and faster by 1 us
 * with each that was: with more than one broken window in 11 they slow down without end, and a smaller window is
 * faster. The same account is kept here. No clock and no sockets.
 */
#ifndef PX_TFTP_PACE_H
#define PX_TFTP_PACE_H 1

enum { PX_TFTP_SMALLER = 4 };

struct px_tftp_pace { /* starts as zeros */
	unsigned strain_us;        /* what such a server would have added by now */
	unsigned block_us;         /* between two blocks of a window, smoothed; 0: unknown */
	unsigned best_block_us;    /* the least that this was */
};

/* A window of blocks came whole in window_us. */
void px_tftp_pace_whole(struct px_tftp_pace *pace, unsigned window_us, unsigned blocks) FAST_FUNC;

/* A window of blocks broke, on a path of this round trip. Returns whether the server has slowed down for that, so
 * much that it pays to read all that came again with a window of blocks / PX_TFTP_SMALLER. */
int px_tftp_pace_broken(struct px_tftp_pace *pace, unsigned blocks, unsigned trip_us) FAST_FUNC;

#endif
