/*
 * A raw image: its block map, the pipe, clearing. See image.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += image.o

#include "libbb.h"
#include "install/image.h"
#include "install/pipe.h"

enum { BMAP_BYTES_MAX = 16 << 20 };

static void fail(struct px_install *install, int status, const char *step, const char *reason)
{
	install->phase = PX_INSTALL_OVER;
	install->status = status;
	install->step = step;
	safe_strncpy(install->reason, reason, sizeof(install->reason));
}

static void start_image(struct px_install *install)
{
	install->phase = PX_INSTALL_IMAGE;
	if (px_pipe_start(install, px_image_urls(install->catalog, install->image), install->disk, -1) != 0)
		fail(install, PX_OTHER, "start", strerror(errno));
}

/* --- the block map */

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

static void end_bmap(struct px_install *install)
{
	if (install->aborted)
		fail(install, PX_ABORTED, "bmap", "aborted by the user");
	else if (install->fetch.output_overflow)
		fail(install, PX_PROTOCOL, "bmap", "more than 16 MiB");
	else if (install->fetch.status != 0)
		fail(install, install->fetch.status, "bmap", px_child_message(&install->fetch, 0));
	else if (save_bmap(install) != 0)
		fail(install, PX_IO, "bmap", strerror(errno));
	else {
		px_child_free(&install->fetch);
		start_image(install);
	}
}

static void start_bmap(struct px_install *install)
{
	install->phase = PX_INSTALL_BMAP;
	if (px_pipe_collect(install, install->image->bmap, BMAP_BYTES_MAX) != 0)
		fail(install, PX_OTHER, "start", strerror(errno));
}

/* --- clearing after a failure */

/* When pxfetch failed and pxwrite did not, the disk has a boot sector and not all of the image behind it: it is
 * cleared. */
static void start_clear(struct px_install *install)
{
	struct px_command clear;
	int rc;

	memset(&clear, 0, sizeof(clear));
	px_command_add_words(&clear, "pxwrite\0" "-z\0" "-qf\0" "--\0");
	px_command_add(&clear, install->disk);
	install->phase = PX_INSTALL_CLEAR;
	install->disk_state = "disk could not be cleared: it may boot half an image";
	strcpy(install->write.progress.stage, "clear");
	rc = px_child_start(&install->run, "pxwrite", clear.argv, -1, PX_CHILD_MERGE, 0);
	px_command_free(&clear);
	if (rc != 0)
		install->phase = PX_INSTALL_OVER;
}

/* A pxwrite -z that refuses says "disk untouched" of what it did itself; of this disk, which was written before,
 * that is not true. The state set by start_clear stays then. */
static void end_clear(struct px_install *install)
{
	install->phase = PX_INSTALL_OVER;
	if (install->run.status == 0)
		install->disk_state = px_pipe_disk_state(&install->run);
	else
		px_pipe_reason(&install->run, install->consequence);
}

static void end_image(struct px_install *install)
{
	const struct px_child *cause = px_pipe_blame(install);

	install->phase = PX_INSTALL_OVER;
	install->disk_state = px_pipe_disk_state(&install->write);
	if (cause == &install->fetch)
		install->step = "download";
	else
		install->step = strcmp(install->write.progress.stage, "verify") == 0 ? "verify" : "write";
	if (install->aborted && install->status != 0)
		fail(install, PX_ABORTED, install->step, "aborted by the user");
	if (install->status != 0 && install->write.status == 0)
		start_clear(install);
}

/* --- from phase to phase */

void FAST_FUNC px_install_image_start(struct px_install *install)
{
	if (install->image->bmap)
		start_bmap(install);
	else
		start_image(install);
}

void FAST_FUNC px_install_image_end(struct px_install *install)
{
	install->end_ms = monotonic_ms();
	if (install->phase == PX_INSTALL_BMAP)
		end_bmap(install);
	else if (install->phase == PX_INSTALL_CLEAR)
		end_clear(install);
	else
		end_image(install);
}

void FAST_FUNC px_install_image_free(struct px_install *install)
{
	if (install->bmap_path)
		unlink(install->bmap_path);
	free(install->bmap_path);
	install->bmap_path = NULL;
}
