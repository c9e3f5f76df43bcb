/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mark of a failed pxfetch. See failmark.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += failmark.o

#include "libbb.h"
#include "verify/failmark.h"

static void make_mark(char *mark)
{
	static const char line[] ALIGN1 = "\npxfetch: failed: what came before is not complete\n";
	unsigned i;

	for (i = 0; i < PX_FAILMARK_BYTES; i++)
		mark[i] = line[i % (sizeof(line) - 1)];
}

void FAST_FUNC px_failmark_write(int fd)
{
	char mark[PX_FAILMARK_BYTES];

	make_mark(mark);
	full_write(fd, mark, PX_FAILMARK_BYTES);
}

void FAST_FUNC px_failmark_watch(struct px_failmark_watch *watch, const void *data, size_t len_bytes)
{
	size_t take = MIN(len_bytes, (size_t)PX_FAILMARK_BYTES);

	memmove(watch->tail, watch->tail + take, PX_FAILMARK_BYTES - take);
	memcpy(watch->tail + PX_FAILMARK_BYTES - take, (const char *)data + len_bytes - take, take);
}

int FAST_FUNC px_failmark_found(const struct px_failmark_watch *watch)
{
	char mark[PX_FAILMARK_BYTES];

	make_mark(mark);
	return memcmp(watch->tail, mark, PX_FAILMARK_BYTES) == 0;
}
