/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test driver for disk/disk.h; ROOT "" is the real one:
 *
 *	disk list ROOT [loops]                  the lines of pxwrite -l
 *	disk all ROOT [loops]                   every field, one "path name=value" a line
 *	disk get ROOT PATH [file]               the line of one; exits with the status
 *	disk refuse ROOT PATH NEED SECTOR [named] [data]    why it cannot be a target, or "fine"
 */
#include "libbb.h"
#include "disk/disk.h"
#include "driver.h"

static int list(const char *root, unsigned flags)
{
	struct px_disks *disks = px_disk_list(root, flags);
	unsigned i;

	for (i = 0; i < disks->count; i++)
		px_disk_print_list_line(disks->disk[i], stdout);
	px_disks_free(disks);
	return 0;
}

static int all(const char *root, unsigned flags)
{
	struct px_disks *disks = px_disk_list(root, flags);
	unsigned i;

	for (i = 0; i < disks->count; i++) {
		struct px_disk *d = disks->disk[i];

		printf("%s size=%lld sector=%u physical=%u transport=%s model=%s serial=%s wwn=%s by-path=%s ro=%d rot=%d rm=%d usb=%d boot=%d twin=%d inuse=%s data=%s\n",
			d->path, (long long)d->size_bytes, d->sector_bytes, d->physical_sector_bytes, d->transport, d->model, d->serial,
			d->wwn, d->by_path, d->readonly, d->rotational, d->removable, d->usb, d->boot, d->twin,
			d->inuse ? d->inuse : "-", d->data ? d->data : "-");
	}
	px_disks_free(disks);
	return 0;
}

int main(int argc, char **argv)
{
	enum px_status status = PX_OK;
	struct px_disk *disk;
	struct px_disk_wish wish;
	char *why;
	int i;

	driver_start("disk");
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "list") == 0)
		return list(argv[2], argc > 3 ? PX_DISK_LOOPS : 0);
	if (strcmp(argv[1], "all") == 0)
		return all(argv[2], argc > 3 ? PX_DISK_LOOPS : 0);
	disk = px_disk_get(argv[2], argv[3], argc > 4 && strcmp(argv[4], "file") == 0 ? PX_DISK_FILES : 0, &status);
	if (!disk)
		return status;
	if (strcmp(argv[1], "get") == 0) {
		px_disk_print_list_line(disk, stdout);
		px_disk_free(disk);
		return 0;
	}
	memset(&wish, 0, sizeof(wish));
	wish.need_bytes = xatoull(argv[4]);
	wish.sector_bytes = xatou(argv[5]);
	for (i = 6; i < argc; i++) {
		wish.named |= strcmp(argv[i], "named") == 0;
		wish.may_hold_data |= strcmp(argv[i], "data") == 0;
	}
	why = px_disk_refusal(disk, &wish);
	puts(why ? why : "fine");
	free(why);
	px_disk_free(disk);
	return 0;
}
