/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own data. See dmi.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += dmi.o

#include "libbb.h"
#include "lib/dmi.h"
#include "lib/text.h"

char* FAST_FUNC px_dmi_read(const char *root, const char *name)
{
	char *path = xasprintf("%s/sys/class/dmi/id/%s", root, name);
	size_t max_bytes = PX_DMI_BYTES;
	char *text = xmalloc_open_read_close(path, &max_bytes);

	free(path);
	if (!text)
		return xzalloc(1);
	trim(text);
	return px_ascii(text, 0);
}
