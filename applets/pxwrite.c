/*
 * pxwrite
 */
//applet:IF_PX_WRITE(APPLET(pxwrite, BB_DIR_USR_SBIN, BB_SUID_DROP))
//kbuild:lib-$(CONFIG_PX_WRITE) += pxwrite.o
//usage:#define pxwrite_trivial_usage
//usage:       ""
//usage:#define pxwrite_full_usage "\n\n"
//usage:       "TODO"
#include "libbb.h"
#include "lib/status.h"

int pxwrite_main(int argc, char **argv) MAIN_EXTERNALLY_VISIBLE;
int pxwrite_main(int argc UNUSED_PARAM, char **argv UNUSED_PARAM)
{
	bb_error_msg_and_die("not yet");
}
