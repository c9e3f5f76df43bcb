/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strict base64. See base64.h. libbb's decoder skips what it does not know, and takes any end.
 */
//kbuild:lib-$(CONFIG_PX_SIGNED) += base64.o

#include "libbb.h"
#include "verify/base64.h"

static const char alphabet[] ALIGN1 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The 6 bits of c, or -1. */
static int value_of(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? at - alphabet : -1;
}

int FAST_FUNC px_base64_decode(uint8_t *bytes, size_t room, const char *text, size_t len_bytes)
{
	size_t padding = 0, count, i;
	uint32_t bits = 0;

	if (len_bytes == 0 || len_bytes % 4)
		return -1;
	while (padding < 2 && text[len_bytes - padding - 1] == '=')
		padding++;
	count = len_bytes / 4 * 3 - padding;
	if (count > room || count > INT_MAX)
		return -1;
	for (i = 0; i < len_bytes - padding; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | value;
		if (i % 4) /* the 8 highest bits of those that are not delivered yet */
			bytes[i / 4 * 3 + i % 4 - 1] = bits >> (6 - i % 4 * 2);
	}
	/* of the last character, 2 or 4 bits stand for nothing */
	return bits & ((1u << padding * 2) - 1) ? -1 : (int)count;
}

char* FAST_FUNC px_base64_print(const uint8_t *bytes, size_t len_bytes)
{
	char *text = xzalloc((len_bytes + 2) / 3 * 4 + 1);
	char *end;

	bb_uuencode(text, bytes, len_bytes, bb_uuenc_tbl_base64);
	for (end = text + strlen(text); end > text && end[-1] == '='; end--)
		end[-1] = '\0';
	return text;
}
