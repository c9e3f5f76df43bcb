/*
 * pxfetch
 */
//applet:IF_PX_FETCH(APPLET(pxfetch, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_FETCH) += pxfetch.o
//usage:#define pxfetch_trivial_usage
//usage:       ""
//usage:#define pxfetch_full_usage "\n\n"
//usage:       "TODO"
#include "libbb.h"
#include "lib/status.h"

int pxfetch_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxfetch_main(int argc UNUSED_PARAM, char **argv UNUSED_PARAM)
{
	bb_error_msg_and_die("not yet");
}
