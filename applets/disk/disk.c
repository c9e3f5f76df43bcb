/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks of this machine, from sysfs. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += disk.o

#include "libbb.h"
#include "disk/disk.h"
#include "disk/parts.h"
#include "disk/sysfs.h"

/* What is no disk, whatever its size. */
static const char not_disks[] ALIGN1 = "ram\0zram\0sr\0fd\0md\0dm-\0mtdblock\0bcache\0drbd\0zd\0";

int FAST_FUNC px_disk_is_name(const char *name)
{
	const char *p;

	for (p = not_disks; *p; p += strlen(p) + 1)
		if (is_prefixed_with(name, p) && (isdigit(name[strlen(p)]) || p[strlen(p) - 1] == '-'))
			return 0;
	/* mmcblk0boot0, mmcblk0boot1, mmcblk0rpmb, mmcblk0gp0: firmware's parts of an eMMC */
	if (is_prefixed_with(name, "mmcblk"))
		return name[6 + strspn(name + 6, "0123456789")] == '\0';
	return 1;
}

/* The real path of the device behind a disk: block/NAME/device, or block/NAME itself (loop). malloc'ed, "" when there
 * is none. */
static char *device_folder(const char *root, const char *name)
{
	char *link = px_sys_path(root, "/sys/block/%s/device", name);
	char *real = realpath(link, NULL);

	free(link);
	return real ? real : xstrdup("");
}

/* A text of ATA's IDENTIFY (the first letter in the upper half of each word) as SAT hands it on: page 0x89, from byte
 * 60. The model of SCSI's INQUIRY, which sysfs has as device/model, is cut at 16 letters. */
static char *identify_text(const char *root, const char *name, unsigned word, unsigned words)
{
	size_t n = 572;
	uint8_t *page = px_sys_bytes(root, &n, "/sys/block/%s/device/vpd_pg89", name);
	char *raw, *text = NULL;
	unsigned i;

	if (page && n == 572 && page[1] == 0x89) {
		raw = xzalloc(2 * words + 1);
		for (i = 0; i < 2 * words; i++)
			raw[i] = page[60 + 2 * word + (i ^ 1)];
		text = px_sys_trim(raw);
		free(raw);
	}
	free(page);
	if (text && !text[0]) {
		free(text);
		return NULL;
	}
	return text;
}

/* The serial number of a SCSI or ATA disk as its vital product data give it: page 0x80, 4 bytes of header. */
static char *serial_vpd(const char *root, const char *name)
{
	size_t n = 260;
	uint8_t *page = px_sys_bytes(root, &n, "/sys/block/%s/device/vpd_pg80", name);
	char *serial = NULL;

	if (page && n > 4 && page[1] == 0x80)
		serial = px_sys_trim((char *)page + 4);
	free(page);
	return serial;
}

/* The folder above, the USB device's, has idVendor and often serial. */
static char *serial_usb(const char *folder)
{
	char *path = xstrdup(folder);
	char *serial = NULL;
	char *slash;

	while (!serial && (slash = strrchr(path, '/')) != NULL && strstr(path, "/usb")) {
		char *vendor = px_sys_text(path, "/idVendor");

		if (vendor)
			serial = px_sys_text(path, "/serial");
		free(vendor);
		*slash = '\0';
	}
	free(path);
	return serial;
}

static char *disk_serial(const char *root, const char *name, const char *folder, int usb)
{
	char *serial = px_sys_text(root, "/sys/block/%s/serial", name); /* virtio */

	if (!serial)
		serial = px_sys_text(root, "/sys/block/%s/device/serial", name); /* nvme, mmc */
	if (!serial)
		serial = serial_vpd(root, name);
	if (!serial && usb)
		serial = serial_usb(folder);
	return serial ? serial : xstrdup("");
}

static char *disk_model(const char *root, const char *name)
{
	char *model = identify_text(root, name, 27, 20);

	if (!model)
		model = px_sys_text(root, "/sys/block/%s/device/model", name);
	if (!model)
		model = px_sys_text(root, "/sys/block/%s/device/name", name); /* mmc */
	return model ? model : xstrdup("");
}

