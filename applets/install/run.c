/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An installation from start to end, step by step, whatever kind of image it is. See install.h.
 *
 *	fetch the block map, fetch and check both scripts, look at archive or image     the disk is untouched
 *	raw image: pxfetch | pxwrite DISK, then its file system takes the room that its partition has got (Grow)
 *	scripted image: pxwrite -z DISK                  from here on it does not boot
 *	sh INIT                                          partitions, makes file systems, mounts them on PX_TARGET
 *	pxfetch | pxwrite - | tar -x                     the archive, never stored
 *	sh POST                                          makes it boot
 *	syncfs, umount, fsync
 *
 * A step that fails ends it: everything is unmounted, and the disk cleared if anything was written to it.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += run.o

#include "libbb.h"
#include "catalog/script.h"
#include "install/flush.h"
#include "install/mounts.h"
#include "install/pipe.h"
#include "install/step.h"
#include "install/warden.h"
#include "report/log.h"

enum { CLOSE_MS = 1000, HANG_MS = 10 * 1000 };

/* The order of things. From FIRST_OF_ENDING on they are done after a failure, too. */
static const struct px_step *const steps[] = {
	&px_step_get_bmap,
	&px_step_get_init,
	&px_step_check_init,
	&px_step_get_post,
	&px_step_check_post,
	&px_step_look_at_archive,
	&px_step_look_at_image,
	&px_step_write_image,
	&px_step_grow,
	&px_step_clear,
	&px_step_check_disk,
	&px_step_init,
	&px_step_unpack,
	&px_step_post,
	&px_step_flush,
	&px_step_unmount,
	&px_step_flush_disk,
	&px_step_clear_again,
};

enum { FIRST_OF_ENDING = 14 };

/* What each is called when it fails because nothing happens. */
static const char step_names[] ALIGN1 =
	"bmap\0init\0init\0post\0post\0archive\0write\0write\0grow\0clear\0disk\0init\0unpack\0post\0"
	"flush\0unmount\0flush\0clear\0";

static const struct px_plan installing = { steps, ARRAY_SIZE(steps), FIRST_OF_ENDING, step_names };

/* --- from step to step */

/* A raw image is on the disk, and then something failed. */
static const char *state_after_image(const struct px_install *install)
{
	static const char words[] ALIGN1 =
		"disk written and verified, but Post did not run\0"
		"disk written, not read back, and Post did not run\0"
		"disk written and verified, but Post failed\0"
		"disk written, not read back, and Post failed\0"
		"disk written and verified, but Post did not end\0"
		"disk written, not read back, and Post did not end\0"
		"disk written and verified, but what Post wrote may be lost\0"
		"disk written, not read back, and what Post wrote may be lost\0";
	int which = 3;

	if (!install->post_path)
		return px_state_words(install->state);
	if (!install->post_begun)
		which = 0;
	else if (strcmp(install->step, "post") == 0)
		which = 1;
	else if (strcmp(install->step, "abort") == 0)
		which = 2;
	return nth_string(words, 2 * which + (install->state != PX_STATE_VERIFIED));
}

static void finish(struct px_install *install)
{
	install->over = 1;
	px_warden_dismiss(install->warden_fd);
	install->warden_fd = -1;
	install->end_ms = monotonic_ms();
	if (install->failed && install->written)
		install->disk_state = state_after_image(install);
	if (install->failed || !px_step_is_scripted(install))
		return;
	install->state = PX_STATE_UNREAD;
	install->disk_state = px_state_words(install->state);
}

/* A scripted image's disk is nothing that may boot, until the very end. */
static void tell_warden(const struct px_install *install)
{
	int running = install->run.pid > 0 && install->run.status < 0;

	px_warden_tell(install->warden_fd, running ? install->run.pid : 0,
			install->touched && px_step_is_scripted(install));
}

/* A step could not be started, perhaps after its first program had been. */
static void fail_to_start(struct px_install *install)
{
	px_step_fail(install, PX_OTHER, "start", strerror(errno));
	px_child_free(&install->fetch);
	px_child_free(&install->write);
	px_child_free(&install->run);
}

/* From step at on to the next one that has something to do. */
static void go_on(struct px_install *install, unsigned at)
{
	const struct px_plan *plan = install->plan;

	for (; at < plan->count; at++) {
		int rc;

		if (install->failed && at < plan->first_of_ending)
			at = plan->first_of_ending;
		install->at = at;
		if (at == plan->count)
			break;
		install->ending = at >= plan->first_of_ending;
		install->doing = nth_string(plan->names, at);
		px_patience_begin(install);
		rc = plan->steps[at]->start(install);
		if (rc > 0) {
			tell_warden(install);
			return;
		}
		if (rc < 0)
			fail_to_start(install);
	}
	finish(install);
}

static void end_step(struct px_install *install)
{
	int at = install->at;

	if (install->look_only) {
		px_step_look_at_image.end(install);
		finish(install);
		return;
	}
	if (install->aborted && !install->ending && install->plan->steps[at] != &px_step_write_image)
		px_step_fail(install, PX_ABORTED, "abort", "aborted by the user");
	install->again = 0;
	install->plan->steps[at]->end(install);
	/* it came too late for the image, but nothing else is begun then */
	if (install->aborted && !install->ending && (install->post_path || install->write.grown_partition))
		px_step_fail(install, PX_ABORTED, "abort", "aborted by the user");
	go_on(install, install->again ? at : at + 1);
}

