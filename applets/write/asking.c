/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked for: lines to whoever fetches. See delta.h.
 *
 * They are queued, for the one who reads them may wait until we read what it has fetched. One that has gone is no
 * failure here: the end of its pipe will be.
 */
//kbuild:lib-$(CONFIG_PX_WRITE_MISSING) += asking.o

#include "libbb.h"
#include "write/delta.h"

static void append(struct px_missing *m, const char *text, size_t len_bytes)
{
	if (m->lines_at == m->lines_bytes)
		m->lines_at = m->lines_bytes = 0;
	while (m->lines_room - m->lines_bytes < len_bytes) {
		m->lines_room = m->lines_room ? 2 * m->lines_room : 4096;
		m->lines = xrealloc(m->lines, m->lines_room);
	}
	memcpy(m->lines + m->lines_bytes, text, len_bytes);
	m->lines_bytes += len_bytes;
}

void FAST_FUNC px_ask_line(struct px_missing *m, const char *line)
{
	append(m, line, strlen(line));
}

void FAST_FUNC px_ask_range(struct px_missing *m, size_t range)
{
	const struct px_bmap_range *r = &m->map->ranges[range];
	char line[3 * 3 * sizeof(off_t) + 16], *end = line;

	if (px_range_state(m, range) == PX_RANGE_WRONG)
		end += sprintf(line, "bad %u ", m->mirror[range]);
	sprintf(end, "%"OFF_FMT"u-%"OFF_FMT"u\n", r->offset_bytes, r->offset_bytes + r->len_bytes - 1);
	px_ask_line(m, line);
	px_range_set(m, range, PX_RANGE_ASKED);
	m->pending++;
}

void FAST_FUNC px_ask_flush(struct px_missing *m, int wait)
{
	struct pollfd p = { m->ask_fd, POLLOUT, 0 };

	/* a pipe that is ready takes PIPE_BUF bytes at least, and without waiting */
	while (m->ask_fd >= 0 && m->lines_at < m->lines_bytes && safe_poll(&p, 1, wait ? -1 : 0) > 0) {
		size_t n = MIN(m->lines_bytes - m->lines_at, (size_t)PIPE_BUF);

		if (full_write(m->ask_fd, m->lines + m->lines_at, n) != (ssize_t)n)
			px_ask_close(m);
		m->lines_at += n;
	}
}

void FAST_FUNC px_ask_close(struct px_missing *m)
{
	if (m->ask_fd >= 0)
		close(m->ask_fd);
	m->ask_fd = -1;
}
