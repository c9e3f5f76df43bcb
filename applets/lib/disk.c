/*
 * The disks of this machine. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += disk.o

#include "libbb.h"
#include "lib/disk.h"

struct px_disks* FAST_FUNC px_disk_list(const char *root UNUSED_PARAM, unsigned flags UNUSED_PARAM) { return xzalloc(sizeof(struct px_disks)); }
struct px_disk* FAST_FUNC px_disk_get(const char *root UNUSED_PARAM, const char *path, unsigned flags UNUSED_PARAM, enum px_status *status)
{ bb_error_msg("%s: not yet", path); *status = PX_TARGET; return NULL; }
int FAST_FUNC px_disk_ask(struct px_disk *disk UNUSED_PARAM, int fd UNUSED_PARAM) { return -1; }
void FAST_FUNC px_disk_free(struct px_disk *disk) { free(disk); }
void FAST_FUNC px_disks_free(struct px_disks *disks) { free(disks); }
char* FAST_FUNC px_disk_refusal(const struct px_disk *disk UNUSED_PARAM, const struct px_disk_wish *wish UNUSED_PARAM) { return NULL; }
char* FAST_FUNC px_disk_holder(const char *root UNUSED_PARAM, const char *name UNUSED_PARAM) { return NULL; }
void FAST_FUNC px_disk_print_list_line(const struct px_disk *disk, FILE *out) { fprintf(out, "%s\n", disk->path); }
char* FAST_FUNC px_disk_clean(const char *text) { return xstrdup(text); }
