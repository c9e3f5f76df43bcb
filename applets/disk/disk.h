/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks of this machine, from sysfs, procfs and a short look at each: what pxwrite -l prints, pximenu shows, hints
 * choose from and every refusal is made of.
 *
 * Listing reads files below /sys and /proc and at most the first and the last MiB of each disk; it opens read-only,
 * and issues no ioctl. The look at a disk is left to a child process (so none while threads run: PX_DISK_NO_DATA)
 * that is given up after ten seconds, because nothing ends the read of a dying disk. Every function takes a root (""
 * or NULL: the real one) that is put before /proc, /sys and /dev, so a test can give a fake one, in which device
 * nodes may be regular files.
 */
#ifndef PX_DISK_H
#define PX_DISK_H 1

#include "lib/status.h"

struct px_disk {
	char *path;             /* "/dev/sda", without the root */
	char *name;             /* "sda", as in /sys/block (there with '!' for '/') */
	unsigned long long diskseq; /* which medium this is, counted since the kernel's start; 0: not known */
	off_t size_bytes;
	unsigned sector_bytes;  /* logical: what LBAs count */
	unsigned physical_sector_bytes;
	const char *transport;  /* nvme ata scsi virtio usb mmc loop file other: not owned */
	/* Owned, never NULL, "" when unknown. Bytes as the device gave them, outer blanks cut: print through
	 * px_text_clean_copy(). */
	char *model;
	char *serial;
	char *wwn;              /* "0x5000c500a1b2c3d4", "eui.0025385...", "nvme...", as sysfs says without
	                         * "naa."/"t10." */
	char *by_path;          /* ID_PATH of udev as far as sysfs gives it: "pci-0000:00:1f.2-ata-1",
	                         * "pci-0000:01:00.0-nvme-1" */
	smallint readonly;
	smallint rotational;
	smallint removable;
	smallint usb;           /* hangs on USB, whatever its transport driver is */
	smallint boot;          /* the running system is on it: / or another mount that holds its kernel */
	smallint twin;          /* another path in the same list has the same wwn */
	smallint file;          /* a regular file (PX_DISK_FILES) */
	char *inuse;            /* NULL, or who has it or a part of it: "mounted on /mnt; swap", "md0", "dm-0
	                         * (vg-root)", "loop3"; clean */
	char *data;             /* NULL: blank. Else what is on it, in printable ASCII: "GPT, 3 partitions, ext4
	                         * \"root\" written 2026-11-01", "LVM2 member", "unknown data"; "unreadable" when the
	                         * look failed (that is no blank disk either) */
};

struct px_disks {
	struct px_disk **disk;  /* by name, numbers in numeric order: sda, sdb, sdaa */
	unsigned count;
	char *driverless;       /* px_disk_driverless() */
};

enum {
	PX_DISK_LOOPS = 1 << 0,  /* list: loop devices that have a backing file, too */
	PX_DISK_FILES = 1 << 1,  /* get: a regular file may be a target (sector_bytes 512) */
	PX_DISK_NO_DATA = 1 << 2, /* do not open the device: data is NULL and means nothing */
};

/* All whole disks: no partitions, ram, zram, sr, fd, md, dm, nbd without size, mmcblk0boot0 or rpmb, none of size 0.
 * Multipath twins are all there, flagged. flags: PX_DISK_LOOPS, PX_DISK_NO_DATA. Never NULL; an empty list is no error
 * (a missing /sys says so on stderr). Free with px_disks_free. */
struct px_disks *px_disk_list(const char *root, unsigned flags) FAST_FUNC;

/* The PCI ids of disk controllers that have no driver here, such as "1000:0030 8086:282a", malloc'ed, or NULL: a disk
 * that is missed may be behind them. */
char *px_disk_driverless(const char *root) FAST_FUNC;

/* The disk at path: a device node or a symlink to one (loops always allowed). NULL, with a message and *status set
 * (PX_TARGET, or PX_IO when it cannot be looked at): no such file, a partition (names the disk), no disk at all, a
 * regular file without PX_DISK_FILES. Free with px_disk_free. */
struct px_disk *px_disk_get(const char *root, const char *path, unsigned flags, enum px_status *status) FAST_FUNC;

/* What the kernel says about an open disk (BLKGETSIZE64, BLKSSZGET, BLKPBSZGET, BLKROGET; fstat for a file) replaces
 * what sysfs said. Returns 0, or -1 with a message (PX_IO). */
int px_disk_ask(struct px_disk *disk, int fd) FAST_FUNC;

void px_disk_free(struct px_disk *disk) FAST_FUNC;   /* NULL is fine */
void px_disks_free(struct px_disks *disks) FAST_FUNC; /* NULL is fine */

/* What somebody wants to do with a disk. All zero: nothing special. */
struct px_disk_wish {
	off_t need_bytes;        /* 0: size does not matter */
	unsigned sector_bytes;   /* the image's, 0: unknown */
	smallint named;          /* the operator pointed at this very disk: USB, removable and the boot medium's twin
	                          * may be meant */
	smallint may_hold_data;  /* -f, px.force */
};

/* NULL when the disk can be the target; else why not and what the operator can do, in words of one line without the
 * disk's name ("in use: mounted on /mnt: unmount it first"); malloc'ed. The hard reasons come first (in use, boot
 * medium, read-only, size, sector size), then removable, last data. pxwrite's exclusive open must come on top. */
char *px_disk_refusal(const struct px_disk *disk, const struct px_disk_wish *wish) FAST_FUNC;

/* Whether what source describes (stat) is the disk itself, a partition of it, or the file behind a loop device. What
 * lies in a filesystem of the disk is another matter: that is mounted then, and the disk in use. */
int px_disk_is_source(const char *root, const struct px_disk *disk, const struct stat *source) FAST_FUNC;

/* Who has the disk name ("sda") or a part of it, as in px_disk.inuse: for the message when an exclusive open says
 * EBUSY. malloc'ed, NULL: nobody that /proc and /sys know of. */
char *px_disk_holder(const char *root, const char *name) FAST_FUNC;

/* One line of pxwrite -l, tab-separated, with newline: path, bytes, sector bytes, transport, model, serial, wwn,
 * flags. Flags: comma-separated ro, removable, usb, boot, twin, inuse=WHO, data=WHAT; commas in WHAT stay, it comes
 * last. Empty fields are "-". Control bytes, tabs and bytes over 126 are '?'. */
void px_disk_print_list_line(const struct px_disk *disk, FILE *out) FAST_FUNC;

#endif
