/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel command line says to the menu: px.image=, px.disk= and so on (all: docs/unattended.md), and the
 * values of the network script.
 */
#ifndef PX_SETTINGS_H
#define PX_SETTINGS_H 1

#include "catalog/catalog.h"

struct px_settings {
	char *catalog, *image, *disk, *log, *report, *ui; /* NULL: not given */
	char *capture, *capture_name; /* px.capture=, with a '/' at its end; px.capture.name= */
	smallint capture_raw;
	smallint report_weak;       /* report is what etc/px/defaults says: a signed order counts more */
	char *name, *room, *token;  /* px.name=, px.room=, px.token=: letters, digits, . _ -, at most 63; NULL */
	smallint automatic, force;
	smallint automatic_said;    /* px.auto is there, be it px.auto=no */
	smallint boot_any;          /* px.boot=any: as the stanza's "Boot: any" */
	smallint whole;             /* px.verify=whole */
	smallint no_delta;          /* px.delta=no */
	unsigned timeout_s;         /* default 10 */
	unsigned patience_s;        /* px.patience=: without output and progress; default 1800, 0: for ever */
	enum px_after after;        /* PX_AFTER_UNSET: what the image says */
	char *problem;              /* first parameter that cannot be meant, malloced; NULL: none */
};

/* Reads ROOT/proc/cmdline ("" for the real one), and before that ROOT/etc/px/defaults, which a server gives with
 * site.cpio.xz: the same words, which the command line overrules. A file that cannot be read is an empty one. The
 * kernel's own quoting (px.disk="model=SAMSUNG SSD*") is understood; the last of two wins. What they point to lives as
 * long as the program. */
void px_settings_read(struct px_settings *settings, const char *root) FAST_FUNC;

/* ROOT/run/px/network, written by the network script: NAME=value lines, no quotes. */
struct px_network {
	char *server, *mac, *iface, *ip, *gateway, *dns, *problem; /* PX_SERVER= ..., PX_ERROR=; NULL: not there */
};

/* Returns 0; -1 when the file is not there (yet). */
int px_network_read(struct px_network *network, const char *root) FAST_FUNC;
void px_network_free(struct px_network *network) FAST_FUNC;

#endif
