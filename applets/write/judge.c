/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Image and disk together, before the first write. See judge.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += judge.o

#include "libbb.h"
#include "write/blkwrite.h"
#include "write/bootcheck.h"
#include "write/judge.h"
#include "write/source.h"

enum px_status FAST_FUNC px_judge_source(const struct px_blkwrite *w, const struct px_target *target)
{
	struct stat st;

	if (px_source_stat(w->source, &st) < 0 || !px_disk_is_source(NULL, target->disk, &st))
		return PX_OK;
	bb_error_msg("%s: the image is read from this very disk", target->path);
	return PX_TARGET;
}

/* Other tools' images, archives, pages: by what they begin with or, where that can be looked at, end with. */
static enum px_status refuse_format(struct px_blkwrite *w)
{
	const struct px_volume *kind = &w->kind;
	uint8_t end[512];

	if (kind->refuse) {
		bb_error_msg("this is %s, no disk image: %s", kind->refuse, kind->remedy);
		return PX_DATA;
	}
	if (!w->format && w->proof != PX_PROOF_WHOLE && px_source_end(w->source, end, sizeof(end)) == 0)
		return px_blkwrite_refuse_end(end);
	return PX_OK;
}

/* What nothing here knows may be packed or encrypted in a way that nobody has heard of. */
static enum px_status refuse_doubtful(struct px_blkwrite *w, int force, int known)
{
	const struct px_volume *kind = &w->kind;

	if (!kind->doubtful)
		return PX_OK;
	if (w->proof != PX_PROOF_WHOLE && (!force || known)) {
		bb_error_msg("%s: no partition table, and no filesystem that is known here: if this is an image "
				"all the same, give its size (%s) and hash (%s)%s", kind->words,
				known ? "Size" : "-s", known ? "SHA256" : "-H", known ? "" : ", or -f");
		return PX_DATA;
	}
	px_state_warn(w->progress_fd, w->quiet, "doubtful",
			"the image has no partition table and no filesystem that is known here: %s", kind->words);
	return PX_OK;
}

static void warn_of_table(struct px_blkwrite *w)
{
	const struct px_volume *kind = &w->kind;

	if (kind->table == PX_TABLE_BROKEN)
		px_state_warn(w->progress_fd, w->quiet, "table",
				"the image's partition table is broken: %s; it is written as it is",
				kind->broken);
	if (w->image_bytes >= 0 && kind->end_bytes > w->image_bytes + 511)
		px_state_warn(w->progress_fd, w->quiet, "beyond",
				"the image's last partition ends at byte %"OFF_FMT"u, %"OFF_FMT"u bytes behind "
				"the image: %s",
				kind->end_bytes, kind->end_bytes - w->image_bytes,
				kind->end_bytes - w->image_bytes > PX_OVERHANG_BYTES
					? "what the disk holds there stays" : "cleared");
}

/* The image is longer than the disk, which is long enough for what is in use (Need). Of which table nothing is known
 * nothing is known of what lies behind; a hybrid one's backup is not made anew. */
static enum px_status judge_smaller(struct px_blkwrite *w, const struct px_target *target, off_t *need_bytes)
{
	const struct px_volume *kind = &w->kind;

	if (w->need_bytes <= 0 || w->image_bytes <= target->dev.size_bytes)
		return PX_OK;
	if (kind->table != PX_TABLE_MBR && kind->table != PX_TABLE_GPT
	 && (kind->table != PX_TABLE_NONE || !kind->filesystem_bytes)) {
		bb_error_msg("%s: the image has %"OFF_FMT"u bytes, the disk %"OFF_FMT"u: Need counts for a sound GPT, "
				"an MBR and a filesystem that tells its size, and this is %s", target->path,
				w->image_bytes, target->dev.size_bytes, kind->words);
		return PX_TARGET;
	}
	px_extent_look(&w->extent, w->head, w->head_bytes);
	w->smaller = 1;
	*need_bytes = MAX(w->need_bytes, MAX(kind->end_bytes, kind->filesystem_bytes));
	return PX_OK;
}

enum px_status FAST_FUNC px_judge_image(struct px_blkwrite *w, const struct px_target *target, int known)
{
	const struct px_volume *kind = &w->kind;
	off_t need_bytes = MAX(w->image_bytes, kind->end_bytes);
	enum px_status status = refuse_format(w);

	if (status == PX_OK && w->image_bytes >= 0)
		status = px_blkwrite_whole(w, w->image_bytes);
	if (status == PX_OK)
		status = refuse_doubtful(w, target->force, known);
	if (status != PX_OK)
		return status;
	status = judge_smaller(w, target, &need_bytes);
	if (status != PX_OK)
		return status;
	if (w->proof == PX_PROOF_NONE)
		need_bytes = MAX(need_bytes, kind->filesystem_bytes);
	warn_of_table(w);
	status = px_target_refuse(target, need_bytes, kind->sector_bytes);
	return status == PX_OK ? px_bootcheck(w, target, known) : status;
}
