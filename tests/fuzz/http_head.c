/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP heads, chunk lines and trailers. A parser never takes more than there is, gives the same answer for a buffer
 * that ends where its answer ends, and never changes its mind when more bytes come.
 */
//fuzz-sources: transport/http_head.c lib/text.c
#include "libbb.h"
#include "transport/http_head.h"

static void check_head(const char *buf, size_t size)
{
	struct px_http_head head, again;
	const char *why = NULL;
	ssize_t n = px_http_head_parse(&head, buf, size, &why);

	if (n > (ssize_t)size || (n < 0 && !why))
		abort();
	if (n <= 0)
		return;
	if (head.code < 100 || head.code > 599 || (head.chunked && head.length_bytes >= 0))
		abort();
	if (head.range_start >= 0 && head.range_last < head.range_start)
		abort();
	if (px_http_head_parse(&again, buf, n, &why) != n || again.length_bytes != head.length_bytes)
		abort();
	if (px_http_head_parse(&again, buf, n - 1, &why) > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *buf = xmalloc(size); /* exactly as large, so that ASan sees a read beyond it */
	const char *why = NULL;
	off_t chunk = -1;
	ssize_t n;

	memcpy(buf, data, size);
	check_head(buf, size);
	n = px_http_chunk_parse(&chunk, buf, size, &why);
	if (n > (ssize_t)size || (n < 0 && !why) || (n > 0 && chunk < 0))
		abort();
	why = NULL;
	n = px_http_trailer_parse(buf, size, &why);
	if (n > (ssize_t)size || (n < 0 && !why))
		abort();
	free(buf);
	return 0;
}
