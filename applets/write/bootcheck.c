/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a machine will start from the image. See bootcheck.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bootcheck.o

#include "libbb.h"
#include "lib/ring.h"
#include "write/bootcheck.h"
#include "write/source.h"

/* The file system of an EFI system partition has its tables and folders in front; a loader's head lies soon behind. */
enum { AHEAD_MAX_BYTES = 16 << 20 };

/* What is known of the image behind w->head: in w->ahead, which stays where it is, for the decoder looks back into
 * it. */
struct ahead {
	struct px_blkwrite *w;
	size_t bytes;
	smallint more;              /* more of it may be read */
};

static int read_ahead(struct ahead *ahead, off_t end_bytes)
{
	struct px_blkwrite *w = ahead->w;

	while (ahead->more && end_bytes > (off_t)(w->head_bytes + ahead->bytes)) {
		ssize_t n;

		if (!w->ahead)
			w->ahead = xmalloc(AHEAD_MAX_BYTES + PX_RING_SLACK_BYTES);
		n = px_stream_read_full(w->image, w->ahead + ahead->bytes, PX_CHUNK_BYTES);
		if (n > 0)
			ahead->bytes += n;
		ahead->more = n == PX_CHUNK_BYTES && ahead->bytes < AHEAD_MAX_BYTES;
	}
	return end_bytes <= (off_t)(w->head_bytes + ahead->bytes) ? 0 : -1;
}

/* See px_fat_bytes. Of a raw file any part can be looked at. */
static int FAST_FUNC get_bytes(void *arg, void *buf, size_t len_bytes, off_t offset_bytes)
{
	struct ahead *ahead = arg;
	struct px_blkwrite *w = ahead->w;
	off_t head_bytes = w->head_bytes;
	size_t n = 0;

	if (offset_bytes < 0)
		return -1;
	if (w->image && !w->format && px_source_look(w->source, buf, len_bytes, offset_bytes) == 0)
		return 0;
	if (offset_bytes + (off_t)len_bytes > head_bytes && read_ahead(ahead, offset_bytes + len_bytes) != 0)
		return -1;
	if (offset_bytes < head_bytes) {
		n = MIN((off_t)len_bytes, head_bytes - offset_bytes);
		memcpy(buf, w->head + offset_bytes, n);
	}
	if (n < len_bytes)
		memcpy((char *)buf + n, w->ahead + (offset_bytes + n - head_bytes), len_bytes - n);
	return 0;
}

static int is_built_in(const struct px_disk *disk)
{
	return !disk->file && !disk->usb && !disk->removable && strcmp(disk->transport, "loop") != 0;
}

enum px_status FAST_FUNC px_bootcheck(struct px_blkwrite *w, const struct px_target *target, int known)
{
	int refuse = target->machine_known || is_built_in(target->disk);
	struct ahead ahead = { .w = w, .more = target->dry };
	struct px_boot_image image = { &w->kind, w->head, w->head_bytes, get_bytes, &ahead };
	struct px_boot boot;

	if (!refuse && !target->dry)
		return PX_OK;
	px_boot_look(&boot, &image, &target->machine);
	if (w->image && w->image->status != PX_OK) /* NULL: it comes in parts, no more than the head is known */
		return w->image->status;
	if (boot.certain && refuse) {
		bb_error_msg("%s: %s (if that is meant so: %s)", target->path, boot.words,
				known ? "\"Boot: any\" in its stanza, or px.boot=any" : "-e any");
		return PX_TARGET;
	}
	if (boot.keyword)
		px_state_warn(w->progress_fd, w->quiet, boot.keyword, "%s", boot.words);
	return PX_OK;
}
