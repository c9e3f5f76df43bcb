/*
 * Finds the decoder for a stream by its first bytes.
 */
#ifndef PX_DECODE_OPEN_H
#define PX_DECODE_OPEN_H 1

#include "decode/decode.h"

/* The decoder whose magic starts head (len_bytes of it); NULL: none, so it is a raw image or nothing that we know. */
const struct px_decoder *px_decoder_find(const uint8_t *head, size_t len_bytes) FAST_FUNC;

#endif
