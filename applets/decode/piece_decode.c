/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames of a piece. See piece.h.
 */
//kbuild:obj-$(CONFIG_PX_WRITE_MISSING) += piece_decode.o

#include "libbb.h"
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_d_forceIgnoreChecksum */
#include <zstd.h>
#include "decode/piece.h"

/* libzstd's context under a name of ours: whoever uses it need not know that the frames are zstd's. */
struct px_piece_decoder* FAST_FUNC px_piece_decoder_new(void)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();

	if (context)
		ZSTD_DCtx_setParameter(context, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
	return (struct px_piece_decoder *)context;
}

void FAST_FUNC px_piece_decoder_free(struct px_piece_decoder *decoder)
{
	ZSTD_freeDCtx((ZSTD_DCtx *)decoder);
}

int FAST_FUNC px_piece_decode(struct px_piece_decoder *decoder, const struct px_piece *piece, const uint8_t *packed,
		uint8_t *data)
{
	size_t n = ZSTD_decompressDCtx((ZSTD_DCtx *)decoder, data, piece->len_bytes, packed, piece->packed_bytes);

	return n == piece->len_bytes ? 0 : -1;
}
