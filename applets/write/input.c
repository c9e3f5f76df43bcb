/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is written, decoded. See input.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += input.o

#include "libbb.h"
#include "decode/decode.h"
#include "lib/ring.h"
#include "write/input.h"
#include "write/pour.h"
#include "write/proof.h"
#include "write/source.h"

/* A raw image says nothing about its end: something else must. */
static enum px_status prove_raw_end(struct px_blkwrite *w)
{
	if (w->image_bytes < 0)
		w->image_bytes = px_source_size_bytes(w->source);
	if (w->image_bytes >= 0 || w->digest.known || w->source_proven)
		return PX_OK;
	bb_simple_error_msg("a raw image from a pipe: its end proves nothing: give its size (-s) or hash (-H)");
	return PX_USAGE;
}

static void decode(struct px_blkwrite *w, const struct px_decoder *decoder, size_t memory_bytes, int rings)
{
	struct px_decode_options options = {
		.memory_bytes = memory_bytes,
	};

	px_proof_decode(w, &options);
	if (rings) {
		options.history_bytes = PX_POUR_HISTORY_BYTES;
		options.slack_bytes = PX_RING_SLACK_BYTES;
	}
	w->format = decoder->name;
	w->image = decoder->open(w->source, &options);
}

enum px_status FAST_FUNC px_input_source(struct px_blkwrite *w, const char *path)
{
	w->source = px_source_open(path, path ? path : "standard input");
	return w->source ? PX_OK : PX_IO;
}

enum px_status FAST_FUNC px_input_decode(struct px_blkwrite *w, size_t memory_bytes, int rings)
{
	const struct px_decoder *decoder;
	const uint8_t *magic;
	ssize_t n;

	w->image = w->source;
	n = px_source_peek(w->source, &magic, PX_MAGIC_BYTES);
	if (n < 0)
		return w->source->status;
	decoder = px_decoder_find(magic, n);
	if (decoder)
		decode(w, decoder, memory_bytes, rings);
	else if (n > 0)
		return prove_raw_end(w);
	return PX_OK;
}

enum px_status FAST_FUNC px_input_open(struct px_blkwrite *w, const char *path, size_t memory_bytes, int rings)
{
	enum px_status status = px_input_source(w, path);

	return status == PX_OK ? px_input_decode(w, memory_bytes, rings) : status;
}
