/*
 * The table of decoders: whatever is linked from decode/. See decode.h.
 */
//kbuild:obj-$(CONFIG_PX_WRITE) += decode.o

#include "libbb.h"
#include "decode/decode.h"

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
