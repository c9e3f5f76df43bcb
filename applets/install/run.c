/*
 * An installation from start to end, whatever kind of image it is. See install.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += run.o

#include "libbb.h"
#include "install/image.h"
#include "install/pipe.h"
#include "install/scripted.h"
#include "report/log.h"

void FAST_FUNC px_install_start(struct px_install *install)
{
	install->start_ms = monotonic_ms();
	install->status = -1;
	install->step = "start";
	install->disk_state = "disk untouched";
	if (px_scripted_is(install->image))
		px_scripted_start(install);
	else
		px_install_image_start(install);
}

char* FAST_FUNC px_install_describe(const struct px_install *install)
{
	return px_scripted_is(install->image) ? px_scripted_describe(install) : px_pipe_describe(install);
}

void FAST_FUNC px_install_pollfds(const struct px_install *install, struct pollfd *fds)
{
	int i;

	for (i = 0; i < PX_INSTALL_FDS; i++)
		fds[i].fd = -1;
	if (install->fetch.pid > 0)
		px_child_pollfds(&install->fetch, fds);
	if (install->write.pid > 0)
		px_child_pollfds(&install->write, fds + PX_CHILD_FDS);
	if (install->run.pid > 0)
		px_child_pollfds(&install->run, fds + 2 * PX_CHILD_FDS);
}

void FAST_FUNC px_install_handle(struct px_install *install, const struct pollfd *fds)
{
	if (install->phase == PX_INSTALL_OVER)
		return;
	if (install->write.pid > 0)
		px_child_handle(&install->write, fds + PX_CHILD_FDS);
	if (install->fetch.pid > 0)
		px_child_handle(&install->fetch, fds);
	px_pipe_stop_lonely_fetch(install);
	if (install->run.pid > 0)
		px_child_handle(&install->run, fds + 2 * PX_CHILD_FDS);
	if (install->phase == PX_INSTALL_SCRIPTED) {
		px_scripted_handle(install);
		return;
	}
	if (px_child_running(&install->fetch) || px_child_running(&install->write) || px_child_running(&install->run))
		return;
	px_install_image_end(install);
}

int FAST_FUNC px_install_running(const struct px_install *install)
{
	return install->phase != PX_INSTALL_OVER;
}

void FAST_FUNC px_install_abort(struct px_install *install)
{
	install->aborted = 1;
	px_log_add("px: aborted by the user");
	px_child_stop(&install->write);
	px_child_stop(&install->fetch);
	if (install->scripted)
		px_scripted_abort(install);
}

void FAST_FUNC px_install_free(struct px_install *install)
{
	px_child_free(&install->fetch);
	px_child_free(&install->write);
	px_child_free(&install->run);
	px_scripted_free(install);
	free(install->lines);
	install->lines = NULL;
	px_install_image_free(install);
}
