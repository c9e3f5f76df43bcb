/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The archive of a scripted image: a look at its first bytes while the disk is untouched, later pxfetch | pxwrite - |
 * tar -x. See step.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += archive.o

#include "libbb.h"
#include "lib/url.h"
#include "install/pipe.h"
#include "install/step.h"
#include "install/tar.h"
#include "report/log.h"
#include "verify/tarframe.h"

static char **archive_urls(const struct px_install *install)
{
	char **urls = xzalloc(2 * sizeof(urls[0]));

	urls[0] = px_url_resolve(install->catalog->url, install->image->archive);
	return urls;
}

/* --- the look */

static int FAST_FUNC start_look(struct px_install *install)
{
	if (!install->image->archive)
		return 0;
	px_child_free(&install->fetch);
	px_step_stage(install, "look");
	return px_pipe_peek(install, archive_urls(install), PX_TAR_BLOCK_BYTES) == 0 ? 1 : -1;
}

/* pxwrite was stopped as soon as it had delivered a block: that is what went well here. */
static void FAST_FUNC end_look(struct px_install *install)
{
	const struct px_child *cause;
	char *reason;

	if (install->write.output_bytes < PX_TAR_BLOCK_BYTES) {
		cause = px_pipe_blame(install, 0);
		if (cause) {
			px_step_fail(install, install->status, cause == &install->fetch ? "download" : "archive",
					install->reason);
			return;
		}
	}
	if (install->write.output_bytes == PX_TAR_BLOCK_BYTES
	 && px_tarframe_is_header((uint8_t *)install->write.output))
		return;
	reason = xasprintf("%s is no tar archive", install->image->archive);
	px_step_fail(install, PX_DATA, "archive", reason);
	free(reason);
}

const struct px_step px_step_look_at_archive = { start_look, end_look };

/* --- unpacking */

static int FAST_FUNC start_unpack(struct px_install *install)
{
	struct px_command tar;
	int data[2], rc;

	if (!install->image->archive)
		return 0;
	px_log_say("px: unpacking %s", install->image->archive);
	px_child_free(&install->fetch);
	px_child_free(&install->write);
	px_child_free(&install->run);
	if (px_child_pipe(data) != 0)
		return -1;
	px_tar_command(&tar, install->target);
	rc = px_child_start(&install->run, "tar", tar.argv, data[0], PX_CHILD_MERGE, 0);
	if (rc == 0)
		rc = px_pipe_start(install, archive_urls(install), "-", data[1]);
	close(data[0]);
	close(data[1]);
	px_command_free(&tar);
	return rc == 0 ? 1 : -1;
}

/* A full file system stays full: no need to fetch the rest of the archive. */
void FAST_FUNC px_archive_watch(struct px_install *install)
{
	struct px_child *tar = &install->run;

	if (tar->pid > 0 && tar->status < 0 && strcmp(tar->name, "tar") == 0 && tar->messages.count > 0
	 && px_tar_is_full(install->target))
		px_child_stop(tar);
}

/* GNU tar takes the end of its input between two members for the end of the archive. So something has to say where that
 * is: the catalog, or the two blocks of zeros that an archive ends with. */
static int is_whole(const struct px_install *install)
{
	return install->image->size_bytes >= 0 || install->image->digest.known
		|| install->write.archive_whole;
}

static void FAST_FUNC end_unpack(struct px_install *install)
{
	const struct px_child *cause = px_pipe_blame(install, 1);
	char *reason;

	if (!cause) {
		if (is_whole(install))
			return;
		reason = xasprintf("%s does not end as an archive does (two blocks of zeros): it may have "
				"been cut short",
				install->image->archive);
		px_step_fail(install, PX_DATA, "unpack", reason);
	} else if (cause == &install->run) {
		reason = px_tar_reason(&install->run, install->target);
		px_step_keep_lines(install);
		px_step_fail(install, PX_IO, "unpack", reason);
	} else {
		px_step_fail(install, install->status, cause == &install->fetch ? "download" : "unpack",
				install->reason);
		return;
	}
	free(reason);
}

const struct px_step px_step_unpack = { start_unpack, end_unpack };
