/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk that is written. See target.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += target.o

#include "libbb.h"
#include "write/target.h"

static enum px_status open_failed(const struct px_target *target, int error)
{
	char *holder;

	if (error != EBUSY) {
		bb_error_msg("%s: cannot open: %s", target->path, strerror(error));
		return error == EACCES || error == EROFS || error == EPERM || error == ENOMEDIUM ? PX_TARGET : PX_IO;
	}
	holder = px_disk_holder(NULL, target->disk->name);
	bb_error_msg("%s: in use%s%s", target->path, holder ? ": " : "",
			holder ? holder : ": another program has it open");
	free(holder);
	return PX_TARGET;
}

enum px_status FAST_FUNC px_target_refuse(const struct px_target *target, off_t need_bytes, unsigned sector_bytes)
{
	struct px_disk_wish wish = {
		.need_bytes = need_bytes,
		.sector_bytes = sector_bytes,
		.named = 1,
		.may_hold_data = target->force,
	};
	char *why = px_disk_refusal(target->disk, &wish);

	if (!why)
		return PX_OK;
	bb_error_msg("%s: %s", target->path, why);
	free(why);
	return PX_TARGET;
}

int FAST_FUNC px_target_may_be_forged(const struct px_target *target)
{
	const struct px_disk *disk = target->disk;

	return disk->removable || disk->usb || strcmp(disk->transport, "mmc") == 0;
}

int FAST_FUNC px_target_reads_behind(const struct px_target *target)
{
	return !target->dev.is_file && !target->disk->rotational && !px_target_may_be_forged(target);
}

/* differs: malloced, what differs from the identity that was asked for; or NULL */
static enum px_status refuse_another(struct px_target *target, char *differs)
{
	if (!differs)
		return PX_OK;
	bb_error_msg("%s: this is another disk than the one that was chosen: %s", target->path, differs);
	free(differs);
	target->why = "identity";
	return PX_TARGET;
}

/* The disk is looked at before it is opened: an open for writing makes udev look at it, too, and hold it meanwhile. */
static enum px_status look(struct px_target *target, off_t need_bytes)
{
	enum px_status status = PX_OK;

	target->disk = px_disk_get(NULL, target->path, PX_DISK_FILES, &status);
	if (!target->disk)
		return status;
	if (target->identity_known)
		status = refuse_another(target, px_identity_differs(&target->identity, target->disk));
	if (status == PX_OK)
		status = px_target_refuse(target, need_bytes, 0);
	return status;
}

enum px_status FAST_FUNC px_target_open(struct px_target *target, off_t need_bytes)
{
	struct px_blkdev *dev = &target->dev;
	enum px_status status = look(target, need_bytes);
	int error;

	if (status != PX_OK)
		return status;
	error = px_blkdev_open(dev, target->path, target->dry);
	if (error)
		return open_failed(target, error);
	/* the path may have got another disk since the look: what is open now stays the same */
	if (target->identity_known
	 && refuse_another(target, px_identity_differs_fd(&target->identity, dev->fd)) != PX_OK)
		return PX_TARGET;
	if (px_disk_ask(target->disk, dev->fd) < 0)
		return PX_IO;
	dev->sector_bytes = target->disk->sector_bytes;
	dev->size_bytes = target->disk->size_bytes / dev->sector_bytes * dev->sector_bytes;
	return px_target_refuse(target, need_bytes, 0);
}
