/*
 * Partition tables in buffers. See gpt.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += gpt.o

#include "libbb.h"
#include "lib/gpt.h"

void FAST_FUNC px_image_look(struct px_image_kind *kind, const uint8_t *head UNUSED_PARAM, size_t head_bytes UNUSED_PARAM)
{ memset(kind, 0, sizeof(*kind)); }
int FAST_FUNC px_gpt_mend(struct px_mend *mend, uint8_t *head UNUSED_PARAM, size_t head_bytes UNUSED_PARAM,
	off_t image_bytes UNUSED_PARAM, off_t disk_bytes UNUSED_PARAM, unsigned sector_bytes UNUSED_PARAM, int grow UNUSED_PARAM)
{ memset(mend, 0, sizeof(*mend)); return 0; }
void FAST_FUNC px_mend_free(struct px_mend *mend) { free(mend->tail); }