/* "naa.5000c500a1b2c3d4" is written 0x5000c500a1b2c3d4 by everybody; "t10." is vendor, model and serial once more. */
static char *disk_wwn(const char *root, const char *name)
{
	char *wwid = px_sys_text(root, "/sys/block/%s/wwid", name);
	char *naa, *wwn;

	if (!wwid)
		wwid = px_sys_text(root, "/sys/block/%s/device/wwid", name);
	if (!wwid || is_prefixed_with(wwid, "t10.")) {
		free(wwid);
		return xstrdup("");
	}
	naa = is_prefixed_with(wwid, "naa.");
	wwn = naa ? xasprintf("0x%s", naa) : xstrdup(wwid);
	free(wwid);
	return wwn;
}

static const char *disk_transport(const char *name, const char *folder)
{
	if (is_prefixed_with(name, "nvme"))
		return "nvme";
	if (is_prefixed_with(name, "mmcblk"))
		return "mmc";
	if (is_prefixed_with(name, "loop"))
		return "loop";
	if (strstr(folder, "/usb"))
		return "usb";
	if (is_prefixed_with(name, "vd"))
		return "virtio";
	if (strstr(folder, "/ata"))
		return "ata";
	if (strstr(folder, "/host"))
		return "scsi";
	return "other";
}

/* The kernel calls a card in its slot fixed; an eMMC has type MMC. */
static int is_sd_card(const char *root, const char *name)
{
	char *type = is_prefixed_with(name, "mmcblk") ? px_sys_text(root, "/sys/block/%s/device/type", name) : NULL;
	int is_card = type && strcmp(type, "SD") == 0;

	free(type);
	return is_card;
}

static void disk_numbers(struct px_disk *disk, const char *root)
{
	const char *name = disk->name;
	unsigned long long sectors = px_sys_number(root, 0, "/sys/block/%s/size", name); /* always of 512 bytes */

	disk->diskseq = px_sys_number(root, 0, "/sys/block/%s/diskseq", name);
	disk->size_bytes = sectors < (1ULL << 53) ? (off_t)sectors * 512 : 0;
	disk->sector_bytes = px_sys_number(root, 512, "/sys/block/%s/queue/logical_block_size", name);
	disk->physical_sector_bytes = px_sys_number(root, disk->sector_bytes,
			"/sys/block/%s/queue/physical_block_size", name);
	disk->readonly = px_sys_number(root, 0, "/sys/block/%s/ro", name) != 0;
	disk->rotational = px_sys_number(root, 0, "/sys/block/%s/queue/rotational", name) != 0;
	disk->removable = px_sys_number(root, 0, "/sys/block/%s/removable", name) != 0 || is_sd_card(root, name);
}

struct px_disk* FAST_FUNC px_disk_make(const char *root, const char *name, char *path, unsigned flags)
{
	struct px_disk *disk = xzalloc(sizeof(*disk));
	char *folder = device_folder(root, name);

	disk->path = path;
	disk->name = xstrdup(name);
	disk_numbers(disk, root);
	disk->transport = disk_transport(name, folder);
	disk->usb = strstr(folder, "/usb") != NULL;
	disk->model = disk_model(root, name);
	disk->serial = disk_serial(root, name, folder, disk->usb);
	disk->wwn = disk_wwn(root, name);
	disk->by_path = px_disk_by_path(root, name, folder);
	disk->inuse = px_disk_holder(root, name);
	disk->boot = px_disk_is_boot(root, name);
	if (!(flags & PX_DISK_NO_DATA)) {
		char *node = px_sys_path(root, "%s", path);

		disk->data = px_disk_data(node, disk->size_bytes, disk->sector_bytes);
		free(node);
	}
	free(folder);
	return disk;
}

/* --- the list */

enum { LOOKS = 8 }; /* at once: each takes a MiB, and a dying disk keeps its own ten seconds */

struct listing {
	const char *root;
	unsigned flags;
	struct px_disks *disks;
};

static int is_listed(const struct listing *l, const char *name)
{
	char *backing;

	if (!px_disk_is_name(name) || px_sys_number(l->root, 0, "/sys/block/%s/size", name) == 0
	 || px_sys_number(l->root, 0, "/sys/block/%s/hidden", name) != 0)
		return 0;
	if (!is_prefixed_with(name, "loop"))
		return 1;
	if (!(l->flags & PX_DISK_LOOPS))
		return 0;
	backing = px_sys_text(l->root, "/sys/block/%s/loop/backing_file", name);
	free(backing);
	return backing != NULL;
}

