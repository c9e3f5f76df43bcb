/*
 * pximenu
 */
//applet:IF_PX_MENU(APPLET(pximenu, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_MENU) += pximenu.o
//usage:#define pximenu_trivial_usage
//usage:       ""
//usage:#define pximenu_full_usage "\n\n"
//usage:       "TODO"
#include "libbb.h"
#include "lib/status.h"

int pximenu_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pximenu_main(int argc UNUSED_PARAM, char **argv UNUSED_PARAM)
{
	bb_error_msg_and_die("not yet");
}
