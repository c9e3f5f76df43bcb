/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pull stream: sticky ends and failures, closing a whole chain. See stream.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += stream.o

#include "libbb.h"
#include "lib/stream.h"

ssize_t FAST_FUNC px_stream_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	ssize_t n;

	if (s->status != PX_OK)
		return -1;
	if (s->ended)
		return 0;
	n = s->read(s, buf, len_bytes);
	if (n == 0)
		s->ended = 1;
	if (n < 0 && s->status == PX_OK)
		s->status = PX_OTHER;
	return n;
}

ssize_t FAST_FUNC px_stream_read_full(struct px_stream *s, void *buf, size_t len_bytes)
{
	size_t have = 0;

	while (have < len_bytes) {
		ssize_t n = px_stream_read(s, (char *)buf + have, len_bytes - have);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += n;
	}
	return have;
}

ssize_t FAST_FUNC px_stream_pull(struct px_stream *s, void *buf, size_t len_bytes)
{
	ssize_t n = px_stream_read(s->upstream, buf, len_bytes);

	if (n < 0)
		s->status = s->upstream->status;
	return n;
}

int FAST_FUNC px_stream_fail(struct px_stream *s, enum px_status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	bb_verror_msg(fmt, args, NULL);
	va_end(args);
	s->status = status;
	return -1;
}

void FAST_FUNC px_stream_close(struct px_stream *s)
{
	while (s) {
		struct px_stream *upstream = s->upstream;
		if (s->close)
			s->close(s);
		free(s);
		s = upstream;
	}
}
