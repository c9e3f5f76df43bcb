/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A raw image: its block map, then pxfetch | pxwrite. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += image.o

#include "libbb.h"
#include "install/pipe.h"
#include "install/step.h"
#include "verify/bmap.h"

/* --- the block map */

static int FAST_FUNC start_get_bmap(struct px_install *install)
{
	if (!install->image->bmap)
		return 0;
	return px_pipe_collect(install, install->image->bmap, &install->image->bmap_digest,
			PX_BMAP_MAX_BYTES) == 0 ? 1 : -1;
}

static int save_bmap(struct px_install *install)
{
	size_t len_bytes = install->fetch.output_bytes;
	int fd;

	install->bmap_path = xasprintf("%s/tmp/px.bmap.%u", install->root, (unsigned)getpid());
	unlink(install->bmap_path);
	fd = open(install->bmap_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (full_write(fd, install->fetch.output, len_bytes) != (ssize_t)len_bytes) {
		close(fd);
		return -1;
	}
	return close(fd);
}

static void FAST_FUNC end_get_bmap(struct px_install *install)
{
	if (install->fetch.output_overflow)
		px_step_fail(install, PX_PROTOCOL, "bmap", "more than 16 MiB");
	else if (install->fetch.status != 0)
		px_step_fail(install, install->fetch.status, "bmap", px_child_message(&install->fetch, 0));
	else if (save_bmap(install) != 0)
		px_step_fail(install, PX_IO, "bmap", strerror(errno));
}

const struct px_step px_step_get_bmap = { start_get_bmap, end_get_bmap };

/* --- the image */

static int FAST_FUNC start_write_image(struct px_install *install)
{
	if (px_step_is_scripted(install))
		return 0;
	px_child_free(&install->fetch);
	px_child_free(&install->write); /* the look */
	return px_pipe_start(install, px_pipe_urls(install), install->disk, -1) == 0 ? 1 : -1;
}

/* A pxwrite that was killed, or that said nothing, leaves a disk of which nothing is known. */
static void take_state(struct px_install *install)
{
	install->state = install->write.state;
	install->disk_state = px_state_words(install->state);
	install->touched = install->write.state_said && install->state != PX_STATE_UNTOUCHED;
}

static void FAST_FUNC end_write_image(struct px_install *install)
{
	const struct px_child *cause = px_pipe_blame(install, 0);
	const char *step = "write";

	take_state(install);
	install->written = !cause;
	if (!cause)
		return;
	if (cause == &install->fetch)
		step = "download";
	else if (strcmp(install->write.progress.stage, "verify") == 0)
		step = "verify";
	px_step_fail(install, install->status, step, install->reason);
}

const struct px_step px_step_write_image = { start_write_image, end_write_image };
