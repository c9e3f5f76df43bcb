/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The write order. See blkwrite.h.
 *
 * Firmware that sees a protective MBR restores a broken primary GPT from the backup, and a BIOS runs whatever sector 0
 * holds: so sector 0 is the first thing to go and the last to come back, and between the two every other byte has been
 * written, flushed, read back and compared.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += blkwrite.o

#include "libbb.h"
#include "write/blkwrite.h"
#include "volume/probe.h"
#include "write/commit.h"
#include "write/gate.h"
#include "write/missing.h"
#include "write/pour.h"
#include "write/proof.h"
#include "write/readback.h"
#include "lib/ring.h"
#include "verify/sum.h"
#include "lib/zero.h"

/* A weaker state is to be said before the write that makes it true, a better one after what proves it. */
static void set_state(struct px_blkwrite *w, enum px_state state)
{
	if (w->state == (smallint)state)
		return;
	w->state = state;
	px_state_line(w->progress_fd, "state", px_state_keyword(state));
}

static enum px_status FAST_FUNC sync_disk(struct px_blkwrite *w)
{
	int error = px_blkdev_sync(w->dev);

	return error ? px_blkdev_flush_failed(w->dev, error) : PX_OK;
}

/* --- step 0 */

enum px_status FAST_FUNC px_blkwrite_look(struct px_blkwrite *w)
{
	ssize_t n;

	if (posix_memalign((void **)&w->head, 4096, PX_HEAD_BYTES + PX_RING_SLACK_BYTES) != 0)
		bb_die_memory_exhausted();
	n = px_stream_read_full(w->image, w->head, PX_HEAD_BYTES);
	if (n < 0)
		return w->image->status;
	w->head_bytes = n;
	memset(w->head + n, 0, PX_HEAD_BYTES - n);
	if (n == 0) {
		bb_error_msg("the image is empty");
		return PX_DATA;
	}
	px_volume_look(&w->kind, w->head, n);
	return PX_OK;
}

enum px_status FAST_FUNC px_blkwrite_whole(struct px_blkwrite *w, off_t image_bytes)
{
	off_t need_bytes;
	const char *what = px_volume_cut(&w->kind, image_bytes, w->proof, &need_bytes);

	if (!what)
		return PX_OK;
	bb_error_msg("the image is cut short: %"OFF_FMT"u bytes came, %s ends at byte %"OFF_FMT"u%s",
			image_bytes, what, need_bytes,
			w->proof ? "" : " (if it is whole all the same, give its size with -s)");
	return PX_DATA;
}

/* A look into the future: the table is fitted to the disk on a copy of the head, before anything is written. */
enum px_status FAST_FUNC px_blkwrite_fits(struct px_blkwrite *w)
{
	struct px_mend mend;
	uint8_t *copy = xmalloc(PX_HEAD_BYTES);
	enum px_status status = PX_OK;

	memcpy(copy, w->head, PX_HEAD_BYTES);
	if (px_gpt_mend(&mend, copy, PX_HEAD_BYTES, w->image_bytes, w->dev->size_bytes, w->dev->sector_bytes,
			w->grow) < 0) {
		bb_error_msg("%s: %s", w->dev->path, mend.note);
		status = PX_TARGET;
	}
	px_mend_free(&mend);
	free(copy);
	return status;
}

/* --- step 1 */

/* Both ends of the disk into buf, which has room for two MiB. 0 or an errno. */
static int read_both_ends(struct px_blkwrite *w, uint8_t *buf, size_t len_bytes)
{
	int error = px_blkdev_read(w->dev, buf, len_bytes, 0);

	return error ? error : px_blkdev_read(w->dev, buf + len_bytes, len_bytes, w->dev->size_bytes - len_bytes);
}

/* Clearing has failed: perhaps the disk is as it was (old; NULL: that was not to be read). Where one of its ends
 * still has anything, firmware may find a table there. */
static void look_what_is_left(struct px_blkwrite *w, uint8_t *now, const uint8_t *old, size_t len_bytes)
{
	px_blkdev_drop_cache(w->dev);
	if (read_both_ends(w, now, len_bytes) != 0)
		return;
	if (old && memcmp(now, old, 2 * len_bytes) == 0)
		set_state(w, PX_STATE_UNTOUCHED);
	else if (px_zero_is_aligned(now, 2 * len_bytes))
		set_state(w, PX_STATE_NOBOOT);
}

