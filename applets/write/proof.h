/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which proof is enough: the one place where it is decided what has to be computed so that what lies on the disk is
 * the image, and what need not be computed again.
 *
 *	a block map that is vouched for (-B), each range with its SHA-256: nothing else is computed
 *	the packed file's SHA-256, which somebody else checks (-P), and checksums of the format's own: the same
 *	else the SHA-256 of the image (-H), if it is known; with -w always
 *	else the packed file's SHA-256 alone, or the format's own checksums, or the image's size
 *
 * Whether all of a stream has checksums of its own is known only at its end: they stand in the head of each member.
 * The first one decides whether the image is hashed as it passes. Should a later one be without, then the image is
 * hashed as it lies on the disk (px_proof_again).
 */
#ifndef PX_PROOF_H
#define PX_PROOF_H 1

#include "decode/decode.h"
#include "write/writing.h"

/* To be called when what is known beforehand is in w: digest, bmap, bmap_vouched, source_proven, whole, image_bytes
 * (-1: not known). Sets image_bytes to what the map says, bmap_vouched to 0 for a map that proves less than something
 * else does, and proof. bmap_name: for messages. PX_OK, or PX_USAGE with a message: what is known does not go
 * together, or is not enough to believe the map. */
enum px_status px_proof_settle(struct px_blkwrite *w, const char *bmap_name) FAST_FUNC;

/* What of it a decoder should know; the other members of *options stay. */
void px_proof_decode(struct px_blkwrite *w, struct px_decode_options *options) FAST_FUNC;

/* Whether nothing but the image's own SHA-256 is enough, as far as is known now. Asked once the head has been read:
 * whether the image is to be hashed as it passes, from its first byte on. */
int px_proof_hashes(const struct px_blkwrite *w) FAST_FUNC;

/* Whether data in a hole of the map means that the map is of another image (else the map is right, and the disk gets
 * zeros). */
int px_proof_holes_are_zero(const struct px_blkwrite *w) FAST_FUNC;

/* When all of the image is on the disk, and read back: what px_proof_hashes has left out though it was needed. PX_OK,
 * PX_DATA: another SHA-256; PX_IO; printed. */
enum px_status px_proof_again(struct px_blkwrite *w) FAST_FUNC;

/* What has proven the image, once that is on the disk and the word of -c has come: "map", "sha256", "source" (the
 * packed file's SHA-256 and the format's checksums), "file" (that SHA-256 alone), "ranges" (a block map that nobody
 * vouches for), "format", "size" or "none"; see px_proof_words. */
const char *px_proof_keyword(const struct px_blkwrite *w) FAST_FUNC;

/* The same for people, as the end of a sentence. */
const char *px_proof_words(const struct px_blkwrite *w) FAST_FUNC;

#endif
