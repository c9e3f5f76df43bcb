/*
 * Puts an image on a disk in the order that leaves, at every moment, either the complete and verified image or a disk that
 * does not boot (CONTRIBUTING.md, "How pxwrite writes"; steps 0 to 6).
 *
 *	px_blkwrite_look(w);   step 0: the first MiB of the image, in memory; the disk is not touched
 *	px_blkwrite_fits(w);
 *	px_blkwrite_run(w);    steps 1 to 6
 */
#ifndef PX_BLKWRITE_H
#define PX_BLKWRITE_H 1

#include "disk/blkdev.h"
#include "verify/bmap.h"
#include "verify/check.h"
#include "volume/gpt.h"
#include "volume/volume.h"
#include "lib/progress.h"
#include "lib/state.h"

struct px_blkwrite {
	/* set by the caller */
	struct px_blkdev *dev;
	struct px_stream *image;          /* decoded; its end must be proven; owned by the caller */
	struct px_stream *source;         /* where it waits for bytes (lib/source), for the progress line */
	off_t image_bytes;                /* -1: not known */
	struct px_digest digest;
	smallint size_known;              /* digest or image_bytes come from somebody who knows the whole image */
	const struct px_bmap *bmap;       /* its checksums; NULL: none */
	smallint skip_readback;
	smallint read_behind;             /* reading disturbs this disk's writing little: no head to move */
	smallint grow;
	smallint quiet;
	int progress_fd;
	/* set by px_blkwrite_look */
	uint8_t *head;                    /* PX_HEAD_BYTES and a ring's slack, aligned, zeros behind head_bytes */
	size_t head_bytes;
	struct px_volume kind;
	/* PX_STATE_UNTOUCHED from the caller, then kept by px_blkwrite_run, which says it on progress_fd; a signal handler may read it */
	volatile smallint state;          /* enum px_state */
	const char *why;                  /* keyword for -p, why a step failed where its status does not say that; NULL: it does */
	off_t done_bytes;                 /* of the image; in the end: how long it is */
	struct px_mend mend;              /* what was fitted to the disk */
	/* private */
	off_t verified_bytes;             /* read back already */
	struct px_progress progress;
	uint64_t *sums;                   /* of what was written: one for each MiB of the disk, the first is not used */
	unsigned long long decode_us;     /* in reading image, waits of source included */
	unsigned long long disk_us;       /* in writes, of all threads together */
	unsigned long long seen_us[PX_BUSY_STAGES]; /* what of these and of the waits has been reported */
	sha256_ctx_t hash;
	struct px_bmap_check *bmap_check;
};

/* Reads and looks at the start of the image. PX_OK or the stream's status (printed); an image of no bytes is PX_DATA. */
enum px_status px_blkwrite_look(struct px_blkwrite *w) FAST_FUNC;

/* Whether image_bytes can be all of the image that was looked at. PX_OK, or PX_DATA with a message. */
enum px_status px_blkwrite_whole(struct px_blkwrite *w, off_t image_bytes) FAST_FUNC;

/* Whether the image's partition table can work on this disk. PX_OK, or PX_TARGET with a message. */
enum px_status px_blkwrite_fits(struct px_blkwrite *w) FAST_FUNC;

/* Writes. PX_OK, or why not, printed; w->state says what that left behind. Never PX_TARGET. */
enum px_status px_blkwrite_run(struct px_blkwrite *w) FAST_FUNC;

/* Step 1 alone: clears the first and the last MiB and reads them back; nothing of w but dev is needed. */
enum px_status px_blkwrite_clear(struct px_blkwrite *w) FAST_FUNC;

/* For the steps: prints "DISK: what at byte OFFSET: strerror(error)", returns PX_IO. */
enum px_status px_blkwrite_failed(struct px_blkwrite *w, const char *what, off_t offset_bytes, int error) FAST_FUNC;

/* The same for a flush. */
enum px_status px_blkwrite_flush_failed(struct px_blkwrite *w, int error) FAST_FUNC;

/* For the steps: len_bytes rounded up to sectors of the disk. */
size_t px_whole_sectors(const struct px_blkwrite *w, size_t len_bytes) FAST_FUNC;

void px_blkwrite_free(struct px_blkwrite *w) FAST_FUNC; /* what it allocated, not w */

#endif
