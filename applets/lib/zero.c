/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for zeros. See zero.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += zero.o

#include "libbb.h"
#include "lib/zero.h"

int FAST_FUNC px_zero_is(const void *data, size_t len_bytes)
{
	const uint8_t *p = data;

	/* the first byte is zero, and each other one is what stands before it */
	return len_bytes == 0 || (p[0] == 0 && memcmp(p, p + 1, len_bytes - 1) == 0);
}

int FAST_FUNC px_zero_is_aligned(const void *data, size_t len_bytes)
{
	const uint64_t *p = data;
	const uint64_t *end = p + len_bytes / 8;

	for (; p < end; p += 8) {
		if (p[0] | p[1] | p[2] | p[3] | p[4] | p[5] | p[6] | p[7])
			return 0;
	}
	return 1;
}
