/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zstd's seek table (zstd's contrib/seekable_format/zstd_seekable_compression_format.md, 0.1.0): a skippable frame
 * behind the last frame that says how long each one is, packed and decoded, so that a part can be decoded alone.
 *
 *	magic 5E 2A 4D 18 | size of what follows | entries | number of frames | descriptor | magic B1 EA 92 8F
 *	an entry: packed bytes | decoded bytes | with the descriptor's bit 7: lower half of the decoded bytes' XXH64
 *
 * All numbers are little-endian and of four bytes, the descriptor is of one. What is here is pure: it comes from a
 * server, and each of its numbers may lie.
 */
#ifndef PX_DECODE_SEEKTABLE_H
#define PX_DECODE_SEEKTABLE_H 1

enum {
	PX_SEEK_SKIPPABLE_MAGIC = 0x184D2A5E,
	PX_SEEK_HEAD_BYTES = 8,
	PX_SEEK_FOOTER_BYTES = 9,
	PX_SEEK_WITH_CHECKSUMS = 0x80,
	PX_SEEK_RESERVED = 0x7c,        /* bits of the descriptor that must be zero */
	PX_SEEK_ENTRY_BYTES = 12,       /* with a checksum; 4 less without */
	PX_SEEK_FRAMES_MAX = 1 << 20,   /* 16 MiB of memory; 512 GiB in frames as pxread makes them */
	PX_SEEK_FRAME_BYTES_MAX = 1 << 30,
};
#define PX_SEEK_MAGIC 0x8F92EAB1U

struct px_seektable {
	size_t count;
	off_t *packed_at_bytes;         /* where each frame begins in the file; count + 1: the last is where they end */
	off_t *at_bytes;                /* the same of what is decoded */
};

/* How long the table is, its head and footer with it, by the last PX_SEEK_FOOTER_BYTES of a file of file_bytes. -1:
 * there is none that can be used; *why (a constant) says what is wrong. */
off_t px_seektable_bytes(const uint8_t *footer, off_t file_bytes, const char **why) FAST_FUNC;

/* table: the last table_bytes of a file of file_bytes, as px_seektable_bytes gave them. The frames must fill the file
 * up to the table, and no frame may be larger than PX_SEEK_FRAME_BYTES_MAX. Returns 0 (then px_seektable_free it), or
 * -1 with *why as above. */
int px_seektable_parse(struct px_seektable *t, const uint8_t *table, size_t table_bytes, off_t file_bytes,
		const char **why) FAST_FUNC;

/* The frame that the decoded byte at_bytes lies in; it must be in the image (0 to at_bytes[count] - 1). */
size_t px_seektable_frame(const struct px_seektable *t, off_t at_bytes) FAST_FUNC;

/* Frees what is in t, not t. */
void px_seektable_free(struct px_seektable *t) FAST_FUNC;

#endif
