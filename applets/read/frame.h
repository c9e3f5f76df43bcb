/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a zstd frame that was made: for the seek table and the block map, which stand beside the frames.
 */
#ifndef PX_FRAME_H
#define PX_FRAME_H 1

struct px_frame {
	uint32_t packed_bytes;
	uint32_t len_bytes;
	uint32_t checksum;     /* XXH64 of the content, its lower half: what the frame ends with */
	smallint mapped;       /* 0: nothing in it is in use */
	uint8_t sha256[32];
};

#endif
