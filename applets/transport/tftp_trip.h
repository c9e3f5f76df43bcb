/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The round trip to a TFTP server, and how long to wait before a packet is sent again (RFC 6298, 2). No clock and no
 * sockets.
 */
#ifndef PX_TFTP_TRIP_H
#define PX_TFTP_TRIP_H 1

struct px_tftp_trip { /* starts as zeros: unknown */
	int trip_us;               /* smoothed */
	int vary_us;               /* its variation, likewise */
};

enum { PX_TFTP_REPEAT_FIRST_US = 1000 * 1000 }; /* until the round trip is known; at most */

/* One round trip took sample_us. Returns how long to wait for an answer from now on, in us. */
unsigned px_tftp_trip_learn(struct px_tftp_trip *trip, int sample_us) FAST_FUNC;

#endif
