/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the room's server shows of what it keeps (room.h), from its folder as the current one.
 */
#ifndef PX_LIST_H
#define PX_LIST_H 1

#include "room/json.h"

/* {"now":SECONDS,"machines":[...]}: a machine is its state, with what the file of names and its plan
 * say; machines that were only named or planned are there, too. */
void px_list_state(struct px_json_text *text) FAST_FUNC;

/* Prometheus' text format. */
void px_list_metrics(struct px_json_text *text) FAST_FUNC;

/* The last events of a machine as a list, the oldest first. */
void px_list_log(struct px_json_text *text, const char *mac) FAST_FUNC;

#endif
