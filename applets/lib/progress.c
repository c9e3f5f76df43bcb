/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress lines for people and for programs. See progress.h.
 */
//kbuild:lib-$(CONFIG_PX_IMAGER) += progress.o

#include "libbb.h"
#include "lib/progress.h"

void FAST_FUNC px_progress_init(struct px_progress *p, const char *stage, off_t total_bytes, int fd, int quiet)
{
	memset(p, 0, sizeof(*p));
	p->stage = stage;
	p->total_bytes = total_bytes;
	p->fd = fd;
	p->terminal = !quiet && isatty(STDERR_FILENO);
	p->start_ms = p->last_ms = monotonic_ms();
}

void FAST_FUNC px_progress_mirror(struct px_progress *p, unsigned mirror)
{
	char line[sizeof("mirror=\n") + 3 * sizeof(mirror)];
	int len;

	if (mirror == p->mirror)
		return;
	p->mirror = mirror;
	len = sprintf(line, "mirror=%u\n", mirror);
	if (p->fd >= 0 && full_write(p->fd, line, len) != len)
		p->fd = -1;
}

static unsigned busy_percent(struct px_progress *p, int stage, unsigned elapsed_ms)
{
	unsigned percent = p->busy_ms[stage] * 100ULL / (elapsed_ms ? elapsed_ms : 1);

	p->busy_ms[stage] = 0;
	return percent > 100 ? 100 : percent;
}

static void print_line(struct px_progress *p, off_t bytes, unsigned elapsed_ms)
{
	static const char stage_names[] ALIGN1 = "net\0decode\0disk\0";
	char line[256];
	int i, len;

	len = sprintf(line, "bytes=%"OFF_FMT"u total=%"OFF_FMT"u", bytes, p->total_bytes);
	if (p->in_parts)
		len += sprintf(line + len, " kept=%"OFF_FMT"u fetched=%"OFF_FMT"u written=%"OFF_FMT"u", p->kept_bytes,
				p->fetched_bytes, p->written_bytes);
	len += sprintf(line + len, " stage=%.20s rate=%"OFF_FMT"u", p->stage, p->rate_bytes);
	for (i = 0; i < p->stages; i++)
		len += sprintf(line + len, " %s=%u", nth_string(stage_names, i), busy_percent(p, i, elapsed_ms));
	if (p->source)
		len += sprintf(line + len, " source=%.20s", p->source);
	line[len++] = '\n';
	if (full_write(p->fd, line, len) != len)
		p->fd = -1;
}

/* 1234567 -> "1.2M", in powers of 1024; buf of 8 bytes */
static char *human(char *buf, off_t bytes)
{
	static const char units[] ALIGN1 = "BKMGTP";
	uoff_t tenths = (uoff_t)bytes * 10;
	int u = 0;

	while (tenths >= 10240 && units[u + 1]) {
		tenths /= 1024;
		u++;
	}
	if (u == 0)
		sprintf(buf, "%uB", (unsigned)bytes);
	else
		sprintf(buf, "%u.%u%c", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[u]);
	return buf;
}

static void draw(struct px_progress *p, off_t bytes)
{
	char done[8], total[8], rate[8];
	unsigned left_s;

	human(done, bytes);
	human(rate, p->rate_bytes);
	p->drawn = 1;
	if (!p->total_bytes) {
		fprintf(stderr, "\r%s: %s  %s/s \033[K", p->stage, done, rate);
		return;
	}
	left_s = p->rate_bytes > 0 && bytes < p->total_bytes ? (p->total_bytes - bytes) / p->rate_bytes : 0;
	fprintf(stderr, "\r%s: %3u%%  %s of %s  %s/s  %u:%02u left \033[K", p->stage,
			(unsigned)(bytes * 100ULL / p->total_bytes), done, human(total, p->total_bytes), rate,
			left_s / 60, left_s % 60);
}

static void report(struct px_progress *p, off_t bytes, unsigned long long now_ms)
{
	unsigned elapsed_ms = now_ms - p->last_ms;
	off_t rate = (bytes - p->last_bytes) * 1000 / (elapsed_ms ? elapsed_ms : 1);

	/* smoothed, so that the time left does not jump: the new second weighs a quarter */
	p->rate_bytes = p->rate_bytes ? (p->rate_bytes * 3 + rate) / 4 : rate;
	p->last_ms = now_ms;
	p->last_bytes = bytes;
	if (p->fd >= 0)
		print_line(p, bytes, elapsed_ms);
	if (p->terminal)
		draw(p, bytes);
}

void FAST_FUNC px_progress_update(struct px_progress *p, off_t bytes)
{
	unsigned long long now_ms;

	if (p->fd < 0 && !p->terminal)
		return;
	now_ms = monotonic_ms();
	if (now_ms - p->last_ms >= 1000)
		report(p, bytes, now_ms);
}

void FAST_FUNC px_progress_end(struct px_progress *p, off_t bytes)
{
	if (p->fd >= 0 || p->terminal)
		report(p, bytes, monotonic_ms());
	if (p->drawn)
		fputc('\n', stderr);
	p->drawn = 0;
}
