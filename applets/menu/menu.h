/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of pximenu share: one session, and the two ways to show it (full screen, lines of text).
 */
#ifndef PX_MENU_H
#define PX_MENU_H 1

#include "menu/settings.h"
#include "catalog/signed.h"
#include "disk/disk.h"
#include "install/install.h"
#include "menu/ui.h"
#include "menu/viewing.h"

/* What the operator, or the kernel command line, wants next. */
enum px_action {
	PX_DO_NOTHING,              /* look again */
	PX_DO_CHOSEN,               /* the question was answered */
	PX_DO_BACK,
	PX_DO_RETRY,
	PX_DO_MENU,
	PX_DO_SHELL,
	PX_DO_REBOOT,
	PX_DO_POWEROFF,
	PX_DO_LOCAL,                /* boot the local disk */
	PX_DO_CAPTURE,              /* save a disk as an image */
	PX_DO_GIVE_UP,              /* no terminal left to ask */
};

struct px_front;

enum { PX_QUESTION_BYTES = 80 };

/* Something to be read, and a line to be typed. */
struct px_question {
	const char *title;
	const char *text;           /* lines, '\n' between them */
	const char *prompt;
	char answer[PX_QUESTION_BYTES]; /* in: what stands there to begin with */
};

struct px_menu {
	const char *root;           /* before /proc, /sys, /run, /var; "" */
	const char *catalog_option; /* -c, or NULL */
	smallint dry_run;
	smallint said_local;        /* the room's server was told that the disk is to be booted */
	struct px_settings settings;
	struct px_network network;
	struct px_ui ui;
	const struct px_front *front;
	char *catalog_url;          /* NULL: nobody said where it is */
	char *catalog_shown;        /* the same for people: without user and password; NULL likewise */
	char *source_problem;       /* why there is no catalog; malloced, or NULL */
	struct px_catalog *catalog; /* NULL: not here yet */
	struct px_trust trust;
	const struct px_key *key;   /* that signed the catalog; NULL: none was wanted */
	smallint refused;           /* the last catalog was, for its signature */
	smallint in_vain;           /* another try would end as the last one did: none before somebody asks for it */
	char *voucher;              /* who vouches for the catalog, in one line; malloced, NULL: it is not here yet */
	char *clock_words;          /* the clock was wrong: what was done about it; malloced, or NULL */
	char *ordered;              /* "images:12": the stanza that says what is installed; malloced, NULL: none does */
	char *order_problem;        /* why that is not done; malloced, or NULL */
	enum px_status order_status;
	struct px_disks *disks;
	const struct px_image *image;  /* chosen */
	const struct px_disk *disk;    /* chosen */
	const char *notice;         /* said as the menu opens; or NULL */
	smallint disk_named;        /* by a hint that names it, or by hand */
	struct px_install install;
	smallint looking;           /* install is a look at the image that somebody is asked about (looking.h) */
	smallint looked;            /* that look has found nothing against it */
	char *look_identity;        /* of the disk of that look; malloced */
	struct px_capture *capture; /* the disk is saved, nothing installed; image is the new one's name then. NULL */
	const char *machine;        /* MAC, serial number: who this is; not owned, or NULL */
	struct px_viewer viewer;    /* help, log or network details over that page */
	void *page;                 /* state of the page that is shown, for its draw function */
	const char *topic;          /* help for that page's question: lines, each ended by NUL; NULL: none */
	/* the failure page */
	int status;                 /* exit status of pximenu so far */
	const char *step;
	char *reason;               /* malloced */
	char *consequence;          /* malloced, or NULL */
	const char *disk_state;
	char *warnings;             /* of the last installation, '\n' between them; malloced, or NULL */
	char *lines;                /* the last ones that a failed script said; malloced, or NULL */
	char *table;                /* the disks, when a hint meant no single one; malloced, or NULL */
};

/* One way to show the menu. Each shows, waits where it says so, and gives what the operator wants. */
struct px_front {
	/* Sets menu->image. */
	enum px_action FAST_FUNC (*choose_image)(struct px_menu *menu);
	/* Sets menu->disk. */
	enum px_action FAST_FUNC (*choose_disk)(struct px_menu *menu);
	/* PX_DO_CHOSEN: yes, this image on this disk. */
	enum px_action FAST_FUNC (*confirm)(struct px_menu *menu);
	/* Says what will happen in seconds; PX_DO_CHOSEN when they are over, PX_DO_MENU when a key was pressed. */
	enum px_action FAST_FUNC (*countdown)(struct px_menu *menu, unsigned seconds);
	/* Shows how far the install is; does not wait. key: what px_ui_wait gave. */
	void FAST_FUNC (*progress)(struct px_menu *menu, int key);
	/* It went well; what follows is said. PX_DO_NOTHING unless the operator wants something else within seconds. */
	enum px_action FAST_FUNC (*done)(struct px_menu *menu, unsigned seconds);
	/* The failure page; waits for ever. */
	enum px_action FAST_FUNC (*failed)(struct px_menu *menu);
	/* Waiting for network or catalog; reason: what is missing now. Waits for at most wait_ms, serving child;
	 * PX_DO_NOTHING when the time is over or the child moved. */
	enum px_action FAST_FUNC (*waiting)(struct px_menu *menu, const char *reason, int wait_ms,
			struct px_child *child);
	/* PX_DO_CHOSEN: question->answer is there; PX_DO_BACK. */
	enum px_action FAST_FUNC (*question)(struct px_menu *menu, struct px_question *question);
	/* Before and after somebody else has the terminal. */
	void FAST_FUNC (*leave)(struct px_menu *menu);
	void FAST_FUNC (*enter)(struct px_menu *menu);
};

