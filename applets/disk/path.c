/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a disk is plugged in, in udev's words (ID_PATH): from the path of its device below /sys/devices. See parts.h.
 *
 *	pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0        pci-0000:00:1f.2-ata-3
 *	pci0000:00/0000:00:1d.0/0000:01:00.0/nvme/nvme0               pci-0000:01:00.0-nvme-1
 *	pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/.../6:0:0:0    pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0
 *	platform/soc/fe320000.mmc/mmc_host/mmc0/mmc0:0001             platform-fe320000.mmc
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += path.o

#include "libbb.h"
#include "disk/disk.h"
#include "disk/parts.h"
#include "disk/sysfs.h"

struct walk {
	const char *root;
	const char *folder;  /* the device's */
	char *bus;           /* "pci-0000:00:1f.2", the deepest; NULL: none yet */
	char *port;          /* "ata-1", "usb-0:1:1.0" */
	char *host;          /* where hostN is, with its name */
	smallint transport;  /* SAS, FC, iSCSI: udev names these after things that are not in the path */
};

/* 0000:00:1f.2 */
static int is_pci_address(const char *name)
{
	return strlen(name) >= 12 && strspn(name, "0123456789abcdef") >= 4
		&& name[4] == ':' && name[7] == ':' && name[10] == '.';
}

static void walk_set(char **what, char *text)
{
	free(*what);
	*what = text;
}

/* The number behind "ata" counts all ports of the machine; port_no those of the controller. */
static char *walk_ata_port(const struct walk *w, const char *parent, const char *name)
{
	unsigned long long port = px_sys_number(NULL, 0, "%s/%s/ata_port/%s/port_no", parent, name, name);

	if (port == 0)
		port = px_sys_number(w->root, 0, "/sys/class/ata_port/%s/port_no", name);
	return port ? xasprintf("ata-%llu", port) : NULL;
}

/* One step down: name is a folder in parent. */
static void walk_step(struct walk *w, const char *parent, const char *name)
{
	const char *colon = strchr(name, ':');

	if (is_pci_address(name)) {
		walk_set(&w->bus, xasprintf("pci-%s", name));
		walk_set(&w->port, NULL);
	} else if (is_prefixed_with(name, "ata") && isdigit(name[3])) {
		walk_set(&w->port, walk_ata_port(w, parent, name));
	} else if (isdigit(name[0]) && strchr(name, '-') && colon && strchr(name, '-') < colon) {
		walk_set(&w->port, xasprintf("usb-0:%s", strchr(name, '-') + 1));
	} else if (is_prefixed_with(name, "host") && isdigit(name[4])) {
		walk_set(&w->host, xasprintf("%s/%s", parent, name));
	} else if (is_prefixed_with(name, "end_device-") || is_prefixed_with(name, "rport-")
	 || is_prefixed_with(name, "session"))
		w->transport = 1;
	else if (!w->bus && strstr(parent, "/devices/platform") && strchr(name, '.'))
		walk_set(&w->bus, xasprintf("platform-%s", name));
}

static void walk_all(struct walk *w)
{
	char *path = xstrdup(w->folder);
	char *slash = strstr(path, "/devices/");

	while (slash) {
		char *next = strchr(slash + 1, '/');

		*slash = '\0';
		if (next)
			*next = '\0';
		walk_step(w, path, slash + 1);
		*slash = '/';
		if (next)
			*next = '/';
		slash = next;
	}
	free(path);
}

static int FAST_FUNC lowest_host(const char *name, void *arg)
{
	unsigned *lowest = arg;

	if (is_prefixed_with(name, "host") && isdigit(name[4]))
		*lowest = MIN(*lowest, (unsigned)atoi(name + 4));
	return 0;
}

/* H:C:T:L, the host counted from the first one of its controller */
static char *walk_scsi(const struct walk *w)
{
	char *slash = strrchr(w->host, '/');
	unsigned host = atoi(slash + 5), lowest = host;
	unsigned h, c, t;
	unsigned long long lun;

	if (sscanf(bb_basename(w->folder), "%u:%u:%u:%llu", &h, &c, &t, &lun) != 4)
		return NULL;
	*slash = '\0';
	px_sys_each(w->host, lowest_host, &lowest);
	return xasprintf("scsi-%u:%u:%u:%llu", host - lowest, c, t, lun);
}

char* FAST_FUNC px_disk_by_path(const char *root, const char *name, const char *device_folder)
{
	struct walk w = { .root = root, .folder = device_folder };
	char *unit = NULL;
	char *path;

	walk_all(&w);
	if (is_prefixed_with(name, "nvme"))
		unit = xasprintf("nvme-%llu", px_sys_number(root, 1, "/sys/block/%s/nsid", name));
	else if (w.host && !(w.port && is_prefixed_with(w.port, "ata")))
		unit = walk_scsi(&w);
	if (!w.bus || w.transport)
		path = xstrdup("");
	else
		path = xasprintf("%s%s%s%s%s", w.bus, w.port ? "-" : "", w.port ? w.port : "",
				unit ? "-" : "", unit ? unit : "");
	free(w.bus);
	free(w.port);
	free(w.host);
	free(unit);
	return path;
}
