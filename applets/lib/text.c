/*
 * Text that came from the network, made fit for a terminal. See text.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += text.o

#include "libbb.h"
#include "lib/text.h"

char* FAST_FUNC px_text_copy(char *dst, size_t dst_bytes, const char *from, size_t len_bytes)
{
	size_t i;

	if (len_bytes > dst_bytes - 1)
		len_bytes = dst_bytes - 1;
	for (i = 0; i < len_bytes; i++)
		dst[i] = (from[i] >= ' ' && from[i] <= '~') ? from[i] : '?';
	dst[i] = '\0';
	return dst;
}

char* FAST_FUNC px_text_clean(char *text)
{
	size_t len = strlen(text);

	return px_text_copy(text, len + 1, text, len);
}
