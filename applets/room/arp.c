/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who an address belongs to. See arp.h.
 */
//kbuild:lib-$(CONFIG_PX_ROOM) += arp.o

#include "libbb.h"
#include "room/arp.h"

enum { COMPLETE = 2 /* ATF_COM */ };

int FAST_FUNC px_arp_is(const char *address, const char *mac)
{
	FILE *file = fopen_for_read("/proc/net/arp");
	char host[46], known[20], *line;
	unsigned flags;
	int same = 1;

	while (file && (line = xmalloc_fgetline(file)) != NULL) {
		if (sscanf(line, "%45s 0x%*x 0x%x %19s", host, &flags, known) == 3 && strcmp(host, address) == 0
		 && (flags & COMPLETE))
			same = strcasecmp(known, mac) == 0;
		free(line);
	}
	if (file)
		fclose(file);
	return same;
}
