/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is open over a page: see viewer.h, which has the functions. A header of its own, for struct px_menu holds one.
 */
#ifndef PX_VIEWING_H
#define PX_VIEWING_H 1

#include "menu/list.h"

struct px_menu;

enum { PX_VIEWER_TEXT_BYTES = 310, PX_NETWORK_LINES = 8 };

/* In struct px_menu; all zero: none is open. */
struct px_viewer {
	const char *title;          /* NULL: none is open; not owned */
	struct px_list list;
	unsigned shift;             /* columns that have moved out at the left: lines may be longer than the
	                             * screen is wide */
	/* Line i, printable ASCII, valid until the next call; it may be put into text. */
	const char* FAST_FUNC (*line)(struct px_menu *menu, unsigned i);
	char text[PX_VIEWER_TEXT_BYTES];
	char *more;                 /* network: what px_netinfo_read gave; owned */
	unsigned long long touched_ms; /* when the last key came */
};

#endif
