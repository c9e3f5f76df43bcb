/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes for people. See menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += size.o

#include "libbb.h"
#include "menu/menu.h"

char* FAST_FUNC px_size_text(char *buf, off_t bytes)
{
	static const char units[] ALIGN1 = "BKMGTPE";
	uoff_t whole = bytes < 0 ? 0 : bytes;
	unsigned tenths = 0;
	int u = 0;

	while (whole >= 1024) {
		tenths = (whole & 1023) * 10 / 1024;
		whole >>= 10;
		u++;
	}
	if (u == 0 || whole >= 1000)
		sprintf(buf, "%u%c", (unsigned)whole, units[u]);
	else
		sprintf(buf, "%u.%u%c", (unsigned)whole, tenths, units[u]);
	return buf;
}
