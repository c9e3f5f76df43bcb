/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes for people. See menu.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += size.o

#include "libbb.h"
#include "menu/menu.h"

/* whole and tenths of the largest unit that leaves at least 1 of it: "4.0 GiB", "512 B" */
static char *print_size(char *buf, off_t bytes, unsigned step, const char *i)
{
	static const char units[] ALIGN1 = "BKMGTPE";
	uoff_t whole = bytes < 0 ? 0 : bytes;
	unsigned tenths = 0;
	int u = 0;

	while (whole >= step) {
		tenths = whole % step * 10 / step;
		whole /= step;
		u++;
	}
	if (u == 0)
		sprintf(buf, "%u B", (unsigned)whole);
	else
		sprintf(buf, "%u.%u %c%sB", (unsigned)whole, tenths, units[u], i);
	return buf;
}

char* FAST_FUNC px_size_text(char *buf, off_t bytes)
{
	return print_size(buf, bytes, 1024, "i");
}

char* FAST_FUNC px_size_disk(char *buf, off_t bytes)
{
	return print_size(buf, bytes, 1000, "");
}