static enum px_status clear_range(struct px_blkwrite *w, const uint8_t *zeros, size_t len_bytes, off_t offset_bytes)
{
	int error = px_blkdev_write(w->dev, zeros, len_bytes, offset_bytes);

	if (error)
		return px_blkdev_failed(w->dev, "cannot clear", offset_bytes, error);
	return PX_OK;
}

/* Old tables, the backup GPT, labels of RAID, ZFS and LVM: gone before anything else, sector 0 first of all. They are
 * read back now and not after an hour, also with -V: some worn-out sticks take every write and keep none. */
static enum px_status clear_both_ends(struct px_blkwrite *w, const uint8_t *zeros, size_t len_bytes)
{
	off_t last_bytes = w->dev->size_bytes - len_bytes;
	enum px_status status = clear_range(w, zeros, w->dev->sector_bytes, 0);

	if (status == PX_OK)
		status = sync_disk(w);
	if (status == PX_OK)
		status = clear_range(w, zeros, len_bytes, 0);
	if (status == PX_OK)
		status = clear_range(w, zeros, len_bytes, last_bytes);
	if (status == PX_OK)
		status = sync_disk(w);
	if (status == PX_OK)
		status = px_readback_range(w, zeros, len_bytes, 0);
	if (status == PX_OK)
		status = px_readback_range(w, zeros, len_bytes, last_bytes);
	return status;
}

/* A signal comes before, and the disk is untouched, or after, and it does not boot. old has both ends as they are, or
 * is NULL; zeros has room for as much. */
static enum px_status clear_between_signals(struct px_blkwrite *w, uint8_t *zeros, const uint8_t *old, size_t len_bytes)
{
	enum px_status status;
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	set_state(w, PX_STATE_UNKNOWN);
	status = clear_both_ends(w, zeros, len_bytes);
	if (status == PX_OK)
		set_state(w, PX_STATE_NOBOOT);
	else
		look_what_is_left(w, zeros, old, len_bytes);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* A sector that cannot be read can mostly be written: drives take another one for it then. So this stops nothing;
 * whether the disk keeps what it is given, reading back decides. */
static enum px_status FAST_FUNC step_clear(struct px_blkwrite *w)
{
	size_t len_bytes = MIN(w->dev->size_bytes, (off_t)PX_CHUNK_BYTES);
	uint8_t *zeros, *old;
	enum px_status status;
	int error;

	if (posix_memalign((void **)&zeros, 4096, 4 * PX_CHUNK_BYTES) != 0)
		bb_die_memory_exhausted();
	memset(zeros, 0, PX_CHUNK_BYTES);
	old = zeros + 2 * PX_CHUNK_BYTES;
	error = read_both_ends(w, old, len_bytes);
	if (error)
		px_state_warn(w->progress_fd, w->quiet, "unreadable", "%s: cannot read all of its first and last MiB "
				"(%s): they are written over", w->dev->path, strerror(error));
	status = clear_between_signals(w, zeros, error ? NULL : old, len_bytes);
	free(zeros);
	return status;
}

static int in_parts(const struct px_blkwrite *w)
{
	return ENABLE_PX_WRITE_MISSING && w->missing;
}

static enum px_status FAST_FUNC step_pour(struct px_blkwrite *w)
{
	return in_parts(w) ? px_missing_pour(w->missing) : px_pour(w);
}

static enum px_status FAST_FUNC step_readback(struct px_blkwrite *w)
{
	return in_parts(w) ? px_missing_readback(w->missing) : px_readback(w);
}

/* The last moment before something is written that firmware may take for a partition table. */
static enum px_status FAST_FUNC step_commit(struct px_blkwrite *w)
{
	if (w->commit_fd < 0 || px_commit_wait(w->commit_fd) == 0)
		return PX_OK;
	bb_error_msg("%s: all of it is written, but whoever fetched the image has not said that it is whole",
			w->dev->path);
	w->why = "uncommitted";
	return PX_NETWORK;
}

static enum px_status write_and_check(struct px_blkwrite *w, const uint8_t *data, size_t len_bytes, off_t offset_bytes)
{
	enum px_status status;
	int error = px_blkdev_write(w->dev, data, len_bytes, offset_bytes);

