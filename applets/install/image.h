/*
 * The part of an installation that writes a raw image: block map, pxfetch | pxwrite, clearing the disk after a failure.
 */
#ifndef PX_INSTALL_IMAGE_H
#define PX_INSTALL_IMAGE_H 1

#include "install/install.h"

/* Starts; a failure sets PX_INSTALL_OVER, status, step and reason. */
void px_install_image_start(struct px_install *install) FAST_FUNC;

/* The children of this phase have ended: starts the next phase, or sets PX_INSTALL_OVER and how it ended. */
void px_install_image_end(struct px_install *install) FAST_FUNC;

/* Removes the block map. */
void px_install_image_free(struct px_install *install) FAST_FUNC;

#endif
