/*
 * The disks of this machine. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += disk.o

#include "libbb.h"
#include <linux/fs.h>
#include "lib/disk.h"

struct px_disks* FAST_FUNC px_disk_list(const char *root UNUSED_PARAM, unsigned flags UNUSED_PARAM) { return xzalloc(sizeof(struct px_disks)); }
struct px_disk* FAST_FUNC px_disk_get(const char *root UNUSED_PARAM, const char *path, unsigned flags UNUSED_PARAM, enum px_status *status)
{
	struct px_disk *d = xzalloc(sizeof(*d));
	struct stat st;
	if (stat(path, &st) < 0) { bb_perror_msg("%s", path); *status = PX_TARGET; return NULL; }
	d->path = d->name = xstrdup(path);
	d->file = S_ISREG(st.st_mode);
	return d;
}
int FAST_FUNC px_disk_ask(struct px_disk *disk, int fd)
{
	struct stat st;
	fstat(fd, &st);
	disk->size_bytes = st.st_size;
	disk->sector_bytes = 512;
	if (!disk->file) {
		uint64_t n; int ssz;
		ioctl(fd, BLKGETSIZE64, &n);
		ioctl(fd, BLKSSZGET, &ssz);
		disk->size_bytes = n;
		disk->sector_bytes = ssz;
	}
	return 0;
}
void FAST_FUNC px_disk_free(struct px_disk *disk) { free(disk); }
void FAST_FUNC px_disks_free(struct px_disks *disks) { free(disks); }
char* FAST_FUNC px_disk_refusal(const struct px_disk *disk, const struct px_disk_wish *wish)
{ return disk->size_bytes && wish->need_bytes > disk->size_bytes ? xstrdup("too small") : NULL; }
char* FAST_FUNC px_disk_holder(const char *root UNUSED_PARAM, const char *name UNUSED_PARAM) { return NULL; }
void FAST_FUNC px_disk_print_list_line(const struct px_disk *disk, FILE *out) { fprintf(out, "%s\n", disk->path); }
char* FAST_FUNC px_disk_clean(const char *text) { return xstrdup(text); }
