/*
 * Block maps of bmap-tools. See bmap.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bmap.o

#include "libbb.h"
#include "lib/bmap.h"

struct px_bmap* FAST_FUNC px_bmap_parse(const char *text UNUSED_PARAM, size_t text_bytes UNUSED_PARAM, const char *name)
{ bb_error_msg("%s: not yet", name); return NULL; }
struct px_bmap* FAST_FUNC px_bmap_load(const char *path, enum px_status *status)
{ *status = PX_DATA; return px_bmap_parse("", 0, path); }
void FAST_FUNC px_bmap_free(struct px_bmap *bmap) { free(bmap); }
