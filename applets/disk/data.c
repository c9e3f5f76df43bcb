/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies on a disk, in words. See disk.h (px_disk.data): at most the first MiB, the last MiB and the starts of eight
 * partitions are read, and nothing more after the first read that fails.
 */
//kbuild:lib-$(CONFIG_PX_WRITE) += data.o

#include "libbb.h"
#include "lib/fd.h"
#include "volume/probe.h"
#include "volume/volume.h"
#include "disk/disk.h"
#include "disk/parts.h"
#include "lib/zero.h"

enum { DATA_PARTITIONS = 8, DATA_PATIENCE_MS = 10 * 1000, DATA_WORDS_BYTES = 256 };

struct look {
	int fd;
	off_t size_bytes;
	uint8_t *buf;       /* of PX_HEAD_BYTES */
	char *words;
};

static ssize_t look_read(struct look *l, off_t offset, size_t len_bytes)
{
	size_t done = 0;

	while (done < len_bytes) {
		ssize_t n = pread(l->fd, l->buf + done, len_bytes - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

/* Adds a word unless it is there. */
static void look_add(struct look *l, const char *word)
{
	char *joined;

	if (!word || (l->words && strstr(l->words, word)))
		return;
	joined = l->words ? xasprintf("%s, %s", l->words, word) : xstrdup(word);
	free(l->words);
	l->words = joined;
}

/* What begins in buf, with its label and its age: ext4 "root" written 2026-11-01 */
static void look_add_head(struct look *l, size_t len_bytes)
{
	const char *name = px_probe_head(l->buf, len_bytes);
	struct px_probe_about about;
	char *words;

	if (!name)
		return;
	px_probe_about(&about, name, l->buf, len_bytes);
	words = xasprintf("%s%s%s%s%s%s", name, about.label[0] ? " \"" : "", about.label, about.label[0] ? "\"" : "",
			about.date[0] ? " written " : "", about.date);
	look_add(l, words);
	free(words);
}

static void look_partitions(struct look *l, const off_t *starts, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		ssize_t n;

		if (starts[i] <= 0 || starts[i] >= l->size_bytes)
			continue;
		n = look_read(l, starts[i], MIN(PX_PROBE_HEAD_BYTES, l->size_bytes - starts[i]));
		if (n < 0)
			return;
		look_add_head(l, n);
	}
}

/* Returns whether there is a table. */
static int look_table(struct look *l, const struct px_volume *kind)
{
	const char *word = "MBR";

	switch (kind->table) {
	case PX_TABLE_NONE:
		return 0;
	case PX_TABLE_BROKEN:
		look_add(l, "broken partition table");
		return 1;
	case PX_TABLE_ISOHYBRID:
		look_add(l, "ISO 9660 (isohybrid)");
		return 1;
	case PX_TABLE_FAR:
		look_add(l, "GPT");
		return 1;
	case PX_TABLE_GPT:
		word = "GPT";
		break;
	case PX_TABLE_HYBRID:
		word = "hybrid MBR and GPT";
		break;
	case PX_TABLE_MBR:
		break;
	}
	l->words = xasprintf("%s, %u partition%s", word, kind->partitions, kind->partitions == 1 ? "" : "s");
	return 1;
}

/* -1: could not be read */
static int look_head(struct look *l, unsigned sector_bytes)
{
	off_t starts[DATA_PARTITIONS];
	struct px_volume kind;
	unsigned count;
	ssize_t n = look_read(l, 0, MIN(PX_HEAD_BYTES, l->size_bytes));

	if (n < 0)
		return -1;
	px_volume_look(&kind, l->buf, n);
	if (look_table(l, &kind)) {
		count = px_volume_starts(starts, DATA_PARTITIONS, l->buf, n, sector_bytes);
		look_partitions(l, starts, count);
	} else {
		look_add_head(l, n);
		if (!l->words && !px_zero_is(l->buf, n))
			look_add(l, "unknown data");
	}
	return 0;
}

static int look_tail(struct look *l)
{
	off_t len_bytes = MIN(PX_PROBE_TAIL_BYTES, l->size_bytes);
	ssize_t n = look_read(l, l->size_bytes - len_bytes, len_bytes);
	const char *found;

	if (n != len_bytes)
		return -1;
	found = px_probe_tail(l->buf, n, l->size_bytes);
	if (!l->words && !found && !px_zero_is(l->buf, n))
		found = "unknown data";
	if (found && l->words && is_prefixed_with(found, "backup"))
		return 0; /* of the table that was found already */
	if (found && l->words && strcmp(l->words, "unknown data") == 0) {
		free(l->words);
		l->words = NULL;
	}
	look_add(l, found);
	return 0;
}

static char *look_all(const char *node, off_t size_bytes, unsigned sector_bytes)
{
	struct look l = { .size_bytes = size_bytes };

	l.fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (l.fd < 0)
		return xstrdup("unreadable");
	l.buf = xmalloc(PX_HEAD_BYTES);
	if (look_head(&l, sector_bytes) != 0 || look_tail(&l) != 0) {
		free(l.words);
		l.words = xstrdup("unreadable");
	}
	free(l.buf);
	close(l.fd);
	return l.words;
}

/* Reads what the child says until it ends: "=" and the words. -1: it took too long, or died before it said anything
 * (that must not pass for a blank disk). */
static int look_listen(const struct px_disk_look *look, char *words)
{
	size_t n = 0;

	for (;;) {
		struct pollfd pfd = { .fd = look->fd, .events = POLLIN };
		unsigned long long now_ms = monotonic_ms();
		int left_ms = now_ms < look->end_ms ? look->end_ms - now_ms : 0; /* what it has said by then counts */
		ssize_t got;

		if (safe_poll(&pfd, 1, left_ms) != 1)
			return -1;
		got = safe_read(look->fd, words + n, DATA_WORDS_BYTES - 1 - n);
		if (got <= 0)
			break;
		n += got;
	}
	words[n] = '\0';
	return words[0] == '=' ? 0 : -1;
}

/* A child that is left behind must not hold the other ends of anybody's pipes. */
static void look_alone(int keep)
{
	px_fd_close(0, keep - 1);
	px_fd_close(keep + 1, INT_MAX);
}

/* A dying disk may keep a read for minutes, and nothing ends that read: so a child does it, and one that is late is
 * left behind. */
void FAST_FUNC px_disk_look_begin(struct px_disk_look *look, const char *node, off_t size_bytes, unsigned sector_bytes)
{
	char *said;
	int ends[2];

	look->end_ms = monotonic_ms() + DATA_PATIENCE_MS;
	look->pid = look->fd = -1;
	if (pipe(ends) != 0)
		return;
	look->fd = ends[0];
	look->pid = fork();
	if (look->pid == 0) {
		look_alone(ends[1]);
		said = look_all(node, size_bytes, sector_bytes);
		said = xasprintf("=%s", said ? said : "");
		full_write(ends[1], said, strnlen(said, DATA_WORDS_BYTES - 1));
		_exit(EXIT_SUCCESS);
	}
	close(ends[1]);
}

char* FAST_FUNC px_disk_look_end(struct px_disk_look *look)
{
	char words[DATA_WORDS_BYTES];
	int late = look->pid < 0 || look_listen(look, words) != 0;

	if (look->fd >= 0)
		close(look->fd);
	if (look->pid > 0) {
		kill(look->pid, SIGKILL); /* has ended, or never will by itself */
		waitpid(look->pid, NULL, late ? WNOHANG : 0);
	}
	if (late)
		return xstrdup("unreadable");
	return words[1] ? xstrdup(words + 1) : NULL;
}

char* FAST_FUNC px_disk_data(const char *node, off_t size_bytes, unsigned sector_bytes)
{
	struct px_disk_look look;

	px_disk_look_begin(&look, node, size_bytes, sector_bytes);
	return px_disk_look_end(&look);
}
