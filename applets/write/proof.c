/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which proof is enough. See proof.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += proof.o

#include "libbb.h"
#include "lib/ring.h"
#include "verify/sha256.h"
#include "write/proof.h"

enum way { BY_MAP, BY_SHA256, BY_SOURCE, BY_FILE, BY_RANGES, BY_FORMAT, BY_SIZE, BY_NOTHING };

/* The whole image is held against something that its maker has published. */
static int is_held(const struct px_blkwrite *w)
{
	return w->digest.known || w->source_proven;
}

static enum px_status settle_bmap(struct px_blkwrite *w, const char *name)
{
	const struct px_bmap *bmap = w->bmap;

	if (w->image_bytes >= 0 && w->image_bytes != bmap->image_bytes) {
		bb_error_msg("%s is for an image of %"OFF_FMT"u bytes, -s says %"OFF_FMT"u", name,
				bmap->image_bytes, w->image_bytes);
		return PX_USAGE;
	}
	if (w->bmap_vouched && (bmap->unchecked || bmap->kind != PX_BMAP_SHA256)) {
		if (!is_held(w)) {
			bb_error_msg("-B: %s has ranges without a SHA-256: "
					"give the hash of the image, too (-H)", name);
			return PX_USAGE;
		}
		w->bmap_vouched = 0; /* it proves less than the hash does */
	}
	if (bmap->unchecked && !is_held(w)) {
		bb_error_msg("%s has ranges without a checksum: give the hash of the image, too (-H)", name);
		return PX_USAGE;
	}
	w->image_bytes = bmap->image_bytes;
	return PX_OK;
}

enum px_status FAST_FUNC px_proof_settle(struct px_blkwrite *w, const char *bmap_name)
{
	int sized = w->image_bytes >= 0 || w->bmap;
	enum px_status status = PX_OK;

	if (w->bmap)
		status = settle_bmap(w, bmap_name);
	if (w->bmap_vouched || (is_held(w) && sized))
		w->proof = PX_PROOF_WHOLE;
	else
		w->proof = is_held(w) || sized ? PX_PROOF_PART : PX_PROOF_NONE;
	return status;
}

/* The format's own checksums are checked where they are a part of the proof, or all of it. */
void FAST_FUNC px_proof_decode(struct px_blkwrite *w, struct px_decode_options *options)
{
	options->hashed = w->bmap_vouched || (w->digest.known && (w->whole || !w->source_proven));
	options->sized = w->proof != PX_PROOF_NONE;
	options->proven = w->proof == PX_PROOF_WHOLE;
	options->unsealed = &w->unsealed;
}

/* As far as it has been decoded. A raw image has no checksums. */
static int is_sealed(const struct px_blkwrite *w)
{
	return w->format && !w->unsealed;
}

int FAST_FUNC px_proof_hashes(const struct px_blkwrite *w)
{
	if (!w->digest.known)
		return 0;
	return w->whole || !(w->bmap_vouched || (w->source_proven && is_sealed(w)));
}

int FAST_FUNC px_proof_holes_are_zero(const struct px_blkwrite *w)
{
	return is_held(w) && !w->bmap_vouched;
}

/* The head is not on the disk yet. */
static int hash_disk(struct px_blkwrite *w, uint8_t *buf)
{
	off_t at_bytes = w->head_bytes;
	int error = 0;

	px_progress_init(&w->progress, "verify", w->done_bytes, w->progress_fd, w->quiet);
	px_sha256_hash(&w->hash, w->head, w->head_bytes);
	while (!error && at_bytes < w->done_bytes) {
		size_t len_bytes = MIN(w->done_bytes - at_bytes, (off_t)PX_CHUNK_BYTES);

		error = px_blkdev_read(w->dev, buf, px_blkdev_whole_sectors(w->dev, len_bytes), at_bytes);
		if (error)
			break;
		px_sha256_hash(&w->hash, buf, len_bytes);
		at_bytes += len_bytes;
		px_progress_update(&w->progress, at_bytes);
	}
	px_progress_end(&w->progress, at_bytes);
	return error ? px_blkdev_failed(w->dev, "cannot read back", at_bytes, error) : PX_OK;
}

enum px_status FAST_FUNC px_proof_again(struct px_blkwrite *w)
{
	enum px_status status;
	void *buf;

	if (w->hashed || !px_proof_hashes(w))
		return PX_OK;
	if (posix_memalign(&buf, 4096, PX_CHUNK_BYTES) != 0)
		bb_die_memory_exhausted();
	sha256_begin(&w->hash);
	status = hash_disk(w, buf);
	free(buf);
	if (status != PX_OK)
		return status;
	w->hashed = 1;
	return px_digest_check(&w->digest, &w->hash, "the image") < 0 ? PX_DATA : PX_OK;
}

static enum way way(const struct px_blkwrite *w)
{
	if (w->bmap_vouched)
		return BY_MAP;
	if (w->hashed)
		return BY_SHA256;
	if (w->source_proven)
		return is_sealed(w) ? BY_SOURCE : BY_FILE;
	if (w->bmap && !w->bmap->unchecked)
		return BY_RANGES;
	if (is_sealed(w))
		return BY_FORMAT;
	return w->proof == PX_PROOF_NONE ? BY_NOTHING : BY_SIZE;
}

const char* FAST_FUNC px_proof_keyword(const struct px_blkwrite *w)
{
	static const char keywords[] ALIGN1 = "map\0sha256\0source\0file\0ranges\0format\0size\0none\0";

	return nth_string(keywords, way(w));
}

const char* FAST_FUNC px_proof_words(const struct px_blkwrite *w)
{
	static const char words[] ALIGN1 =
		"the SHA-256 of each range of its block map\0"
		"its SHA-256\0"
		"the SHA-256 of the file that it came in, and the checksums in there\0"
		"the SHA-256 of the file that it came in\0"
		"a block map that nobody vouches for\0"
		"nothing but the checksums in the file that it came in\0"
		"nothing but its size\0"
		"nothing\0";

	return nth_string(words, way(w));
}