extern const struct px_front px_front_text;
extern const struct px_front px_front_screen;

/* flow.c: the whole session; gives the exit status. */
int px_menu_run(struct px_menu *menu) FAST_FUNC;

/* load.c: gets the catalog, again and again until it is there or the operator wants something else. PX_DO_CHOSEN:
 * it is there. PX_DO_NOTHING, when automatic only: it will not come; status and source_problem say why. */
enum px_action px_catalog_load(struct px_menu *menu) FAST_FUNC;

/* order.c: takes what the Machine: stanza for this machine (its MAC, serial number or UUID) in a signed catalog says
 * into menu->settings, where the kernel command line says nothing. An order that must not be followed, for it is over,
 * or for nobody knows whether it is, makes menu->order_problem. Called once, with the catalog there. */
void px_order_take(struct px_menu *menu) FAST_FUNC;

/* choice.c: which disks can be chosen, and which one is meant. */

/* Why the image cannot go onto the disk; malloced, or NULL: it can (if it holds data: that is asked about, not
 * refused). */
char *px_choice_refusal(const struct px_menu *menu, const struct px_disk *disk) FAST_FUNC;

/* The disk that px.disk=, or else the image's own hint, means; sets menu->disk. 0; or -1 with *why (malloced). */
int px_choice_by_hint(struct px_menu *menu, char **why) FAST_FUNC;

/* The disks, a line each without '\n' behind the last: what there is when a hint does not say which; malloced. */
char *px_choice_table(const struct px_menu *menu) FAST_FUNC;

/* What the operator types to confirm: the last four characters of the serial number of a disk that holds data (of
 * its name, when it has none), else "yes"; malloced. */
char *px_confirm_word(const struct px_disk *disk) FAST_FUNC;

/* Reads the list of disks anew. */
void px_choice_look(struct px_menu *menu) FAST_FUNC;

/* What is used after an installation: px.after=, else the image's After. */
enum px_after px_choice_after(const struct px_menu *menu) FAST_FUNC;

/* capture.c: a disk becomes an image on the server of px.capture=. */

/* With questions; back in the menu when it is over. Returns 1 when the menu is to end, else 0. */
int px_capture_ask(struct px_menu *menu) FAST_FUNC;

/* What px.capture.name= says. Returns 0 when it is over (menu->status), 1 when a key has stopped it. */
int px_capture_unattended(struct px_menu *menu) FAST_FUNC;

/* After the end of an unattended one has been shown; nothing when there was none. */
void px_capture_over(struct px_menu *menu) FAST_FUNC;

/* flow.c: the installation, or the capture, of menu->install, up to its end; menu->status. A failure is set, and
 * told. */
void px_flow_run(struct px_menu *menu) FAST_FUNC;

/* flow.c: the failure page until somebody wants the menu. 1: the end. */
int px_flow_stay_failed(struct px_menu *menu) FAST_FUNC;

/* flow.c: the disk that px.disk= means is in menu->disk: 0; or the failure is set: -1. */
int px_flow_choose_disk(struct px_menu *menu) FAST_FUNC;

/* flow.c: reboots and the like. 1: the menu is to end. */
int px_flow_do_other(struct px_menu *menu, enum px_action action) FAST_FUNC;

/* tell.c: starts the reporter (report/report.h) when px.log= or px.report= want one, or again when more is known of
 * the network; sets menu->machine. */
void px_tell_open(struct px_menu *menu) FAST_FUNC;

/* All that the menu knows for an event. */
struct px_event;
void px_tell_fill(const struct px_menu *menu, struct px_event *event) FAST_FUNC;

/* leave.c: ROOT/etc/px/no-shell is there: who sits at the machine gets no shell (PX_SHELL=n, or a site's own file). */
int px_shell_is_closed(const struct px_menu *menu) FAST_FUNC;

/* leave.c: reboot and the like. They return only if it could not be done (or, the shell, when it has ended). */
void px_leave(struct px_menu *menu, enum px_action action) FAST_FUNC;

/* advice.c: what can be done about a failure in that step (a keyword) with that exit status (of its first cause);
 * one sentence or two, never NULL. */
const char *px_advice(const char *step, int status) FAST_FUNC;

/* leave.c: restarts the machine without asking anybody, without writing anything back: for a program that hangs in the
 * kernel, for which a shutdown would wait. Returns if it could not be done. */
void px_leave_at_once(struct px_menu *menu) FAST_FUNC;

/* size.c, both into buf of PX_SIZE_BYTES, which they return. Of images and what is done of them: "465.8 GiB", in
 * powers of 1024. Of disks as their labels have it: "500.1 GB", in powers of 1000. */
enum { PX_SIZE_BYTES = 12 };
char *px_size_text(char *buf, off_t bytes) FAST_FUNC;
char *px_size_disk(char *buf, off_t bytes) FAST_FUNC;

#endif