	if (error)
		return px_blkdev_failed(w->dev, "cannot write", offset_bytes, error);
	status = sync_disk(w);
	if (status != PX_OK || w->skip_readback)
		return status;
	return px_readback_range(w, data, len_bytes, offset_bytes);
}

/* --- step 3, what of it the stream itself cannot know: compressed members may be missing and nothing tells */

enum px_status FAST_FUNC px_blkwrite_refuse_end(const uint8_t *end)
{
	const char *what = px_probe_end(end);

	if (!what)
		return PX_OK;
	bb_error_msg("this is %s, no disk image: make it raw: qemu-img convert -O raw", what);
	return PX_DATA;
}

/* Some formats are told by their last 512 bytes alone. Size and hash would have proven that these belong to the
 * image. */
static enum px_status refuse_by_end(struct px_blkwrite *w)
{
	size_t sector_bytes = w->dev->sector_bytes;
	off_t offset_bytes = (w->done_bytes - 1) / sector_bytes * sector_bytes;
	enum px_status status = PX_OK;
	uint8_t *sector;

	if (w->proof == PX_PROOF_WHOLE || w->done_bytes % 512 != 0)
		return PX_OK;
	if (w->done_bytes <= (off_t)w->head_bytes)
		return px_blkwrite_refuse_end(w->head + w->done_bytes - 512);
	if (posix_memalign((void **)&sector, 4096, sector_bytes) != 0)
		bb_die_memory_exhausted();
	/* what cannot be read is found by step 4 */
	if (px_blkdev_read(w->dev, sector, sector_bytes, offset_bytes) == 0)
		status = px_blkwrite_refuse_end(sector + (w->done_bytes - 512 - offset_bytes));
	free(sector);
	return status;
}

/* The last partition may end behind an image that is whole (its size was rounded up to a cylinder): what the disk
 * held there must not look like a part of it. More than that is said before the first write, and stays. */
static enum px_status clear_behind(struct px_blkwrite *w)
{
	off_t at_bytes = MAX((off_t)px_blkdev_whole_sectors(w->dev, w->done_bytes), (off_t)PX_HEAD_BYTES);
	off_t end_bytes = MIN(w->kind.end_bytes, w->dev->size_bytes);
	enum px_status status;
	uint8_t *zeros;
	size_t len_bytes;

	if (end_bytes <= at_bytes || end_bytes - at_bytes > PX_OVERHANG_BYTES)
		return PX_OK;
	len_bytes = px_blkdev_whole_sectors(w->dev, end_bytes - at_bytes);
	if (posix_memalign((void **)&zeros, 4096, len_bytes) != 0)
		bb_die_memory_exhausted();
	memset(zeros, 0, len_bytes);
	status = write_and_check(w, zeros, len_bytes, at_bytes);
	free(zeros);
	return status;
}

static enum px_status FAST_FUNC step_whole(struct px_blkwrite *w)
{
	enum px_status status = px_blkwrite_whole(w, w->done_bytes);

	if (status == PX_OK)
		status = refuse_by_end(w);
	if (status == PX_OK)
		status = clear_behind(w);
	return status;
}

/* --- steps 4 to 6 */

static void say_mended(struct px_blkwrite *w)
{
	const struct px_mend *mend = &w->mend;

	if (mend->note[0] && w->kind.table != PX_TABLE_BROKEN) /* that was said before the first write */
		px_state_warn(w->progress_fd, w->quiet, w->grow && !mend->grown ? "grow" : "table", "%s: %s",
				w->dev->path, mend->note);
	if (!mend->grown)
		return;
	/* whoever reads -p knows what to do about the file system (pximenu has it grown); people are told */
	px_state_line(w->progress_fd, "grown", utoa(mend->grown));
	px_state_warn(w->progress_fd, w->quiet, "grown",
			"%s: partition %u has grown from %"OFF_FMT"u to %"OFF_FMT"u MiB%s",
			w->dev->path, mend->grown, mend->grown_from_bytes >> 20, mend->grown_to_bytes >> 20,
			w->progress_fd >= 0 ? "" : ", its filesystem has not (resize2fs)");
}

/* The backup GPT goes to the end of the disk first: without a protective MBR nobody restores anything from it. */
static enum px_status FAST_FUNC step_mend(struct px_blkwrite *w)
{
	void *tail;
	enum px_status status;

