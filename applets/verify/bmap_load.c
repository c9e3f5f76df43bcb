/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a bmap file. See bmap.h.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += bmap_load.o

#include "libbb.h"
#include "verify/bmap.h"

struct px_bmap* FAST_FUNC px_bmap_load(const char *path, enum px_status *status)
{
	size_t len_bytes = PX_BMAP_MAX_BYTES + 1;
	struct px_bmap *bmap = NULL;
	char *text = NULL;
	int fd = open_or_warn_stdin(path);

	*status = PX_IO;
	if (fd < 0)
		return NULL;
	text = xmalloc_read(fd, &len_bytes);
	if (!text)
		bb_perror_msg("%s", path);
	else {
		*status = PX_DATA;
		if (len_bytes > PX_BMAP_MAX_BYTES)
			bb_error_msg("%s: more than %u bytes: this is no bmap", path, PX_BMAP_MAX_BYTES);
		else
			bmap = px_bmap_parse(text, len_bytes, path);
	}
	if (bmap)
		*status = PX_OK;
	if (fd != STDIN_FILENO)
		close(fd);
	free(text);
	return bmap;
}
