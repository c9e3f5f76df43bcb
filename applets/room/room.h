/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the room's server keeps, in one folder: log.jsonl (all events, a line each), state/MAC.json (the last of each
 * machine), plans/MAC (what pxroom has planned), machines (names and rooms), keeper (a pipe to `pxroom keep`).
 */
#ifndef PX_ROOM_H
#define PX_ROOM_H 1

#include "room/json.h"

enum {
	PX_ROOM_MAC_BYTES = 18,
	PX_ROOM_EVENT_BYTES = 16 * 1024,
	PX_ROOM_MACHINES_MAX = 4096,
	PX_ROOM_WORD_BYTES = 64,
	PX_ROOM_LOG_BYTES = 64 << 20, /* a log.jsonl that is longer becomes log.jsonl.1 */
};

/* The names of events, a NUL behind each, in the order of the metric px_state (1 is the first). */
extern const char px_room_events[];

/* A MAC address with colons in lower case, as files are named here. 0; -1: text is none. */
int px_room_mac(char mac[PX_ROOM_MAC_BYTES], const char *text) FAST_FUNC;

/* Keeps an event that came from address (NULL: not known): log and state. Its members may be anything; mac is the
 * machine's. Returns 0: kept; 1: it was there already; -1: it could not be, errno says why (ENOSPC for too many
 * machines). */
int px_room_keep(struct px_json *event, const char *mac, const char *address) FAST_FUNC;

/* The state of a machine, text (malloced) with json pointing into it; NULL: there is none that can be read. */
char *px_room_state(struct px_json *state, const char *mac) FAST_FUNC;

/* How many machines have reported within the last seconds. */
unsigned px_room_active(unsigned seconds) FAST_FUNC;

/* A plan; all are words, "" when it is not said. */
struct px_room_plan {
	char image[128], token[PX_ROOM_WORD_BYTES], state[16], disk[128];
};

/* 0; -1: there is none. */
int px_room_plan(struct px_room_plan *plan, const char *mac) FAST_FUNC;

/* Tells `pxroom keep` what and of which machine, and waits until its plan has that state, for a few seconds (NULL: not
 * at all). 0; -1: nobody is there, or it took too long. */
int px_room_tell(const char *what, const char *mac, const char *state) FAST_FUNC;

#endif
