/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a decoder is: one file in this folder, one registered entry; told by magic bytes, never by name.
 *
 *	PX_DECODER(gzip) = { "gzip", gzip_probe, gzip_open };
 *
 * The entry is found through the linker section px_decoders, so the file must be linked as obj-y (see Kbuild.src); a
 * new format touches no other file but Config.in. A decoder does no I/O of its own: it pulls from upstream.
 */
#ifndef PX_DECODE_H
#define PX_DECODE_H 1

#include "lib/stream.h"

enum { PX_MAGIC_BYTES = 16 }; /* probes see that much of the start, or all there is */

struct px_decode_options {
	size_t memory_bytes;   /* what windows and dictionaries may take */
	smallint hashed;       /* the caller checks a SHA-256 of all that is decoded: the format's own sums, up to a
	                        * fifth of the work, may be left out. Its structure is checked all the same. */
	smallint sized;        /* the caller checks size or SHA-256 of all that is decoded: an end that proves nothing
	                        * by itself is good enough */
	smallint proven;       /* the caller checks both: whatever lies behind the last member spoils nothing */
	smallint *unsealed;    /* NULL, or set to 1 before the first byte is given that no checksum of the format's own
	                        * covers (see px_decode_unsealed) */
	/* What the caller promises about the buffers that it reads into; 0, 0: nothing. */
	size_t history_bytes;  /* that many bytes back, what was read is still where it was; it lies in at most two
	                        * pieces, each filled from its start to its end */
	size_t slack_bytes;    /* behind each buffer there is room for that many more, nobody else's: the decoder may
	                        * write there, and does not mind when it is lost once the next read is done */
};

struct px_decoder {
	const char *name;
	/* True when head (len_bytes <= PX_MAGIC_BYTES) starts a file of this format. */
	int FAST_FUNC (*probe)(const uint8_t *head, size_t len_bytes);
	/* Takes ownership of upstream, which starts with the magic bytes. A stream that asks for more than
	 * options->memory_bytes is refused with PX_RESOURCE. The end is passed on only after the format's own trailer
	 * was right; members that follow each other are one stream; what else lies behind is for px_decode_tail. */
	struct px_stream* FAST_FUNC (*open)(struct px_stream *upstream, const struct px_decode_options *options);
};

#define PX_DECODER(name) \
	static const struct px_decoder px_decoder_##name; \
	static const struct px_decoder *const px_decoder_entry_##name \
		__attribute__ ((used, section("px_decoders"))) = &px_decoder_##name; \
	static const struct px_decoder px_decoder_##name

/* The decoder whose magic starts head (len_bytes of it); NULL: none, so it is a raw image or nothing that we know. */
const struct px_decoder *px_decoder_find(const uint8_t *head, size_t len_bytes) FAST_FUNC;

/* For a decoder that needs input in one piece: moves the have_bytes of it at from (in buf) to the front of buf and
 * reads more behind them until there are want_bytes (at most buf_bytes). Returns how many there are, less than
 * want_bytes only at upstream's end; -1: upstream failed. */
ssize_t px_decode_need(struct px_stream *s, void *buf, size_t buf_bytes, const void *from, size_t have_bytes,
		size_t want_bytes) FAST_FUNC;

/* A member begins that has no checksum of all that it becomes. Not that the checksum is checked: see hashed. */
static inline void px_decode_unsealed(const struct px_decode_options *options)
{
	if (options->unsealed)
		*options->unsealed = 1;
}

/* What a decoder does about bytes behind the last member: reads upstream to its end. Zeros are padding, and say that
 * they were passed over; anything else is PX_DATA, unless options->proven. rest: rest_bytes of it that were read
 * already; zeros_bytes: zeros that the decoder itself has passed over. Returns 0: that is the end; -1: failed,
 * printed. format: for messages. */
int px_decode_tail(struct px_stream *s, const struct px_decode_options *options, const char *format, const void *rest,
		size_t rest_bytes, off_t zeros_bytes) FAST_FUNC;

#endif
