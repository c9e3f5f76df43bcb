/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of decoders: whatever is linked from decode/; and what lies before and behind members. See decode.h.
 */
//kbuild:obj-$(CONFIG_PX_WRITE) += decode.o

#include "libbb.h"
#include "decode/decode.h"
#include "lib/zero.h"

enum { TAIL_BYTES = 64 * 1024 };

/* the linker's own names for the ends of the section; weak: with every format off there is none */
extern const struct px_decoder *const __start_px_decoders[] __attribute__ ((weak));
extern const struct px_decoder *const __stop_px_decoders[] __attribute__ ((weak));

const struct px_decoder* FAST_FUNC px_decoder_find(const uint8_t *head, size_t len_bytes)
{
	const struct px_decoder *const *d;

	for (d = __start_px_decoders; d < __stop_px_decoders; d++) {
		if ((*d)->probe(head, MIN(len_bytes, (size_t)PX_MAGIC_BYTES)))
			return *d;
	}
	return NULL;
}

ssize_t FAST_FUNC px_decode_need(struct px_stream *s, void *buf, size_t buf_bytes, const void *from, size_t have_bytes,
		size_t want_bytes)
{
	memmove(buf, from, have_bytes);
	while (have_bytes < want_bytes) {
		ssize_t n = px_stream_pull(s, (char *)buf + have_bytes, buf_bytes - have_bytes);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have_bytes += n;
	}
	return have_bytes;
}

/* Padding of tapes and of tools that copy whole blocks says nothing about the image, nor does a vendor's signature
 * behind it when size and hash of what was decoded are checked. A loss cannot hide there: those two see it. */
int FAST_FUNC px_decode_tail(struct px_stream *s, const struct px_decode_options *options, const char *format,
		const void *rest, size_t rest_bytes, off_t zeros_bytes)
{
	uint8_t *buf = xmalloc(TAIL_BYTES);
	const uint8_t *p = rest;
	off_t tail_bytes = zeros_bytes;
	ssize_t n = rest_bytes;
	int zeros = 1;

	do {
		zeros = zeros && px_zero_is(p, n);
		tail_bytes += n;
		n = zeros || options->proven ? px_stream_pull(s, buf, TAIL_BYTES) : 0;
		p = buf;
	} while (n > 0);
	free(buf);
	if (n < 0)
		return -1;
	if (!zeros && !options->proven)
		return px_stream_fail(s, PX_DATA, "%s: garbage behind the end of the image: cut it off, or give the "
				"decoded image's size (-s) and hash (-H)", format);
	if (tail_bytes)
		bb_error_msg("%s: %"OFF_FMT"u bytes%s behind the end of the image are passed over", format, tail_bytes,
				zeros ? " of zeros" : "");
	return 0;
}
