/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is true of a file. See facts.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG) += facts.o

#include "libbb.h"
#include "catalog/facts.h"
#include "decode/decode.h"
#include "lib/file.h"
#include "verify/bmapcheck.h"
#include "verify/sha256.h"
#include "volume/extent.h"

enum {
	BUFFER_BYTES = PX_HEAD_BYTES,
	DECODER_BYTES = INT_MAX, /* how much memory a machine will have is not known here */
};

/* Between file and decoder: hashes what passes. */
struct tap {
	struct px_stream s;
	int hashed;
	off_t seen_bytes;
	sha256_ctx_t hash;
};

static ssize_t FAST_FUNC tap_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct tap *tap = (struct tap *)s;
	ssize_t n = px_stream_pull(s, buf, len_bytes);

	if (n > 0) {
		tap->seen_bytes += n;
		if (tap->hashed)
			px_sha256_hash(&tap->hash, buf, n);
	}
	return n;
}

static struct tap *tap_open(struct px_stream *upstream, int hashed)
{
	struct tap *tap = xzalloc(sizeof(*tap));

	tap->s.read = tap_read;
	tap->s.upstream = upstream;
	tap->hashed = hashed;
	sha256_begin(&tap->hash);
	return tap;
}

struct reading {
	struct px_facts *facts;
	const char *name;
	int wanted;
	const struct px_bmap *bmap;
	struct px_bmap_check *check;
	struct px_extent extent;
	sha256_ctx_t hash;
	uint8_t *buf;
};

/* The next bytes of the image. */
static enum px_status take(struct reading *r, size_t len_bytes)
{
	struct px_facts *facts = r->facts;
	off_t used_bytes;

	if (!facts->size_bytes)
		px_extent_look(&r->extent, r->buf, len_bytes);
	used_bytes = px_extent_used(&r->extent, r->buf, len_bytes, facts->size_bytes);
	if (used_bytes)
		facts->used_bytes = used_bytes;
	if (r->wanted & PX_FACT_SHA256)
		px_sha256_hash(&r->hash, r->buf, len_bytes);
	if (r->bmap) {
		if ((off_t)len_bytes > r->bmap->image_bytes - facts->size_bytes) {
			bb_error_msg("%s: longer than its block map says: more than %"OFF_FMT"u bytes", r->name,
					r->bmap->image_bytes);
			return PX_DATA;
		}
		if (px_bmap_check_feed(r->check, r->buf, len_bytes) != 0) {
			px_bmap_check_say(r->check);
			return PX_DATA;
		}
		facts->holes_are_zero = px_bmap_check_dropped(r->check) < 0;
	}
	facts->size_bytes += len_bytes;
	return PX_OK;
}

static enum px_status take_all(struct reading *r, struct px_stream *image)
{
	enum px_status status = PX_OK;
	ssize_t n = 0;

	while (status == PX_OK && (n = px_stream_read_full(image, r->buf, BUFFER_BYTES)) > 0)
		status = take(r, n);
	if (n < 0)
		return image->status;
	if (status == PX_OK && r->bmap && r->facts->size_bytes != r->bmap->image_bytes) {
		bb_error_msg("%s: %"OFF_FMT"u bytes, its block map says %"OFF_FMT"u", r->name, r->facts->size_bytes,
				r->bmap->image_bytes);
		return PX_DATA;
	}
	return status;
}

/* The decoder that the first bytes ask for, or the file as it is. */
static struct px_stream *decoded(struct px_stream *file, struct px_stream *upstream)
{
	static const struct px_decode_options options = { .memory_bytes = DECODER_BYTES };
	uint8_t head[PX_MAGIC_BYTES];
	const struct px_decoder *decoder = px_decoder_find(head, px_file_head(file, head, sizeof(head)));

	return decoder ? decoder->open(upstream, &options) : upstream;
}

enum px_status FAST_FUNC px_facts_read(struct px_facts *facts, const char *path, const char *name, int wanted,
		const struct px_bmap *bmap)
{
	struct reading r = { .facts = facts, .name = name, .wanted = wanted, .bmap = bmap };
	enum px_status status;
	struct px_stream *file = px_file_open(path, name, &status), *image;
	struct tap *tap;

	if (!file)
		return status;
	memset(facts, 0, sizeof(*facts));
	facts->holes_are_zero = 1;
	facts->world_readable = !!(px_file_stat(file)->st_mode & S_IROTH);
	tap = tap_open(file, wanted & PX_FACT_SOURCE_SHA256);
	image = decoded(file, &tap->s);
	r.buf = xmalloc(BUFFER_BYTES);
	r.check = bmap ? px_bmap_check_open(bmap, 0) : NULL;
	sha256_begin(&r.hash);
	status = take_all(&r, image);
	if (status == PX_OK && tap->seen_bytes != px_file_stat(file)->st_size) {
		bb_error_msg("%s: the decoder left bytes at the end unread", name);
		status = PX_DATA;
	}
	sha256_end(&r.hash, facts->sha256);
	sha256_end(&tap->hash, facts->source_sha256);
	px_stream_close(image);
	free(r.check);
	free(r.buf);
	return status;
}