/* --- what is left of a step */

/* A program has ended and what it started has not: it is ended too, so that nothing stays mounted and no pipe open. */
static void end_leftovers(struct px_install *install)
{
	struct px_child *child = &install->run;

	if (child->pid <= 0 || child->status < 0 || !px_child_running(child))
		return;
	if (!install->ended_ms) {
		install->ended_ms = monotonic_ms();
		px_child_kill_group(child, SIGKILL);
	} else if (monotonic_ms() > install->ended_ms + CLOSE_MS)
		px_child_close(child);
}

/* --- starting */

static void export(const char *name, const char *value)
{
	xsetenv(name, value ? value : "");
}

/* Returns 0; -1: it has failed. */
static int prepare_scripts(struct px_install *install)
{
	unsigned count;
	char *point, *reason;

	install->target = xasprintf("%s/mnt", install->root);
	mkdir(install->target, 0755);
	export("PX_DISK", install->disk);
	export("PX_IMAGE", install->image->id);
	export("PX_SERVER", install->server);
	export("PX_MAC", install->mac);
	export("PX_NAME", install->name);
	export("PX_ROOM", install->room);
	export("PX_TARGET", install->target);
	point = px_mounts_last(install->target, &count);
	if (!point) {
		install->warden_fd = px_warden_start(install);
		if (install->warden_fd >= 0)
			return 0;
		px_step_fail(install, PX_OTHER, "start", strerror(errno));
		return -1;
	}
	free(point);
	reason = xasprintf("something is mounted on %s: unmount it", install->target);
	px_step_fail(install, PX_TARGET, "start", reason);
	free(reason);
	/* it is somebody else's: nothing is to be unmounted */
	free(install->target);
	install->target = NULL;
	return -1;
}

void FAST_FUNC px_install_start(struct px_install *install)
{
	install->start_ms = monotonic_ms();
	if (!install->plan)
		install->plan = &installing;
	install->status = 0;
	install->warden_fd = -1;
	install->step = "start";
	install->state = PX_STATE_UNTOUCHED;
	install->disk_state = px_state_words(install->state);
	if ((install->image->init || install->image->post) && prepare_scripts(install) != 0)
		finish(install);
	else
		go_on(install, 0);
}

void FAST_FUNC px_install_look(struct px_install *install)
{
	install->warden_fd = -1;
	install->look_only = 1;
	install->state = PX_STATE_UNTOUCHED;
	if (px_step_look_at_image.start(install) <= 0)
		finish(install);
}

char* FAST_FUNC px_install_describe(const struct px_install *install)
{
	const struct px_image *image = install->image;

	if (!px_step_is_scripted(install))
		return px_pipe_describe(install);
	return xasprintf("pxwrite -z%s -- %s; sh %s%s%s%s%s", install->force ? " -f" : "", install->disk, image->init,
			image->archive ? "; pxfetch | pxwrite - | tar -x: " : "", image->archive ? image->archive : "",
			image->post ? "; sh " : "", image->post ? image->post : "");
}

/* --- running */

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

/* At most one comes with each line of progress. */
static void take_warning(struct px_install *install)
{
	if (!install->write.warning[0])
		return;
	px_step_warn(install, install->write.warning);
	install->write.warning[0] = '\0';
}

void FAST_FUNC px_install_handle(struct px_install *install, const struct pollfd *fds)
{
	if (install->over)
		return;
	if (install->write.pid > 0)
		px_child_handle(&install->write, fds + PX_CHILD_FDS);
	if (install->fetch.pid > 0)
		px_child_handle(&install->fetch, fds);
	if (install->run.pid > 0)
		px_child_handle(&install->run, fds + 2 * PX_CHILD_FDS);
	px_pipe_handle(install);
	take_warning(install);
	px_archive_watch(install);
	px_look_watch(install);
	px_patience_watch(install);
	end_leftovers(install);
	if (!px_step_running(install))
		end_step(install);
}

int FAST_FUNC px_install_running(const struct px_install *install)
{
	return !install->over;
}

/* What cleans up is never aborted. */
void FAST_FUNC px_install_abort(struct px_install *install)
{
	install->aborted = 1;
	install->aborted_ms = monotonic_ms();
	px_log_add("px: aborted by the user");
	if (!install->ending)
		px_patience_stop(install);
}

int FAST_FUNC px_install_hangs(const struct px_install *install)
{
	return !install->over && install->aborted && monotonic_ms() > install->aborted_ms + HANG_MS;
}

void FAST_FUNC px_install_free(struct px_install *install)
{
	px_child_free(&install->fetch);
	px_child_free(&install->write);
	px_child_free(&install->run);
	px_flush_free(install->flush);
	install->flush = NULL;
	px_pipe_forget(install);
	free(install->lines);
	install->lines = NULL;
	free(install->warnings);
	install->warnings = NULL;
	free(install->target);
	install->target = NULL;
	px_script_remove(install->bmap_path);
	px_script_remove(install->init_path);
	px_script_remove(install->post_path);
	install->bmap_path = install->init_path = install->post_path = NULL;
}
