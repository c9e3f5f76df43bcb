/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk controllers without a driver. See disk.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += driverless.o

#include "libbb.h"
#include "disk/disk.h"
#include "disk/sysfs.h"

/* /sys/bus/pci/devices/0000:00:1f.2 has class ("0x010601"), vendor, device ("0x8086") and, when one took it, driver. */
struct search {
	const char *root;
	char *ids;
};

/* PCI's base class 1 is mass storage, 0805 a host of SD cards. */
static int is_controller(const char *class)
{
	return is_prefixed_with(class, "0x01") || is_prefixed_with(class, "0x0805");
}

static int has_driver(const struct search *s, const char *name)
{
	char *path = px_sys_path(s->root, "/sys/bus/pci/devices/%s/driver", name);
	int there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* "8086:282a" behind those found before */
static void add_id(struct search *s, const char *name)
{
	char *vendor = px_sys_text(s->root, "/sys/bus/pci/devices/%s/vendor", name);
	char *device = px_sys_text(s->root, "/sys/bus/pci/devices/%s/device", name);

	if (vendor && device && strlen(vendor) > 2 && strlen(device) > 2) {
		char *ids = xasprintf("%s%s%s:%s", s->ids ? s->ids : "", s->ids ? " " : "", vendor + 2, device + 2);

		free(s->ids);
		s->ids = ids;
	}
	free(vendor);
	free(device);
}

static int FAST_FUNC look(const char *name, void *arg)
{
	struct search *s = arg;
	char *class = px_sys_text(s->root, "/sys/bus/pci/devices/%s/class", name);

	if (class && is_controller(class) && !has_driver(s, name))
		add_id(s, name);
	free(class);
	return 0;
}

char* FAST_FUNC px_disk_driverless(const char *root)
{
	struct search s = { .root = root };
	char *folder = px_sys_path(root, "/sys/bus/pci/devices");

	px_sys_each(folder, look, &s);
	free(folder);
	return s.ids;
}
