/*
 * The checksums of a block map, checked as the image passes. What the map calls a hole has none: whatever comes there, the disk
 * gets zeros (lib/pour).
 */
#ifndef PX_BMAPCHECK_H
#define PX_BMAPCHECK_H 1

#include "verify/bmap.h"

struct px_bmap_check;

/* bmap must outlive the check. Free with free(). */
struct px_bmap_check *px_bmap_check_open(const struct px_bmap *bmap) FAST_FUNC;

/* The next bytes of the image, from its start. 0, or EBADMSG when a range that ended in them is not what the map says. May
 * run in a thread; prints nothing. */
int px_bmap_check_feed(struct px_bmap_check *check, const uint8_t *data, size_t len_bytes) FAST_FUNC;

/* After EBADMSG: the message, with the range's offsets. */
void px_bmap_check_say(const struct px_bmap_check *check) FAST_FUNC;

#endif
