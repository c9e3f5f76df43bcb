/*
 * Disk hints. See hint.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += hint.o

#include "libbb.h"
#include "lib/hint.h"

struct px_hint* FAST_FUNC px_hint_parse(const char *text UNUSED_PARAM, char **why) { *why = xstrdup("not yet"); return NULL; }
int FAST_FUNC px_hint_matches(const struct px_hint *hint UNUSED_PARAM, const struct px_disk *disk UNUSED_PARAM) { return 0; }
int FAST_FUNC px_hint_names(const struct px_hint *hint UNUSED_PARAM) { return 0; }
int FAST_FUNC px_hint_choose(const struct px_hint *hint UNUSED_PARAM, const struct px_disks *disks UNUSED_PARAM, unsigned *matches UNUSED_PARAM, char **why)
{ *why = xstrdup("not yet"); return -1; }
void FAST_FUNC px_hint_free(struct px_hint *hint) { free(hint); }