static char *node_path(const char *name)
{
	char *path = xasprintf("/dev/%s", name);
	char *p;

	for (p = path; *p; p++)
		if (*p == '!') /* cciss!c0d0 */
			*p = '/';
	return path;
}

static int FAST_FUNC list_add(const char *name, void *arg)
{
	struct listing *l = arg;
	struct px_disks *disks = l->disks;

	if (!is_listed(l, name))
		return 0;
	disks->disk = xrealloc(disks->disk, (disks->count + 1) * sizeof(disks->disk[0]));
	disks->disk[disks->count++] = px_disk_make(l->root, name, node_path(name),
			l->flags | PX_DISK_NO_DATA);
	return 0;
}

static void begin_look(struct px_disk_look *look, const char *root, const struct px_disk *disk)
{
	char *node = px_sys_path(root, "%s", disk->path);

	px_disk_look_begin(look, node, disk->size_bytes, disk->sector_bytes);
	free(node);
}

static void look_at_all(const struct px_disks *disks, const char *root)
{
	struct px_disk_look looks[LOOKS];
	unsigned begun = 0, ended;

	for (ended = 0; ended < disks->count; ended++) {
		for (; begun < MIN(disks->count, ended + LOOKS); begun++)
			begin_look(&looks[begun % LOOKS], root, disks->disk[begun]);
		disks->disk[ended]->data = px_disk_look_end(&looks[ended % LOOKS]);
	}
}

/* sda, sdb, ..., sdz, sdaa; nvme2n1, nvme10n1 */
static int compare_names(const void *a, const void *b)
{
	const char *x = (*(struct px_disk *const *)a)->name;
	const char *y = (*(struct px_disk *const *)b)->name;
	int letters = strlen(x) - strlen(y);

	if (letters && x[0] == y[0] && x[1] == y[1] && !strpbrk(x, "0123456789") && !strpbrk(y, "0123456789"))
		return letters;
	return strverscmp(x, y);
}

static void flag_twins(struct px_disks *disks)
{
	unsigned i, k;

	for (i = 0; i < disks->count; i++)
		for (k = 0; k < i; k++) {
			struct px_disk *a = disks->disk[i], *b = disks->disk[k];

			if (a->wwn[0] && strcmp(a->wwn, b->wwn) == 0)
				a->twin = b->twin = 1;
		}
}

/* Whoever mounted one path of a disk, or booted from it, has the other paths, too. */
static void share_between_twins(struct px_disks *disks)
{
	unsigned i, k;

	for (i = 0; i < disks->count; i++)
		for (k = 0; k < disks->count; k++) {
			struct px_disk *a = disks->disk[i], *b = disks->disk[k];

			if (a == b || !a->twin || strcmp(a->wwn, b->wwn) != 0)
				continue;
			a->boot |= b->boot;
			if (!a->inuse && b->inuse && !is_prefixed_with(b->inuse, "by way of"))
				a->inuse = xasprintf("by way of %s: %s", b->path, b->inuse);
		}
}

struct px_disks* FAST_FUNC px_disk_list(const char *root, unsigned flags)
{
	struct listing l = { .root = root, .flags = flags };
	char *folder = px_sys_path(root, "/sys/block");

	l.disks = xzalloc(sizeof(*l.disks));
	if (access(folder, R_OK | X_OK) != 0)
		bb_perror_msg("%s", folder);
	px_sys_each(folder, list_add, &l);
	free(folder);
	if (l.disks->count)
		qsort(l.disks->disk, l.disks->count, sizeof(l.disks->disk[0]), compare_names);
	if (!(flags & PX_DISK_NO_DATA))
		look_at_all(l.disks, root);
	flag_twins(l.disks);
	share_between_twins(l.disks);
	l.disks->driverless = px_disk_driverless(root);
	return l.disks;
}

void FAST_FUNC px_disk_free(struct px_disk *disk)
{
	if (!disk)
		return;
	free(disk->path);
	free(disk->name);
	free(disk->model);
	free(disk->serial);
	free(disk->wwn);
	free(disk->by_path);
	free(disk->inuse);
	free(disk->data);
	free(disk);
}

void FAST_FUNC px_disks_free(struct px_disks *disks)
{
	unsigned i;

	if (!disks)
		return;
	for (i = 0; i < disks->count; i++)
		px_disk_free(disks->disk[i]);
	free(disks->disk);
	free(disks->driverless);
	free(disks);
}
