/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pximenu: the operator's menu, and the machine's own hand when the kernel command line says what to do.
 */
//applet:IF_PX_MENU(APPLET(pximenu, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_MENU) += pximenu.o
//usage:#define pximenu_trivial_usage
//usage:       "[-an] [-c CATALOG_URL] [-r ROOT]"
//usage:#define pximenu_full_usage "\n\n"
//usage:       "Choose an image and a disk, run pxfetch | pxwrite, say how it ended.\n"
//usage:       "px.image=, px.disk=, px.auto and others on the kernel command line: px-cmdline(7).\n"
//usage:     "\n	-a	On all consoles of the kernel at once, not on stdin"
//usage:     "\n	-c URL	The catalog (default: px.catalog=, else tftp://SERVER/images)"
//usage:     "\n	-n	Say what would be run, write nothing"
//usage:     "\n	-r ROOT	Read ROOT/proc, ROOT/sys, ROOT/run instead of /proc..."
#include "libbb.h"
#include "report/log.h"
#include "menu/menu.h"
#include "report/report.h"

enum { OPT_A = 1 << 0, OPT_N = 1 << 1 };

/* Lines of text where they are asked for, or where nothing can move a cursor. */
static int wants_text(const struct px_menu *menu)
{
	const char *term = getenv("TERM");

	if (menu->settings.ui)
		return strcmp(menu->settings.ui, "text") == 0;
	if (menu->ui.opened)
		return 0;
	return !isatty(STDOUT_FILENO) || !term || strcmp(term, "dumb") == 0;
}

/* VT100 to VT220, which init gives serial lines, are taken at their word. */
static int has_colour(void)
{
	const char *term = getenv("TERM");

	return term && !is_prefixed_with(term, "vt");
}

static void on_resize(int signal_number UNUSED_PARAM)
{
	/* interrupts poll */
}

int pximenu_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pximenu_main(int argc UNUSED_PARAM, char **argv)
{
	struct px_menu menu;
	unsigned options;

	memset(&menu, 0, sizeof(menu));
	menu.root = "";
	options = getopt32long(argv, "^" "anc:r:" "\0" "=0",
			"all-consoles\0" No_argument "a"
			"catalog\0" Required_argument "c"
			"dry-run\0" No_argument "n"
			"root\0" Required_argument "r",
			&menu.catalog_option, &menu.root);
	menu.dry_run = (options & OPT_N) != 0;
	signal(SIGPIPE, SIG_IGN);
	signal_no_SA_RESTART_empty_mask(SIGWINCH, on_resize);
	px_log_open(menu.root);
	px_settings_read(&menu.settings, menu.root);
	menu.ui.owner = -1;
	if (!(options & OPT_A) || !px_ui_open_consoles(&menu.ui, menu.root)) {
		px_terminal_open(&menu.ui.terminals[0], "console", STDIN_FILENO, STDOUT_FILENO);
		menu.ui.screens[0].colour = has_colour();
		menu.ui.count = 1;
	}
	menu.front = wants_text(&menu) ? &px_front_text : &px_front_screen;
	menu.front->enter(&menu);
	menu.status = px_menu_run(&menu);
	menu.front->leave(&menu);
	px_report_close(3000);
	return menu.status;
}
