/*
 * Scripted images: Init script, Archive, Post script (README, "Scripted images"). The part of a px_install that does
 * them.
 *
 *	fetch and check both scripts     the disk is untouched
 *	pxwrite -z DISK                  from here on: it does not boot
 *	sh INIT                          partitions, makes filesystems, mounts them on $PX_TARGET
 *	pxfetch | pxwrite - | tar -x     the archive, never stored
 *	sh POST                          makes it boot
 *	umount, sync
 *
 * A step that fails ends it: everything is unmounted, and the disk cleared again.
 */
#ifndef PX_SCRIPTED_H
#define PX_SCRIPTED_H 1

#include "install/install.h"

/* True for an image with scripts instead of a Source. */
int px_scripted_is(const struct px_image *image) FAST_FUNC;

/* Starts; as px_install_start. */
void px_scripted_start(struct px_install *install) FAST_FUNC;

/* After the children have been handled: stops what makes no sense any more, and goes on to the next step when the
 * children of this one have ended. Sets PX_INSTALL_OVER at the end. */
void px_scripted_handle(struct px_install *install) FAST_FUNC;

void px_scripted_abort(struct px_install *install) FAST_FUNC;
void px_scripted_free(struct px_install *install) FAST_FUNC;

/* The commands in words, for -n; malloced. */
char *px_scripted_describe(const struct px_install *install) FAST_FUNC;

#endif
