/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image as zstd frames that stand alone (RFC 8878), each with its content size and checksum, and zstd's seek table
 * behind them (zstd's contrib/seekable_format, version 0.1.0): any zstd decodes the whole, whoever knows the table
 * decodes a part.
 *
 * The caller fills frames in their order and writes out what comes back; compressing and hashing happen in the threads
 * of a ring.
 */
#ifndef PX_ENCODE_H
#define PX_ENCODE_H 1

#include "lib/status.h"
#include "read/frame.h"
#include "read/part.h"
#include "volume/extent.h"

struct px_encoder;

/* frame_bytes: a multiple of 4096; level: zstd's. The packed bytes go to out, which must outlive the encoder. whole:
 * hash the image as a whole, too. NULL, after a message: no memory or no threads. */
struct px_encoder *px_encoder_open(size_t frame_bytes, int level, int whole, struct px_part *out) FAST_FUNC;

/* The buffer for the next frame, frame_bytes long, aligned to 4096; writes the oldest frames out meanwhile. NULL:
 * failed, which px_encoder_finish says. */
uint8_t *px_encoder_buffer(struct px_encoder *encoder) FAST_FUNC;

/* Before the first frame is put in. */
void px_encoder_set_extent(struct px_encoder *encoder, const struct px_extent *extent) FAST_FUNC;

/* Hands the buffer over: len_bytes of it are the image's next ones; less than frame_bytes only at its end. mapped: some
 * of them are in use; without, the buffer need not be filled, the frame is zeros. */
void px_encoder_put(struct px_encoder *encoder, size_t len_bytes, int mapped) FAST_FUNC;

/* Waits for all frames and writes them out, then the seek table. Returns PX_OK, or why not after a message. */
enum px_status px_encoder_finish(struct px_encoder *encoder) FAST_FUNC;

/* After px_encoder_finish. The frames are the encoder's; *count says how many. */
const struct px_frame *px_encoder_frames(const struct px_encoder *encoder, size_t *count) FAST_FUNC;
off_t px_encoder_image_bytes(const struct px_encoder *encoder) FAST_FUNC;
off_t px_encoder_used_bytes(const struct px_encoder *encoder) FAST_FUNC; /* as px_extent_used has it */
const uint8_t *px_encoder_sha256(const struct px_encoder *encoder) FAST_FUNC; /* of the whole */

void px_encoder_close(struct px_encoder *encoder) FAST_FUNC; /* at any time; NULL is fine */

#endif