	if (px_gpt_mend(&w->mend, w->head, PX_HEAD_BYTES, w->done_bytes, w->dev->size_bytes, w->dev->sector_bytes,
			w->grow) < 0) {
		bb_error_msg("%s: %s", w->dev->path, w->mend.note);
		return PX_DATA;
	}
	say_mended(w);
	if (!w->mend.tail)
		return PX_OK;
	if (posix_memalign(&tail, 4096, w->mend.tail_bytes) != 0)
		bb_die_memory_exhausted();
	memcpy(tail, w->mend.tail, w->mend.tail_bytes);
	status = write_and_check(w, tail, w->mend.tail_bytes, w->mend.tail_offset_bytes);
	free(tail);
	return status;
}

static int first_sector_is_clear(struct px_blkwrite *w)
{
	px_blkdev_drop_cache(w->dev);
	return px_blkdev_read(w->dev, w->head, w->dev->sector_bytes, 0) == 0
		&& px_zero_is_aligned(w->head, w->dev->sector_bytes);
}

/* Sector 0 was written and something went wrong then: it must not stay. Whether it is gone is for the disk to tell:
 * the write that failed may have been of no effect, too. */
static void clear_boot_sector(struct px_blkwrite *w)
{
	memset(w->head, 0, w->dev->sector_bytes);
	px_blkdev_write(w->dev, w->head, w->dev->sector_bytes, 0);
	if (px_blkdev_sync(w->dev) == 0 && first_sector_is_clear(w))
		set_state(w, PX_STATE_NOBOOT);
}

/* From here on a signal waits: the two flushes decide between all and nothing. */
static enum px_status step_boot_sector(struct px_blkwrite *w)
{
	enum px_status status;

	set_state(w, PX_STATE_UNKNOWN);
	status = write_and_check(w, w->head, w->dev->sector_bytes, 0);
	if (status == PX_OK)
		set_state(w, w->skip_readback ? PX_STATE_UNREAD : PX_STATE_VERIFIED);
	else
		clear_boot_sector(w);
	return status;
}

static enum px_status FAST_FUNC step_head(struct px_blkwrite *w)
{
	size_t sector_bytes = w->dev->sector_bytes;
	size_t len_bytes = px_blkdev_whole_sectors(w->dev, w->mend.head_changed ? PX_HEAD_BYTES : w->head_bytes);
	enum px_status status = PX_OK;
	sigset_t all, old;

	if ((off_t)len_bytes > w->dev->size_bytes)
		len_bytes = w->dev->size_bytes;
	if (len_bytes > sector_bytes)
		status = write_and_check(w, w->head + sector_bytes, len_bytes - sector_bytes, sector_bytes);
	if (status != PX_OK)
		return status;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	status = step_boot_sector(w);
	/* done is done: a signal that came meanwhile is discarded, it would call a disk that boots aborted */
	if (status == PX_OK)
		bb_signals((1 << SIGINT) + (1 << SIGTERM) + (1 << SIGHUP), SIG_IGN);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return status;
}

/* The data is there and flushed: a kernel that cannot read the table now will do so at the next boot. */
static void step_reread_table(struct px_blkwrite *w)
{
	int error = px_blkdev_reread_table(w->dev);

	if (error)
		px_state_warn(w->progress_fd, w->quiet, "reread",
				"%s: the kernel cannot read the new partition table: %s", w->dev->path,
				strerror(error));
}

enum px_status FAST_FUNC px_blkwrite_clear(struct px_blkwrite *w)
{
	enum px_status status = step_clear(w);

	step_reread_table(w);
	return status;
}

typedef enum px_status FAST_FUNC step(struct px_blkwrite *w);

enum px_status FAST_FUNC px_blkwrite_run(struct px_blkwrite *w)
{
	static step *const steps[] = {
		step_clear, step_pour, step_whole, sync_disk, step_readback, px_proof_again, step_commit,
		step_mend, step_head,
	};
	enum px_status status = PX_OK;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(steps) && status == PX_OK; i++)
		status = steps[i](w);
	if (status != PX_OK)
		return status;
	step_reread_table(w);
	px_state_line(w->progress_fd, "proof", px_proof_keyword(w));
	if (!w->quiet)
		bb_error_msg("%s: the image was proven by %s", w->dev->path, px_proof_words(w));
	return PX_OK;
}

void FAST_FUNC px_blkwrite_free(struct px_blkwrite *w)
{
	free(w->head);
	free(w->ahead);
	free(w->sums);
	free(w->bmap_check);
	free(w->range_check);
	px_gate_free(w->gate);
	px_mend_free(&w->mend);
}
